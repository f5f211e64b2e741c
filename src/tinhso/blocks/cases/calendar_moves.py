"""Which open cases a change of calendars would move. Counted in a few queries, whatever their number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import Q, QuerySet

from tinhso.blocks.cases.clock import due_under, promise_of, whole_term
from tinhso.blocks.cases.kept import CONTENTS
from tinhso.blocks.cases.models import Case, Pause, Step
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.directory.calendars import DayChange, calendars_if
from tinhso.blocks.directory.models import Agency
from tinhso.kernel.time import VIETNAM, Calendar, step_due
from tinhso.kernel.time import Pause as Stretch


@dataclass(frozen=True)
class StepMove:
    pk: int
    due_at: datetime | None


@dataclass(frozen=True)
class Move:
    """A case whose due date would be another; `steps` are its open steps with theirs.

    A case with sub-cases or timers has no `steps` here: theirs follow from one another (`shift_open_steps`).
    """

    case: Case
    before: datetime
    after: datetime
    steps: tuple[StepMove, ...] = ()

    @property
    def later(self) -> bool:
        return self.after > self.before


def moves(changes: Sequence[DayChange]) -> list[Move]:
    """The open cases that would be due at another moment, by due date. Cases that stand still have no date to move."""
    return _moves(changes, _open_cases(changes))


def locked_moves(changes: Sequence[DayChange]) -> list[Move]:
    """The same inside a transaction: nobody changes these cases before it ends."""
    return _moves(changes, _open_cases(changes).select_for_update(of=("self",)))


def _open_cases(changes: Sequence[DayChange]) -> QuerySet[Case]:
    """A day can only move cases that are not due before it."""
    below = Q()
    for path in {change.agency.path or "" for change in changes}:
        below |= Q(agency__path__startswith=path)
    first = datetime.combine(min(change.day for change in changes), time(0), VIETNAM)
    return (
        Case.objects.filter(below, ended_at=None, received_at__isnull=False, due_at__gte=first)
        .select_related("agency", "version")
        .defer(*CONTENTS)
        .order_by("pk")
    )


def _moves(changes: Sequence[DayChange], found: QuerySet[Case]) -> list[Move]:
    cases = list(found)
    agencies: dict[int, Agency] = {case.agency_id: case.agency for case in cases}
    calendars = calendars_if(changes, agencies.values())
    stood = _pauses(cases)
    moved = []
    for case in cases:
        after = due_under(promise_of(case.version), case, calendars[case.agency_id], stood.get(case.pk, ())).at
        if after and case.due_at and after != case.due_at:
            moved.append(Move(case, case.due_at, after))
    steps = _steps(moved, calendars, stood)
    return sorted(
        (Move(move.case, move.before, move.after, tuple(steps.get(move.case.pk, ()))) for move in moved),
        key=lambda move: (move.before, move.case.pk),
    )


def _pauses(cases: Sequence[Case]) -> dict[int, list[Stretch]]:
    found: dict[int, list[Stretch]] = {}
    for pause in Pause.objects.filter(case__in=[case.pk for case in cases]).order_by("started_at"):
        found.setdefault(pause.case_id, []).append(Stretch(pause.started_at, pause.ended_at))
    return found


def has_parts(case: Case) -> bool:
    """Whether its process has sub-cases or timers."""
    graph = graph_of(case.version)
    return bool(graph.called) or graph.has_timers


def _steps(moved: Sequence[Move], calendars: dict[int, Calendar], stood: dict[int, list[Stretch]]) -> dict[int, list[StepMove]]:
    found: dict[int, list[StepMove]] = {}
    by_case = {move.case.pk: move for move in moved if not has_parts(move.case)}
    for step in Step.objects.filter(case__in=list(by_case), done_at=None, cancelled=False):
        move = by_case[step.case_id]
        case, percent = move.case, graph_of(move.case.version).node(step.node).share
        due_at: datetime | None = move.after
        if percent:
            term, calendar = whole_term(promise_of(case.version), case), calendars[case.agency_id]
            pauses = stood.get(case.pk, ())
            due_at = step_due(term, percent, step.opened_at, calendar, case_due=move.after, pauses=pauses)
        found.setdefault(case.pk, []).append(StepMove(step.pk, due_at))
    return found
