"""Which open cases a change of calendars would move. Counted in a few queries, whatever their number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import Q, QuerySet

from tinhso.blocks.cases.clock import due_under, promise_to, whole_term
from tinhso.blocks.cases.models import Case, Pause, Procedure, ProcedureVersion, Step
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.directory.calendar_changes import Change, calendars_if
from tinhso.blocks.directory.models import Agency
from tinhso.kernel.time import VIETNAM, Calendar, step_due
from tinhso.kernel.time import Pause as Stretch


@dataclass(frozen=True)
class StepMove:
    """An open step whose case is due at another moment, with its own dates; they may be the same."""

    pk: int
    name: str
    agency: str
    before: datetime | None
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


def moves(changes: Sequence[Change]) -> list[Move]:
    """The open cases that would be due at another moment, by due date. Cases that stand still have no date to move."""
    return _moves(changes, _open_cases(changes))


def locked_moves(changes: Sequence[Change]) -> list[Move]:
    """The same inside a transaction: nobody changes these cases before it ends."""
    return _moves(changes, _open_cases(changes).select_for_update(of=("self",)))


def _open_cases(changes: Sequence[Change]) -> QuerySet[Case]:
    """A change can only move cases that are not due before its first day."""
    below = Q()
    for path in {change.agency.path or "" for change in changes}:
        below |= Q(agency__path__startswith=path)
    first = datetime.combine(min(change.from_day for change in changes), time(0), VIETNAM)
    return (
        Case.objects.filter(below, ended_at=None, received_at__isnull=False, due_at__gte=first)
        .only("code", "family", "agency", "version", "term_version", "procedure", "received_at", "due_at", "extended_by")
        .order_by("pk")
    )


def _moves(changes: Sequence[Change], found: QuerySet[Case]) -> list[Move]:
    cases = _with_places(list(found))
    calendars = calendars_if(changes, {case.agency_id: case.agency for case in cases}.values())
    stood = _pauses(cases)
    moved = []
    for case in cases:
        after = due_under(promise_to(case), case, calendars[case.agency_id], stood.get(case.pk, ())).at
        if after and case.due_at and after != case.due_at:
            moved.append(Move(case, case.due_at, after))
    steps = _steps(moved, calendars, stood)
    return sorted(
        (Move(move.case, move.before, move.after, tuple(steps.get(move.case.pk, ()))) for move in moved),
        key=lambda move: (move.before, move.case.pk),
    )


def _with_places(cases: list[Case]) -> list[Case]:
    """Agency, version and procedure: few objects, shared by thousands of cases."""
    agencies = Agency.objects.in_bulk({case.agency_id for case in cases})
    versions = ProcedureVersion.objects.defer("definition", "graph", "files").in_bulk({case.version_id for case in cases})
    procedures = Procedure.objects.defer("search").in_bulk({case.procedure_id for case in cases})
    for case in cases:
        case.agency, case.version, case.procedure = (
            agencies[case.agency_id], versions[case.version_id], procedures[case.procedure_id],
        )  # fmt: skip
    return cases


def _pauses(cases: Sequence[Case]) -> dict[int, list[Stretch]]:
    found: dict[int, list[Stretch]] = {}
    pauses = Pause.objects.filter(case__in=[case.pk for case in cases]).order_by("started_at")
    for case, started_at, ended_at in pauses.values_list("case", "started_at", "ended_at"):
        found.setdefault(case, []).append(Stretch(started_at, ended_at))
    return found


def has_parts(case: Case) -> bool:
    """Whether its process has sub-cases or timers."""
    graph = graph_of(case.version)
    return bool(graph.called) or graph.has_timers


def _steps(moved: Sequence[Move], calendars: dict[int, Calendar], stood: dict[int, list[Stretch]]) -> dict[int, list[StepMove]]:
    found: dict[int, list[StepMove]] = {}
    by_case = {move.case.pk: move for move in moved if not has_parts(move.case)}
    open_steps = Step.objects.filter(case__in=list(by_case), done_at=None, cancelled=False)
    for pk, case_id, node, name, agency, opened_at, before in open_steps.values_list(
        "pk", "case", "node", "name", "agency__short_name", "opened_at", "due_at"
    ):
        move = by_case[case_id]
        case, percent = move.case, graph_of(move.case.version).node(node).share
        due_at: datetime | None = move.after
        if percent:
            term, calendar = whole_term(promise_to(case), case), calendars[case.agency_id]
            pauses = stood.get(case.pk, ())
            due_at = step_due(term, percent, opened_at, calendar, case_due=move.after, pauses=pauses)
        found.setdefault(case.pk, []).append(StepMove(pk, name, agency, before, due_at))
    return found
