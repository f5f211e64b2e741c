"""The process of a case, run on rows: effects of the token game become steps, arrivals, waits, sub-cases and service calls."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.db import connection
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import never_stood
from tinhso.blocks.cases.actions.tasks import common_outcome, held_up, instances_of, open_step, others_remain
from tinhso.blocks.cases.bpmn.graph import Kind, Node
from tinhso.blocks.cases.bpmn.tokens import ArriveAt, Call, Effect, End, Merge, OpenTask, RunService, Wait, leave, start
from tinhso.blocks.cases.clock import due_of_step
from tinhso.blocks.cases.models import Case, JoinArrival, Step, SubCase
from tinhso.blocks.cases.models import Wait as WaitRow
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.cases.scope import Scope, agency_for, due_in, scope_of
from tinhso.blocks.cases.timers import runs_out
from tinhso.kernel.errors import WrongState
from tinhso.kernel.inserts import insert, insert_together

Service = Callable[[Case, datetime], None]
_services: dict[str, Service] = {}


def service_task(name: str) -> Callable[[Service], Service]:
    """Offer a function to service tasks of processes under `tinhso:action="<name>"`. It runs in the transition's transaction."""

    def register(function: Service) -> Service:
        if name in _services:
            raise ValueError(f"service task {name!r} is registered twice")
        _services[name] = function
        return function

    return register


def service_task_names() -> frozenset[str]:
    return frozenset(_services)


def start_process(
    case: Case, *, at: datetime, never_stood: bool = False, beside: Iterable[Model] = (), last: bool = False
) -> None:
    """Put the first token into the process.

    Args:
        never_stood: the case's clock starts now, so nobody need look for pauses.
        beside: rows of other tables to be put in before; with the first step, in one statement, where that is all that begins.
        last: the running action looks at the case's rows no more.
    """
    scope = scope_of(case, None, stood=() if never_stood else None)
    _begin(scope, start(scope.graph, scope.env()), at=at, beside=beside, last=last)


def continue_process(step: Step, case: Case, *, at: datetime, last: bool = False) -> None:
    """Move on from a finished step; of a task done several times, when the last of them is finished.

    Args:
        last: the running action looks at the case's rows no more.

    Raises:
        WrongState: the step waits for the opinion of another agency.
    """
    if held_up(step):
        raise WrongState(_("Bước này còn chờ ý kiến của cơ quan khác. Hãy chờ trả lời hoặc rút câu hỏi."))
    scope = scope_of(case, step.sub, stood=() if never_stood(case) else None)
    node = scope.graph.node(step.node)
    outcome = step.outcome
    if node.many:
        if others_remain(scope, node, step, at=at):
            return
        outcome = common_outcome(scope, node, step)
    if scope.graph.boundaries(node):
        _end_timers(scope, node, at=at)
    move_on(scope, node, outcome, at=at, last=last)


def move_on(scope: Scope, node: Node, outcome: str = "", *, at: datetime, last: bool = False) -> None:
    """Let the token that rested at a node go on, and where that ends a sub-case, the one that waited for it."""
    effects = leave(scope.graph, node.id, scope.env(outcome), scope.arrived, scope.resting)
    while _begin(scope, effects, at=at, last=last) and scope.sub:
        ended, scope = scope.sub, scope_of(scope.case, scope.sub.parent)
        effects = leave(scope.graph, ended.node, scope.env(), scope.arrived, scope.resting)


def cancel_open_steps(case: Case) -> None:
    """Nothing of this case waits for anybody any more."""
    with connection.cursor() as cursor:
        cursor.execute(_CANCEL, [case.pk] * 5)


_CANCEL = """
WITH steps AS (UPDATE cases_step SET cancelled = true WHERE case_id = %s AND done_at IS NULL AND NOT cancelled),
arrivals AS (UPDATE cases_joinarrival SET consumed = true WHERE case_id = %s AND NOT consumed),
waits AS (UPDATE cases_wait SET ended_at = opened_at WHERE case_id = %s AND ended_at IS NULL),
subs AS (UPDATE cases_subcase SET ended_at = opened_at, cancelled = true WHERE case_id = %s AND ended_at IS NULL)
UPDATE cases_opinion SET withdrawn = true WHERE case_id = %s AND answered_at IS NULL
"""


