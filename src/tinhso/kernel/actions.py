"""Every change of state is an action: permission check, transaction, audit row, event.

    @action
    def rename_agency(agency: Agency, name: str, *, by: Person) -> Agency:
        require(by, "directory.edit", at=agency)
        ...
        record("directory.agency_renamed", by=by, on=agency)
        return agency

`@action` opens the transaction. An action called by another joins its transaction and cannot fail alone: who catches what it
raises must let the whole transaction go, or call it in `transaction.atomic()`. What is recorded is written at the end of the
outermost action: its audit rows and, in the same transaction, a job for every subscriber of the events, so that neither can be
lost without the other. An action that changes nothing records nothing.
"""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction
from django.db.models import Model

from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.correlation import correlation_id
from tinhso.kernel.events import Event, enqueuing_subscribers
from tinhso.kernel.inserts import MOST_AT_ONCE, Statement, Unless, insert_together
from tinhso.kernel.permissions import Actor
from tinhso.kernel.updates import updating

P = ParamSpec("P")
R = TypeVar("R")

_recorded: ContextVar[list[Model | Unless | Statement] | None] = ContextVar("recorded", default=None)
"""By the running actions, to be written at the end; None outside an action."""


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a function as an action and run it in a transaction."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        entries = _recorded.get()
        if entries is None:
            return _outermost(function, *args, **kwargs)
        before = len(entries)
        try:
            with transaction.atomic(savepoint=False):
                return function(*args, **kwargs)
        except BaseException:
            del entries[before:]
            raise

    run.is_action = True  # type: ignore[attr-defined]
    return run


def recording(function: Callable[P, R]) -> Callable[P, R]:
    """Mark an action that does nothing but record. That is one statement, which needs no transaction around it."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs) if _recorded.get() is not None else _collecting(function, *args, **kwargs)

    run.is_action = True  # type: ignore[attr-defined]
    return run


def _outermost(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    with transaction.atomic():
        return _collecting(function, *args, **kwargs)


def _collecting(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    rows: list[Model | Unless | Statement] = []
    token = _recorded.set(rows)
    try:
        done = function(*args, **kwargs)
        _write(rows)
        return done
    finally:
        _recorded.reset(token)


def _write(put_off: list[Model | Unless | Statement]) -> None:
    """All that was put off and the jobs of those who listen, in one statement unless an action did very much."""
    changes = [row for row in put_off if isinstance(row, Statement)]
    rows = [row for row in put_off if not isinstance(row, Statement)]
    entries = (row for row in rows if isinstance(row, AuditEntry))
    jobs = enqueuing_subscribers(Event(row.event, row.object_type, row.object_id, row.actor_id, row.facts) for row in entries)
    insert_together(rows[:MOST_AT_ONCE], then=[*changes, jobs] if jobs else changes)
    for start in range(MOST_AT_ONCE, len(rows), MOST_AT_ONCE):
        insert_together(rows[start : start + MOST_AT_ONCE])


def write_at_end(*new: Model | Unless) -> None:
    """Put new rows in at the end of the running action, together with what it records: for rows it does not go on working with.

    Raises:
        RuntimeError: called outside an action.
    """
    rows = _recorded.get()
    if rows is None:
        raise RuntimeError("write_at_end(…) outside an @action")
    rows += new


def update_at_end(row: Model, *names: str) -> None:
    """Write changed fields, as `kernel.updates.update`, by the same statement: of a row nobody looks at before the action's end.

    Raises:
        RuntimeError: called outside an action.
    """
    rows = _recorded.get()
    if rows is None:
        raise RuntimeError(f"update_at_end({row._meta.label}) outside an @action")
    rows.append(updating(row, *names))


def record(event: str, *, by: Actor | None, on: Model, agency: Model | None = None, **facts: object) -> None:
    """One audit row and a job for each of the event's subscribers, written at the end of the running action's transaction.

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
    entries = _recorded.get()
    if entries is None:
        raise RuntimeError(f"record({event!r}) outside an @action")
    entries.append(
        AuditEntry(
            event=event,
            actor_id=by.pk if by else None,
            object_type=on._meta.label_lower,
            object_id=str(on.pk),
            agency_id=agency.pk if agency else None,
            correlation_id=correlation_id(),
            facts=facts,
        )
    )
