"""A dry run of a process in memory: which steps in which order, on which days by the legal clock, where it would be late.

The same token game as in earnest (`bpmn.tokens`) on a line of events in time; nothing is written and nobody is told.
"""

import heapq
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.utils.translation import gettext as _

from tinhso.blocks.cases.bpmn.graph import Graph, Kind, Node
from tinhso.blocks.cases.bpmn.tokens import ArriveAt, Call, Effect, End, Merge, OpenTask, RunService, leave, start
from tinhso.blocks.cases.bpmn.vocabulary import WATCH
from tinhso.kernel.errors import Invalid
from tinhso.kernel.time import Calendar, Term, Unit, due, local, share, step_due

MAX_STEPS = 200
"""A process that still runs after as many is going round in circles."""

_HOUR = 3600
_ISO = re.compile(r"(\d+)([DHM])")
_ISO_UNITS = {"D": "days", "H": "hours", "M": "minutes"}


@dataclass(frozen=True)
class Situation:
    """What the run assumes.

    pace: percent of its share that each step takes. outcomes: what is chosen the first time, by step; afterwards consent.
    """

    term: Term
    same_day: bool
    received: datetime
    calendar: Calendar
    answers: Mapping[str, Any]
    outcomes: Mapping[str, str]
    pace: int = 100


@dataclass
class SimulatedStep:
    """A step as it would go. `done` is None for one that was broken off by an event."""

    node: Node
    opened: datetime
    due: datetime | None
    done: datetime | None = None
    outcome: str = ""
    note: str = ""

    @property
    def late(self) -> bool:
        return bool(self.due and self.done and self.done > self.due)


@dataclass(frozen=True)
class Run:
    """The whole: when it would be due and when it would be over. `passed`: the ids of all nodes that were reached."""

    steps: tuple[SimulatedStep, ...]
    due: datetime | None
    over: datetime | None
    signed: datetime | None
    passed: frozenset[str]

    @property
    def late(self) -> bool:
        """A case is judged by when its result was signed."""
        end = self.signed or self.over
        return bool(self.due and end and end > self.due)


@dataclass(eq=False)
class _Scope:
    """A running process: the main one, or one that is called with a part of the term."""

    graph: Graph
    percent: int
    parent: "tuple[_Scope, Node] | None" = None
    resting: list[str] = field(default_factory=list)
    arrived: dict[str, set[str]] = field(default_factory=dict)


@dataclass(eq=False)
class _Rest:
    """A token that rests until its time comes; `row` for a step. A step that is over or broken off is not `alive`."""

    scope: _Scope
    node: Node
    row: SimulatedStep | None = None
    task: "_Rest | None" = None
    left: int = 0
    alive: bool = True


def simulate(graph: Graph, situation: Situation) -> Run:
    """Run a checked process to its end.

    Raises:
        Invalid: it goes round in circles under these assumptions.
        ProcessError: a gateway has no way on.
    """
    return _Simulation(graph, situation).run()


