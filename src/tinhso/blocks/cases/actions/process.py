"""The process of a case, run on rows: effects of the token game become steps, arrivals and service calls."""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from tinhso.blocks.cases.bpmn.graph import Graph, Node
from tinhso.blocks.cases.bpmn.tokens import ArriveAt, Arrived, Effect, End, OpenTask, RunService, leave, start
from tinhso.blocks.cases.clock import due_of_step
from tinhso.blocks.cases.models import Case, CaseAccess, JoinArrival, Step
from tinhso.blocks.cases.process import graph_of

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


def _env(case: Case, outcome: str) -> dict[str, Any]:
    return {"outcome": outcome, "answers": case.form.answers, "case": {"channel": case.channel, "code": case.code}}


def start_process(case: Case, *, at: datetime) -> None:
    """Put the first token into the process."""
    graph = graph_of(case.version)
    _carry_out(case, graph, start(graph, _env(case, "")), at=at)


def continue_process(step: Step, case: Case, *, at: datetime) -> None:
    """Move on from a finished step."""
    graph = graph_of(case.version)
    _carry_out(case, graph, leave(graph, step.node, _env(case, step.outcome), _waiting_at_joins(case)), at=at)


def cancel_open_steps(case: Case) -> None:
    """Nothing of this case waits for anybody any more."""
    case.steps.filter(done_at__isnull=True, cancelled=False).update(cancelled=True)
    case.arrivals.filter(consumed=False).update(consumed=True)


def _waiting_at_joins(case: Case) -> Arrived:
    def flows(node_id: str) -> set[str]:
        return set(case.arrivals.filter(node=node_id, consumed=False).values_list("flow", flat=True))

    return flows


def _carry_out(case: Case, graph: Graph, effects: Iterable[Effect], *, at: datetime) -> None:
    waiting = deque(effects)
    while waiting:
        match waiting.popleft():
            case OpenTask(node):
                _open_step(case, node, at=at)
            case RunService(node):
                _services[node.action](case, at)
                waiting.extend(leave(graph, node.id, _env(case, ""), _waiting_at_joins(case)))
            case ArriveAt(node, flow, completes):
                JoinArrival.objects.create(case=case, node=node.id, flow=flow.id)
                if completes:
                    case.arrivals.filter(node=node.id, consumed=False).update(consumed=True)
            case End():
                pass


def _open_step(case: Case, node: Node, *, at: datetime) -> None:
    Step.objects.create(
        case=case,
        node=node.id,
        name=node.name,
        does=node.does,
        role=node.role,
        agency=case.agency,
        opened_at=at,
        due_at=due_of_step(case, node, opened_at=at),
    )
    CaseAccess.objects.bulk_create([CaseAccess(case=case, agency=case.agency, role=node.role)], ignore_conflicts=True)


def shift_open_steps(case: Case) -> None:
    """Give the open steps their due dates again after the clock has moved."""
    graph = graph_of(case.version)
    for step in case.steps.filter(done_at__isnull=True, cancelled=False):
        step.due_at = due_of_step(case, graph.node(step.node), opened_at=step.opened_at)
        step.save(update_fields=["due_at"])
