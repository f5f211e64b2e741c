"""Stopping and starting the clock of a case under its lock; each new due date is kept beside the one it takes the place of."""

from datetime import datetime

from tinhso.blocks.cases.actions.process import shift_open_steps
from tinhso.blocks.cases.clock import due_of, pauses_of
from tinhso.blocks.cases.models import Case, Pause, Reappointment


def stand_still(case: Case, reason: Pause.Reason, *, at: datetime, note: str = "", document: str = "") -> Pause:
    """Stop the clock of a received case; one that has run out stays run out."""
    assert case.received_at  # noqa: S101 - the callers have looked
    started = max(at, case.received_at)
    pause = Pause.objects.create(case=case, reason=reason, started_at=started, note=note, document=document)
    _set_due(case)
    return pause


def run_on(case: Case, *, at: datetime) -> None:
    """Let the clock run again and give the case and its open steps their new dates."""
    *earlier, pause = pauses_of(case)
    before = due_of(case, earlier)
    pause.ended_at = max(at, pause.started_at)
    pause.save(update_fields=["ended_at"])
    reappoint(case, Reappointment.Cause.PAUSE, before=before.at if before else None, at=at)


def reappoint(case: Case, cause: Reappointment.Cause, *, before: datetime | None, at: datetime) -> None:
    """Work the due dates out again; a date that moved is kept with its forerunner."""
    _set_due(case)
    shift_open_steps(case)
    if before and case.due_at and before != case.due_at:
        Reappointment.objects.create(case=case, at=at, cause=cause, before=before, after=case.due_at)


def _set_due(case: Case) -> None:
    due = due_of(case)
    case.due_at = due.at if due else None
