"""From the time line of a case to what the portal is told: which messages, under which of the ten statuses.

The house speaks the portal's own statuses; only "2 Được tiếp nhận" is between two of ours: a case is at 2 from its acceptance to
the first step done, and at 4 from then on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from tinhso.blocks.cases.models import Case, Pause, Status, TimelineEntry
from tinhso.services.national_portal.models import Kind

_SETS = {
    "submitted": Status.SUBMITTED,
    "accepted": Status.ACCEPTED,
    "refused": Status.REFUSED,
    "supplement_asked": Status.SUPPLEMENT_ASKED,
    "withdrawn": Status.WITHDRAWN,
    "stopped": Status.STOPPED,
    "result_signed": Status.DONE,
    "returned": Status.RETURNED,
}
# what stays among colleagues, or comes after the end
_SILENT = {
    *("noted", "step_assigned", "rated", "withdrawal_asked", "withdrawal_denied", "complained", "complaint_denied"),
    "version_changed",
    "assignment_failed",
    *("paper_recorded", "originals_returned"),
}
# what the applicant does, or what only adds a copy, is no progress of the agency
_NO_PROGRESS = {"submitted", "withdrawn", "supplement_answered", "digitised"}
_RUNNING = {Status.ACCEPTED, Status.IN_PROGRESS}


@dataclass(frozen=True)
class Told:
    """One message to make."""

    kind: Kind
    entry: int
    event: str
    status: Status
    at: datetime


def messages_for(case: Case, entries: Iterable[TimelineEntry]) -> Iterator[Told]:
    """The messages of a case's whole time line, oldest first.

    An event this table does not know yet is told under the case's status when it is the newest, else under the one before it: a
    new kind of event is never lost here.
    """
    told = [entry for entry in entries if entry.event not in _SILENT]
    duties = _duties_begun(case) if any(entry.event == "paused" for entry in told) else set()
    ends = {entry.at for entry in told if entry.event in ("result_signed", "returned")}
    status, received = Status.SUBMITTED, False
    for entry in told:
        newest = entry is told[-1]
        if entry.event == "paused":
            status = Status.FINANCIAL_DUTY if max(entry.at, case.received_at or entry.at) in duties else status
        else:
            status = _status_after(entry.event, status, received=received, known=case.state if newest else None)
        received = received or entry.event == "accepted"
        if entry.event != "step_done":
            yield Told(Kind.CASE, entry.pk, entry.event, status, entry.at)
        if entry.event not in _NO_PROGRESS and not (entry.event == "step_done" and entry.at in ends):
            yield Told(Kind.PROGRESS, entry.pk, entry.event, status, entry.at)


def _duties_begun(case: Case) -> set[datetime]:
    """When the clock was stopped for a fee or tax duty; other pauses have no status of their own."""
    return set(case.pauses.filter(reason=Pause.Reason.FEE).values_list("started_at", flat=True))


def _status_after(event: str, before: Status, *, received: bool, known: Status | None) -> Status:
    if event in _SETS:
        return _SETS[event]
    if event == "resumed":
        return Status.IN_PROGRESS
    if event in ("supplement_answered", "reopened"):
        return Status.IN_PROGRESS if received else Status.SUBMITTED
    if event == "step_done":
        return Status.IN_PROGRESS if before in _RUNNING else before
    return known or before


def agree(ours: int, theirs: int) -> bool:
    """Whether two statuses mean the same: the portal may count a case as worked on from its acceptance."""
    return ours == theirs or {ours, theirs} <= _RUNNING
