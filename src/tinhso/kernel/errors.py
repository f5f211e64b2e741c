"""Errors a person can act on. Views and the API turn them into answers; nothing else needs to know about HTTP."""

from collections.abc import Mapping


class DomainError(Exception):
    """A refusal with a message in the user's language.

    Args:
        message: what happened and what to do, ready to show (may be lazy).
        fields: messages by field path, for forms and the API.
    """

    status = 409
    code = "conflict"

    def __init__(self, message: object = "", *, fields: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(DomainError):
    """The person may see the thing but not do this to it."""

    status = 403
    code = "not_allowed"


class NotFound(DomainError):
    """There is no such thing, or the person may not know that there is."""

    status = 404
    code = "not_found"


class WrongState(DomainError):
    """The thing is no longer, or not yet, in a state in which this can be done."""

    status = 409
    code = "wrong_state"


class Invalid(DomainError):
    """What was entered cannot be accepted; `fields` says where and why."""

    status = 422
    code = "invalid"
