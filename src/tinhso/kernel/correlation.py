"""One identifier follows a request through logs, audit rows, jobs and messages."""

import re
import secrets
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("correlation_id", default="")
_work: ContextVar[object | None] = ContextVar("piece_of_work", default=None)
_VALID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def correlation_id() -> str:
    """The identifier of the work in hand; empty outside any."""
    return _current.get()


def start_correlation(given: str = "") -> str:
    """Adopt a well-formed identifier handed in from outside, or make one."""
    value = given if _VALID.fullmatch(given) else secrets.token_hex(8)
    _current.set(value)
    _work.set(object())
    return value


def piece_of_work() -> object | None:
    """Stands for what this thread is doing now, a request or a job, and for nothing else: identifiers may come again."""
    return _work.get()


def end_work() -> None:
    """What runs in this thread from now on is another thing; its logs still bear the identifier."""
    _work.set(None)
