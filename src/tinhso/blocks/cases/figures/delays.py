"""At which agency and role late cases lost their time: the clock says of each whose step made it late. A few queries for all."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import F, Q

from tinhso.blocks.cases.figures.counting import Scope, facts_behind
from tinhso.blocks.cases.figures.measures import Judged
from tinhso.blocks.cases.models import CaseFacts, Pause, Step
from tinhso.blocks.cases.overruns import overrun, steps_behind_lateness
from tinhso.blocks.directory.calendar_changes import calendars_if
from tinhso.blocks.directory.models import Agency

MOST = 2_000
"""Late cases looked at for one page, those due last first."""


@dataclass(frozen=True)
class Delay:
    """Late cases that a role at an agency made late; `over` is the working time its steps took beyond their shares."""

    agency: Agency
    role: str
    cases: frozenset[int]
    over: timedelta

    @property
    def mean_hours(self) -> float:
        """Working hours a case."""
        return round(self.over.total_seconds() / 3600 / len(self.cases), 1)


@dataclass(frozen=True)
class Delays:
    """The roles that made cases late, the most cases first. A case that two of them made late counts for both.

    late: late cases in all. looked_at: those the lines are about, `MOST` at most. untold: of these, cases without a step
    in which the due date passed, such as those not handed on after reception.
    """

    lines: list[Delay]
    late: int
    looked_at: int
    untold: int


def delays(scope: Scope, judged: Judged) -> Delays:
    """Six queries, whatever the number of cases."""
    behind = facts_behind("late", scope, judged)
    late = list(behind.order_by("-due_at", "-pk")[: MOST + 1])
    counted = len(late) if len(late) <= MOST else behind.count()
    late = late[:MOST]
    steps, pauses = _rows_of(late)
    agencies = Agency.objects.in_bulk(
        {one.agency_id for one in late} | {step.agency_id for told in steps.values() for step in told}
    )
    calendars = calendars_if((), agencies.values())
    found, over, untold = defaultdict[tuple[int, str], set[int]](set), defaultdict[tuple[int, str], int](int), 0
    for one in late:
        assert one.due_at  # noqa: S101 - it is late
        end = _end(one, judged)
        its_steps = [step for step in steps.get(one.pk, ()) if step.opened_at < end]
        stood, calendar = pauses.get(one.pk, []), calendars[one.agency_id]
        made_late = steps_behind_lateness(one.due_at, its_steps, stood, end, calendar)
        untold += not made_late
        for step in its_steps:
            if step.pk in made_late:
                found[step.agency_id, step.role].add(one.pk)
                over[step.agency_id, step.role] += overrun(step, stood, step.done_at or end, calendar)
    lines = [
        Delay(agencies[agency], role, frozenset(cases), timedelta(seconds=over[agency, role]))
        for (agency, role), cases in found.items()
    ]
    return Delays(
        sorted(lines, key=lambda line: (-len(line.cases), line.agency.path or "", line.role)), counted, len(late), untold
    )


def _end(one: CaseFacts, judged: Judged) -> datetime:
    return one.ended_at if one.ended_at and one.ended_at < judged.end else judged.until


Row = TypeVar("Row", Step, Pause)


def _rows_of(late: list[CaseFacts]) -> tuple[dict[int, list[Step]], dict[int, list[Pause]]]:
    keys = [one.pk for one in late]
    steps = Step.objects.filter(_of_this_time("done_at"), case__in=keys, cancelled=False).order_by("pk")
    narrow = steps.only("case", "agency", "role", "opened_at", "due_at", "done_at", "cancelled")
    return _by_case(narrow), _by_case(Pause.objects.filter(_of_this_time("ended_at"), case__in=keys).order_by("started_at"))


def _of_this_time(end: str) -> Q:
    """Not over before the case was reopened."""
    return Q(case__reopened=0) | Q(**{end: None}) | Q(**{f"{end}__gt": F("case__received_at")})


def _by_case(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append(row)
    return dict(found)
