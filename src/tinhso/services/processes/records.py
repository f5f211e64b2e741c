"""What was done under a procedure in a period: the records of its ISO file. Who, when, how long, and what went otherwise."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.timezone import make_aware
from django.utils.translation import gettext as _

from tinhso.blocks.cases.clock import Verdict, verdict_of
from tinhso.blocks.cases.kept import CONTENTS
from tinhso.blocks.cases.models import Case, Procedure, Step
from tinhso.blocks.cases.process import label_of_outcome, node_of
from tinhso.blocks.cases.queries import cases_visible_to
from tinhso.blocks.directory.calendars import agency_calendar
from tinhso.blocks.directory.models import Person
from tinhso.kernel.time import Span, Unit

MOST_CASES = 500
"""More are not set out one by one; a shorter period shows them."""


@dataclass(frozen=True)
class StepRecord:
    """A step as it was done. `took`: working time; deviations: sentences."""

    step: Step
    took: Span | None
    seconds: int
    outcome: str
    deviations: tuple[str, ...]


@dataclass(frozen=True)
class CaseRecord:
    case: Case
    verdict: Verdict
    steps: tuple[StepRecord, ...]

    @property
    def deviates(self) -> bool:
        return self.verdict in (Verdict.LATE, Verdict.OVERDUE) or any(step.deviations for step in self.steps)


@dataclass(frozen=True)
class StepSummary:
    """One step over all cases. `mean`: working time."""

    name: str
    times: int
    mean: Span
    late: int


@dataclass(frozen=True)
class Records:
    cases: tuple[CaseRecord, ...]
    steps: tuple[StepSummary, ...]
    more: bool

    @property
    def deviating(self) -> int:
        return sum(case.deviates for case in self.cases)


def records_of(procedure: Procedure, first: date, last: date, *, person: Person, now: datetime) -> Records:
    """The cases received in a period, inclusive, as far as the person may see them. Three queries."""
    begin, end = (make_aware(datetime.combine(day, time())) for day in (first, last + timedelta(days=1)))
    seen = cases_visible_to(person).filter(procedure=procedure, received_at__gte=begin, received_at__lt=end)
    contents = [name for name in CONTENTS if name not in ("version__definition", "version__graph")]
    found = seen.select_related("version", "agency").defer(*contents).order_by("received_at", "pk")
    cases = list(found.prefetch_related("steps__done_by", "steps__assignee", "steps__agency")[: MOST_CASES + 1])
    more, cases = len(cases) > MOST_CASES, cases[:MOST_CASES]
    told = tuple(_case_record(case, now) for case in cases)
    return Records(told, tuple(_summaries(told)), more)


def _case_record(case: Case, now: datetime) -> CaseRecord:
    steps = sorted(case.steps.all(), key=lambda step: (step.opened_at, step.pk))
    return CaseRecord(case, verdict_of(case, now), tuple(_step_record(case, step, now) for step in steps))


def _step_record(case: Case, step: Step, now: datetime) -> StepRecord:
    seconds = agency_calendar(step.agency).working_seconds_between(step.opened_at, step.done_at) if step.done_at else None
    node = node_of(case, step)
    deviations = []
    if step.due_at and not step.cancelled and (step.done_at or case.ended_at or now) > step.due_at:
        deviations.append(_("quá hạn của bước"))
    if node.outcomes and step.outcome not in ("", node.outcomes[0]):
        deviations.append(_("không đồng ý: {outcome}").format(outcome=label_of_outcome(step.outcome)))
    if step.cancelled:
        deviations.append(_("bỏ dở"))
    if step.done_by_id and step.assignee_id and step.done_by_id != step.assignee_id:
        deviations.append(_("người làm khác người được giao"))
    took = Span(seconds, Unit.HOURS) if seconds is not None else None
    return StepRecord(step, took, seconds or 0, str(label_of_outcome(step.outcome)) if step.outcome else "", tuple(deviations))


def _summaries(cases: tuple[CaseRecord, ...]) -> list[StepSummary]:
    times: dict[str, list[int]] = defaultdict(list)
    late: dict[str, int] = defaultdict(int)
    names: dict[str, str] = {}
    for case in cases:
        for record in case.steps:
            if record.took is not None:
                names[record.step.node] = record.step.name
                times[record.step.node].append(record.seconds)
                late[record.step.node] += bool(
                    record.step.due_at and record.step.done_at and record.step.done_at > record.step.due_at
                )
    return [
        StepSummary(names[node], len(taken), Span(sum(taken) // len(taken), Unit.HOURS), late[node])
        for node, taken in times.items()
    ]