# --- carrying out


def _begin(scope: Scope, effects: Sequence[Effect], *, at: datetime, beside: Iterable[Model] = (), last: bool = False) -> bool:
    """Make the rows, of a single step in as few statements as can be. Returns whether the process of this scope is over."""
    match effects:
        case [OpenTask(node)] if not node.many:
            open_task(scope, node, at=at, beside=beside, last=last)
            return False
    insert_together(beside)
    return _carry_out(scope, effects, at=at)


def _carry_out(scope: Scope, effects: Iterable[Effect], *, at: datetime) -> bool:
    """Make the rows. Returns whether the process of this scope is over.

    What goes on at once (services, a message that has come before) is put off until the rows of all other tokens are written,
    because joins look at those.
    """
    waiting, passing = deque(effects), deque[Node]()
    over = False
    while waiting or passing:
        if waiting:
            effect = waiting.popleft()
            over = over or (isinstance(effect, End) and effect.node.id not in scope.graph.aside)
            if not _settle(scope, effect, at=at):
                passing.append(effect.node)
        else:
            node = passing.popleft()
            if node.kind is Kind.SERVICE:
                _services[node.action](scope.case, at)
                scope = replace(scope, stood=None)  # it may have stopped the clock
            elsewhere = partial(_resting_or_passing, scope, tuple(passing))
            waiting.extend(leave(scope.graph, node.id, scope.env(), scope.arrived, elsewhere))
    if over and (scope.graph.aside or scope.sub):
        _close(scope, at=at)
    return over


def _resting_or_passing(scope: Scope, passing: Iterable[Node]) -> set[str]:
    return scope.resting() | {node.id for node in passing}


def _settle(scope: Scope, effect: Effect, *, at: datetime) -> bool:
    """Write one effect's rows. Returns whether its token stays; else it goes on when the others are settled."""
    match effect:
        case OpenTask(node):
            return open_task(scope, node, at=at)
        case RunService():
            return False
        case Wait(node):
            return wait_at(scope, node, at=at)
        case Call(node):
            return not _open_sub_case(scope, node, at=at)
        case ArriveAt(node, flow, completes):
            insert(JoinArrival(case=scope.case, sub=scope.sub, node=node.id, flow=flow.id))
            if completes:
                _consume(scope, node)
        case Merge(node):
            _consume(scope, node)
    return True


def _consume(scope: Scope, node: Node) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_CONSUME, [scope.case.pk, scope.sub.pk if scope.sub else None, node.id])


_CONSUME = """
UPDATE cases_joinarrival SET consumed = true
WHERE case_id = %s AND sub_id IS NOT DISTINCT FROM %s AND node = %s AND NOT consumed
"""


def _close(scope: Scope, *, at: datetime) -> None:
    """The end of a process ends what still runs beside it."""
    if scope.sub is None:
        cancel_open_steps(scope.case)
        return
    end_sub_cases(scope.sub, cancelled=False, at=at)


def end_sub_cases(sub: SubCase, *, cancelled: bool, at: datetime) -> None:
    """End a sub-case with all that still runs in it, sub-cases of its own too."""
    inside = [sub.pk]
    for other in SubCase.objects.filter(case=sub.case_id, ended_at__isnull=True).order_by("number"):  # parents before children
        if other.parent_id in inside:
            inside.append(other.pk)
    Step.objects.filter(sub__in=inside, done_at__isnull=True, cancelled=False).update(cancelled=True)
    WaitRow.objects.filter(sub__in=inside, ended_at__isnull=True).update(ended_at=at)
    JoinArrival.objects.filter(sub__in=inside, consumed=False).update(consumed=True)
    SubCase.objects.filter(pk__in=inside[1:]).update(ended_at=at, cancelled=True)
    SubCase.objects.filter(pk=sub.pk).update(ended_at=at, cancelled=cancelled)


def _open_sub_case(scope: Scope, node: Node, *, at: datetime) -> bool:
    """Begin a called process. Returns whether it is over already."""
    case = scope.case
    sub = SubCase.objects.create(
        case=case,
        parent=scope.sub,
        number=case.subs.count() + 1,
        node=node.id,
        process=node.calls,
        agency=agency_for(scope, node.agency, at=at),
        opened_at=at,
        due_at=due_of_step(case, node, opened_at=at),
    )
    inner = scope_of(case, sub)
    return _carry_out(inner, start(inner.graph, inner.env()), at=at)


