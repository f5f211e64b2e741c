"""The legal clock of a case: here alone `kernel.time` is asked; every screen, slip, list and statistic asks this."""

from datetime import datetime

from tinhso.blocks.cases import models
from tinhso.blocks.cases.bpmn.graph import Node
from tinhso.blocks.cases.models import Case, ProcedureVersion
from tinhso.blocks.directory.calendars import agency_calendar
from tinhso.blocks.directory.models import Agency
from tinhso.kernel.fixed_query import FixedQuery, Param
from tinhso.kernel.time import Due, Pause, Remaining, Term, due, local, remaining, step_due

_ANSWER = Term.parse("8 hours")


def term_of(version: ProcedureVersion) -> tuple[Term, bool]:
    """The procedure's promised term, and whether the same-day rule applies."""
    term = version.definition["term"]
    return Term.parse(term["text"]), bool(term.get("same_day"))


def due_if_received(version: ProcedureVersion, agency: Agency, at: datetime) -> Due:
    """When a case handed in at `at` would be due."""
    term, same_day = term_of(version)
    return due(term, at, agency_calendar(agency), same_day=same_day)


def due_of(case: Case) -> Due | None:
    """The due date from the case's receipt and pauses; None before receipt. Its `at` is None while the clock stands still."""
    if case.received_at is None:
        return None
    term, same_day = term_of(case.version)
    return due(term, case.received_at, agency_calendar(case.agency), pauses_of(case), same_day=same_day)


def pauses_of(case: Case) -> list[Pause]:
    return [Pause(pause.started_at, pause.ended_at, str(pause.get_reason_display())) for pause in _PAUSES.rows(case=case.pk)]


_PAUSES = FixedQuery(lambda: models.Pause.objects.filter(case=Param("case")).order_by("started_at"))


def due_of_step(case: Case, node: Node, *, opened_at: datetime) -> datetime | None:
    """When a step should be done: its share of the term from its opening, never after the case itself."""
    if case.due_at is None or node.share is None:
        return case.due_at
    term, _same_day = term_of(case.version)
    return step_due(term, node.share, opened_at, agency_calendar(case.agency), case_due=case.due_at, pauses=pauses_of(case))


def remaining_of(case: Case, now: datetime) -> Remaining | None:
    """How long is left, in words and as a level to colour by; None where no clock runs any more, or none has begun."""
    if case.ended or case.received_at is None:
        return None
    term, _same_day = term_of(case.version)
    return remaining(case.due_at, now, agency_calendar(case.agency), term.unit)


def remaining_to_answer(case: Case, now: datetime) -> Remaining:
    """How long reception may still take to say whether a case handed in online is complete: eight working hours."""
    calendar = agency_calendar(case.agency)
    return remaining(due(_ANSWER, local(case.submitted_at), calendar).at, now, calendar, _ANSWER.unit, soon=0)


def remaining_until(agency: Agency, due_at: datetime | None, now: datetime) -> Remaining:
    """The same for a bare due date, such as a step's."""
    return remaining(local(due_at) if due_at else None, now, agency_calendar(agency))
