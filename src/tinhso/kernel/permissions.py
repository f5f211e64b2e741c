"""Who may do what: the protocol. The kernel knows no roles; `identity` installs the policy that answers.

A permission is a dotted name such as "cases.receive". A place is whatever the policy understands, in practice an agency.
The actor `None` is the system itself (a timer, a job) and may do everything.
"""

from typing import Protocol

from django.utils.translation import gettext_lazy as _

from tinhso.kernel.errors import NotAllowed


class Actor(Protocol):
    """A natural person known to the system."""

    pk: int


class Policy(Protocol):
    def allows(self, actor: Actor, permission: str, place: object | None) -> bool: ...


class _DenyAll:
    def allows(self, actor: Actor, permission: str, place: object | None) -> bool:
        return False


_policy: Policy = _DenyAll()


def install_policy(policy: Policy) -> None:
    """Called once, when the applications are ready, by the block that knows roles."""
    global _policy  # noqa: PLW0603 - one policy a process, set at start
    _policy = policy


def allowed(by: Actor | None, permission: str, *, at: object | None = None) -> bool:
    """Whether `by` holds `permission` at the place `at` (anywhere, when `at` is None)."""
    return by is None or _policy.allows(by, permission, at)


def require(by: Actor | None, permission: str, *, at: object | None = None) -> None:
    """Raise NotAllowed unless `by` holds `permission` at `at`."""
    if not allowed(by, permission, at=at):
        raise NotAllowed(_("Bạn không có quyền làm việc này ở cơ quan này."))
