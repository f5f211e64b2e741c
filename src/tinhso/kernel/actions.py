"""Every change of state is an action: permission check, transaction, audit row, event.

    @action
    def rename_agency(agency: Agency, name: str, *, by: Person) -> Agency:
        require(by, "directory.edit", at=agency)
        ...
        record("directory.agency_renamed", by=by, on=agency)
        return agency

`@action` opens the transaction. An action called by another joins its transaction and cannot fail alone: who catches what it
raises must let the whole transaction go, or call it in `transaction.atomic()`. `record` writes the audit row and, in the same
transaction, a job for every subscriber of the event, so that neither can be lost without the other.
An action that changes nothing records nothing.
"""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction
from django.db.models import Model

from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.correlation import correlation_id
from tinhso.kernel.events import enqueue_subscribers
from tinhso.kernel.permissions import Actor

P = ParamSpec("P")
R = TypeVar("R")

_depth: ContextVar[int] = ContextVar("action_depth", default=0)


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a function as an action and run it in a transaction."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        outermost = not _depth.get()
        token = _depth.set(_depth.get() + 1)
        try:
            with transaction.atomic(savepoint=outermost):
                return function(*args, **kwargs)
        finally:
            _depth.reset(token)

    run.is_action = True  # type: ignore[attr-defined]
    return run


def record(event: str, *, by: Actor | None, on: Model, agency: Model | None = None, **facts: object) -> AuditEntry:
    """Write one audit row and enqueue the event's subscribers, in the running action's transaction.

    Args:
        event: dotted name, "<app>.<what happened>".
        by: the person who acts; None for the system.
        on: the object changed.
        agency: where it happened, so that inspectors can search by agency.
        facts: JSON values that say what changed. Identifiers and codes only: names, addresses and numbers of persons
            stay in the tables of the block, where they can be corrected and erased.

    Raises:
        RuntimeError: called outside an action.
    """
    if not _depth.get():
        raise RuntimeError(f"record({event!r}) outside an @action")
    entry = AuditEntry.objects.create(
        event=event,
        actor_id=by.pk if by else None,
        object_type=on._meta.label_lower,
        object_id=str(on.pk),
        agency_id=agency.pk if agency else None,
        correlation_id=correlation_id(),
        facts=facts,
    )
    enqueue_subscribers(event, object_type=entry.object_type, object_id=entry.object_id, actor_id=entry.actor_id, facts=facts)
    return entry