def wait_at(scope: Scope, node: Node, *, at: datetime) -> bool:
    """Wait for a time or a message. Returns False for a message that is here already."""
    if node.message:
        early = scope.case.waits.filter(node="", message=node.message, ended_at__isnull=True).first()
        if early:
            early.ended_at = at
            early.save(update_fields=["ended_at"])
            return False
    insert(_wait(scope, node, at=at))
    return True


def _wait(scope: Scope, node: Node, *, at: datetime) -> WaitRow:
    due = runs_out(node.timer, scope.agency, opened_at=at, stood=scope.stood_still()) if node.timer else None
    boundary = node.kind is Kind.BOUNDARY
    return WaitRow(case=scope.case, sub=scope.sub, node=node.id, message=node.message, at_step=boundary, opened_at=at, due_at=due)


# --- steps


def open_task(scope: Scope, node: Node, *, at: datetime, beside: Iterable[Model] = (), last: bool = False) -> bool:
    """Open the step or steps of a user task, the first with rows of other tables `beside` it.

    Returns False when there is nothing to do: the list is empty. `last`: as `open_step`.
    """
    instances = instances_of(scope, node)
    if not instances:
        return False
    events = scope.graph.boundaries(node)
    waits = [_wait(scope, event, at=at) for event in events if not event.message]
    first, *others = instances
    open_step(scope, node, at=at, instance=first, of=len(instances), beside=[*beside, *waits], last=last)
    for index in others if node.many != "sequential" else ():
        open_step(scope, node, at=at, instance=index, of=len(instances))
    for event in events:
        if event.message:
            wait_at(scope, event, at=at)
    return True


def _still_runs(scope: Scope, event: Node) -> bool:
    """Whether what the event began the last time is not over yet; it is not begun a second time beside itself."""
    branch = {node.id for node in scope.graph.branch(event)}
    return not branch.isdisjoint(scope.resting())


def _end_timers(scope: Scope, node: Node, *, at: datetime) -> None:
    events = [event.id for event in scope.graph.boundaries(node)]
    with connection.cursor() as cursor:
        cursor.execute(_END_WAITS, [at, scope.case.pk, scope.sub.pk if scope.sub else None, events])


_END_WAITS = """
UPDATE cases_wait SET ended_at = %s
WHERE case_id = %s AND sub_id IS NOT DISTINCT FROM %s AND node = ANY(%s) AND ended_at IS NULL
"""


def fire(wait: WaitRow, case: Case, *, at: datetime) -> None:
    """The time of a wait has run out, or its message has come; `case` is locked."""
    scope = scope_of(case, wait.sub)
    node = scope.graph.node(wait.node)
    wait.ended_at = at
    wait.save(update_fields=["ended_at", "document"])
    if node.kind is Kind.BOUNDARY and not node.beside:
        task = scope.graph.node(node.attached_to)
        case.steps.filter(sub=scope.sub, node=task.id, done_at__isnull=True, cancelled=False).update(cancelled=True)
        _end_timers(scope, task, at=at)
    if not (node.beside and _still_runs(scope, node)):
        move_on(scope, node, at=at)


def shift_open_steps(case: Case) -> None:
    """Give open steps, sub-cases and timers their times again after the clock has moved."""
    graph = graph_of(case.version)
    for sub in case.subs.filter(ended_at__isnull=True) if graph.called else ():
        sub.due_at = due_of_step(case, graph.node(sub.node), opened_at=sub.opened_at)
        sub.save(update_fields=["due_at"])
    for step in case.steps.select_related("sub__agency").filter(done_at__isnull=True, cancelled=False):
        step.due_at = due_in(scope_of(case, step.sub), graph.node(step.node), opened_at=step.opened_at)
        step.save(update_fields=["due_at"])
    for wait in (
        case.waits.select_related("sub__agency").filter(ended_at__isnull=True).exclude(node="") if graph.has_timers else ()
    ):
        scope, timer = scope_of(case, wait.sub), graph.node(wait.node).timer
        if timer:
            wait.due_at = runs_out(timer, scope.agency, opened_at=wait.opened_at, stood=scope.stood_still())
            wait.save(update_fields=["due_at"])