class _Simulation:
    def __init__(self, graph: Graph, situation: Situation) -> None:
        self.situation = situation
        self.main = _Scope(graph, 100)
        self.due = due(situation.term, situation.received, situation.calendar, same_day=situation.same_day).at
        self.steps: list[SimulatedStep] = []
        self.passed: set[str] = {graph.start.id}
        self.over: datetime | None = None
        self.signed: datetime | None = None
        self._times: dict[str, int] = {}
        self._queue: list[tuple[datetime, int, _Rest]] = []
        self._number = count()

    def run(self) -> Run:
        begin = self.situation.calendar.next_working_moment(self.situation.received)
        self._carry_out(self.main, start(self.main.graph, self._env()), begin)
        while self._queue and self.over is None:
            at, _order, rest = heapq.heappop(self._queue)
            if rest.alive and (rest.task is None or rest.task.alive):
                self._end(rest, at)
        return Run(tuple(self.steps), self.due, self.over, self.signed, frozenset(self.passed))

    def _env(self, outcome: str = "") -> dict[str, Any]:
        return {"outcome": outcome, "answers": self.situation.answers, "case": {"channel": 2, "code": "MAU"}}

    def _end(self, rest: _Rest, at: datetime) -> None:
        """The time of a rest has come: finish it and go on."""
        scope, node, outcome = rest.scope, rest.node, ""
        if node.kind is Kind.BOUNDARY:
            assert rest.task  # noqa: S101 - made with its task
            if not node.beside:
                self._break_off(rest.task)
        else:
            rest.alive = False
            scope.resting.remove(node.id)
        if rest.row:
            rest.row.done = at
            outcome = rest.row.outcome = self._outcome(node)
            if node.does == "sign" and (not node.outcomes or outcome == node.outcomes[0]):
                self.signed = at
            if rest.left:  # one after the other
                self._open(scope, node, at, left=rest.left - 1)
                return
            if node.id in scope.resting:  # others of the same step go on
                return
        self._leave(scope, node, outcome, at)

    def _break_off(self, task: _Rest) -> None:
        task.alive = False
        task.scope.resting.remove(task.node.id)
        if task.row:
            task.row.note = _("Bị cắt ngang vì quá thời gian")

    def _outcome(self, node: Node) -> str:
        if not node.outcomes:
            return ""
        first = self._times.get(node.id, 0) == 0
        self._times[node.id] = 1
        chosen = self.situation.outcomes.get(node.id, "") if first else ""
        return chosen if chosen in node.outcomes else node.outcomes[0]

    def _leave(self, scope: _Scope, node: Node, outcome: str, at: datetime) -> None:
        def arrived(join: str) -> set[str]:
            return scope.arrived.get(join, set())

        def resting() -> set[str]:
            return set(scope.resting)

        self._carry_out(scope, leave(scope.graph, node.id, self._env(outcome), arrived, resting), at)

    def _carry_out(self, scope: _Scope, effects: list[Effect], at: datetime) -> None:
        passing: list[Node] = []
        ended = False
        for effect in effects:
            self.passed.add(effect.node.id)
            match effect:
                case OpenTask(node):
                    if not self._open_all(scope, node, at):
                        passing.append(node)
                case RunService(node):
                    self.steps.append(SimulatedStep(node, at, None, at))
                    passing.append(node)
                case Call(node):
                    self._call(scope, node, at)
                case ArriveAt(node, flow, completes):
                    waiting = scope.arrived.setdefault(node.id, set())
                    waiting.add(flow.id)
                    if completes:
                        waiting.clear()
                case Merge(node):
                    scope.arrived.get(node.id, set()).clear()
                case End(node):
                    ended = ended or node.id not in scope.graph.aside
                case _:
                    self._wait(scope, effect.node, at)
        for node in passing:
            self._leave(scope, node, "", at)
        if ended:
            self._close(scope, at)

    def _close(self, scope: _Scope, at: datetime) -> None:
        if scope.parent is None:
            self.over = at
            return
        for _at, _order, rest in self._queue:
            if rest.scope is scope:
                rest.alive = False
        outer, node = scope.parent
        outer.resting.remove(node.id)
        self._leave(outer, node, "", at)

    def _call(self, scope: _Scope, node: Node, at: datetime) -> None:
        scope.resting.append(node.id)
        percent = scope.percent * (node.share or 100) // 100
        inner = _Scope(self.main.graph.process(node.calls), percent, (scope, node))
        self._carry_out(inner, start(inner.graph, self._env()), at)

    def _open_all(self, scope: _Scope, node: Node, at: datetime) -> bool:
        times = self._instances(node)
        if not times:
            return False
        if node.many == "parallel":
            for _index in range(times):
                self._open(scope, node, at)
        else:
            self._open(scope, node, at, left=times - 1)
        return True

    def _instances(self, node: Node) -> int:
        if not node.many:
            return 1
        if node.over:
            rows: Any = self.situation.answers
            for key in node.over.split(".")[1:]:
                rows = rows.get(key) if isinstance(rows, dict) else None
            return len(rows) if isinstance(rows, list) else 0
        return len(node.agencies) or node.times

    def _open(self, scope: _Scope, node: Node, at: datetime, *, left: int = 0) -> None:
        if len(self.steps) >= MAX_STEPS:
            raise Invalid(_("Với giả định này quy trình chạy mãi không kết thúc; hãy chọn kết quả khác cho các bước."))
        percent = node.share and max(1, node.share * scope.percent // 100)
        row = SimulatedStep(node, at, self._step_due(percent, at))
        self.steps.append(row)
        rest = _Rest(scope, node, row, left=left)
        scope.resting.append(node.id)
        self._put(self.situation.calendar.add_working_seconds(at, self._seconds(percent, at)), rest)
        for event in scope.graph.boundaries(node):
            self.passed.add(event.id)
            self._put(self._runs_out(event.timer, at), _Rest(scope, event, task=rest))

    def _wait(self, scope: _Scope, node: Node, at: datetime) -> None:
        """A message is taken to come after a working day."""
        until = self._runs_out(node.timer or "1 days", at)
        note = _("Giả định tin đến sau một ngày làm việc") if node.message else ""
        self.steps.append(SimulatedStep(node, at, None, until, note=note))
        scope.resting.append(node.id)
        self._put(until, _Rest(scope, node))

    def _put(self, at: datetime, rest: _Rest) -> None:
        heapq.heappush(self._queue, (at, next(self._number), rest))

    def _step_due(self, percent: int | None, at: datetime) -> datetime | None:
        if not percent or self.due is None:
            return self.due
        return step_due(self.situation.term, percent, at, self.situation.calendar, case_due=self.due)

    def _seconds(self, percent: int | None, at: datetime) -> int:
        """Working time a step takes: its share at the pace assumed, an hour where it has none."""
        if not percent:
            return _HOUR * self.situation.pace // 100
        calendar, day = self.situation.calendar, local(at).date()
        part = share(self.situation.term, percent, calendar, day)
        if part.unit is Unit.HOURS:
            whole = part.seconds
        elif part.unit is Unit.WORKING_DAYS:
            whole = part.days * calendar.usual_day(day)
        else:
            whole = calendar.working_seconds_between(at, at + timedelta(days=part.days))
        return whole * self.situation.pace // 100

    def _runs_out(self, timer: str, at: datetime) -> datetime:
        if WATCH.fullmatch(timer):
            return at + timedelta(**{_ISO_UNITS[unit]: int(amount) for amount, unit in _ISO.findall(timer)})
        return due(Term.parse(timer), at, self.situation.calendar).at or at
