"""One identifier follows a request through logs, audit rows, jobs and messages."""

import re
import secrets
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("correlation_id", default="")
_VALID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def correlation_id() -> str:
    """The identifier of the work in hand; empty outside any."""
    return _current.get()


def start_correlation(given: str = "") -> str:
    """Adopt a well-formed identifier handed in from outside, or make one."""
    value = given if _VALID.fullmatch(given) else secrets.token_hex(8)
    _current.set(value)
    return value
