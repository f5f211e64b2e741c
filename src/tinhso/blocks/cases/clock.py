"""The legal clock of a case: one place asks `kernel.time`, every screen, slip and list asks this."""

from datetime import datetime

from tinhso.blocks.cases.bpmn.graph import Node
from tinhso.blocks.cases.models import Case, Pause, ProcedureVersion
from tinhso.blocks.directory.calendars import agency_calendar
from tinhso.blocks.directory.models import Agency
from tinhso.kernel.time import Due, Remaining, Term, due, local, remaining, share_due


def term_of(version: ProcedureVersion) -> tuple[Term, bool]:
    """The procedure's promised term, and whether the same-day rule applies."""
    term = version.definition["term"]
    return Term.parse(term["text"]), bool(term.get("same_day"))


def due_if_received(version: ProcedureVersion, agency: Agency, at: datetime) -> Due:
    """When a case handed in at `at` would be due."""
    term, same_day = term_of(version)
    return due(term, at, agency_calendar(agency), same_day=same_day)


def due_of(case: Case) -> Due | None:
    """The due date from the case's receipt and pauses; None before receipt. `at` of the answer is None while paused."""
    if case.received_at is None:
        return None
    term, same_day = term_of(case.version)
    pauses = [(local(pause.started_at), local(pause.ended_at) if pause.ended_at else None) for pause in Pause.objects.filter(case=case)]
    return due(term, local(case.received_at), agency_calendar(case.agency), pauses=pauses, same_day=same_day)


def remaining_for(agency: Agency, due_at: datetime | None, now: datetime) -> Remaining | None:
    """How long is left, in words and as a level to colour by; None without a due date."""
    return remaining(due_at, now, agency_calendar(agency)) if due_at else None


def step_due(case: Case, node: Node, *, opened_at: datetime) -> datetime | None:
    """When a step should be done: its share of the term from its opening, never after the case itself. None without a share."""
    if case.due_at is None or not node.share:
        return case.due_at
    term, _same_day = term_of(case.version)
    return min(share_due(term, node.share, local(opened_at), agency_calendar(case.agency)), local(case.due_at))
