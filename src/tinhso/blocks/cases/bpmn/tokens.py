"""How tokens move: one pure step at a time. The caller turns the effects into rows, in a transaction that has locked the case.

    effects = start(graph, env)                       # when the case is accepted
    effects = leave(graph, node_id, env, arrived)     # when a user or service task is finished

A step follows the flows through gateways until every token rests: at a user task (OpenTask), at a service task (RunService),
waiting at a join (ArriveAt) or at the end (End). Effects come in the order in which they must be carried out.

A gateway's conditions see `env`: {"outcome": what the person chose, "answers": the form, "case": facts of the case}.
"""

from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tinhso.blocks.cases.bpmn.graph import Flow, Graph, Kind, Node, Problem, ProcessError
from tinhso.kernel.rules import compile_rule

Env = Mapping[str, Any]
Arrived = Callable[[str], Collection[str]]
"""For a join's node id: the ids of the flows over which tokens already wait there."""


@dataclass(frozen=True)
class OpenTask:
    """Somebody has to do something: make a step."""

    node: Node


@dataclass(frozen=True)
class RunService:
    """The system has to do something; afterwards leave the node."""

    node: Node


@dataclass(frozen=True)
class ArriveAt:
    """A token reached a join over `flow`. When it `completes` the join, forget all who waited there; what comes behind the
    join follows in the same list of effects. Otherwise remember the flow."""

    node: Node
    flow: Flow
    completes: bool


@dataclass(frozen=True)
class End:
    """The process is over; checked processes reach it once, as the last of their tokens."""

    node: Node


Effect = OpenTask | RunService | ArriveAt | End


def _nobody(node_id: str) -> Collection[str]:
    return ()


def start(graph: Graph, env: Env) -> list[Effect]:
    """The first step of a process."""
    return leave(graph, graph.start.id, env)


def leave(graph: Graph, node_id: str, env: Env, arrived: Arrived = _nobody) -> list[Effect]:
    """Move on from a finished node.

    Args:
        arrived: who waits at a join. Without it nobody does.

    Raises:
        KeyError: the graph has no such node.
        ProcessError: an exclusive gateway has neither a condition that holds nor a default flow.
    """
    effects: list[Effect] = []
    waiting: dict[str, set[str]] = {}
    moving = deque(_outgoing(graph, graph.node(node_id), env))
    while moving:
        flow = moving.popleft()
        node = graph.node(flow.target)
        if graph.is_join(node):
            here = waiting.setdefault(node.id, set(arrived(node.id)))
            here.add(flow.id)
            completes = join_complete(graph, node.id, here)
            effects.append(ArriveAt(node, flow, completes))
            if not completes:
                continue
            here.clear()
        match node.kind:
            case Kind.USER:
                effects.append(OpenTask(node))
            case Kind.SERVICE:
                effects.append(RunService(node))
            case Kind.END:
                effects.append(End(node))
            case _:
                moving.extend(_outgoing(graph, node, env))
    return effects


def join_complete(graph: Graph, join_id: str, arrived_flows: Collection[str]) -> bool:
    """Whether a token has come over every flow that enters the join."""
    return {flow.id for flow in graph.entering(graph.node(join_id))} <= set(arrived_flows)


def _outgoing(graph: Graph, node: Node, env: Env) -> tuple[Flow, ...]:
    """The flows a token takes out of a node: the one that is chosen at an exclusive gateway, all elsewhere."""
    flows = graph.leaving(node)
    if node.kind is not Kind.EXCLUSIVE or len(flows) == 1:
        return flows
    for flow in flows:
        if flow.id != node.default and compile_rule(flow.condition).holds(env):
            return (flow,)
    default = tuple(flow for flow in flows if flow.id == node.default)
    if not default:
        text = _("{element}: không điều kiện nào đúng và không có nhánh mặc định.").format(element=node.label)
        raise ProcessError([Problem(node.line, text)])
    return default
