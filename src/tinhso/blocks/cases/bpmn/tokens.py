"""How tokens move: one pure step at a time. The caller turns the effects into rows, in a transaction that has locked the case.

    effects = start(graph, env)                                # when the case is accepted
    effects = leave(graph, node_id, env, arrived, resting)     # when a task is finished, a timer has run out, a message has come

A step follows the flows through gateways until every token rests: at a user task (OpenTask), a service task (RunService), a catch
event (Wait), a call activity (Call), waiting at a join (ArriveAt) or at the end (End). Effects come in the order in which they
must be carried out. A boundary event is left like any node; whether its task is closed then is the caller's to do.

An inclusive join waits as long as a token may still come over a flow on which none has come (BPMN 2.0, 13.3.3). Since any token's
move can be what it waited for, the caller says with `resting` where all others are.

A gateway's conditions see `env`: {"outcome": what the person chose, "answers": the form, "case": facts of the case}.
"""

from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tinhso.blocks.cases.bpmn.graph import CHOOSING, Flow, Graph, Kind, Node, Problem, ProcessError
from tinhso.kernel.rules import compile_rule

Env = Mapping[str, Any]
Arrived = Callable[[str], Collection[str]]
"""For a join's node id: the ids of the flows over which tokens already wait there."""
Resting = Callable[[], Collection[str]]
"""The ids of the nodes at which other tokens rest, joins left out. Asked only where the process has an inclusive join."""


@dataclass(frozen=True)
class OpenTask:
    """Somebody has to do something: make a step."""

    node: Node


@dataclass(frozen=True)
class RunService:
    """The system has to do something; afterwards leave the node."""

    node: Node


@dataclass(frozen=True)
class Wait:
    """Nothing happens until a time or a message; afterwards leave the node."""

    node: Node


@dataclass(frozen=True)
class Call:
    """Run another process as a sub-case; afterwards leave the node."""

    node: Node


@dataclass(frozen=True)
class ArriveAt:
    """A token reached a join over `flow`. When it `completes` the join, forget all who waited there; what comes behind the
    join follows in the same list of effects. Otherwise remember the flow."""

    node: Node
    flow: Flow
    completes: bool


@dataclass(frozen=True)
class Merge:
    """An inclusive join goes on: forget all who waited there."""

    node: Node


@dataclass(frozen=True)
class End:
    """The process is over; checked processes reach it once, as the last of their tokens. The end of a side branch
    (`Graph.aside`) ends only that."""

    node: Node


Effect = OpenTask | RunService | Wait | Call | ArriveAt | Merge | End
_RESTS: Mapping[Kind, Callable[[Node], Effect]] = {
    Kind.USER: OpenTask,
    Kind.SERVICE: RunService,
    Kind.CATCH: Wait,
    Kind.CALL: Call,
    Kind.END: End,
}


def _nobody(node_id: str) -> Collection[str]:
    return ()


def _nowhere() -> Collection[str]:
    return ()


def start(graph: Graph, env: Env) -> list[Effect]:
    """The first step of a process."""
    return leave(graph, graph.start.id, env)


def leave(graph: Graph, node_id: str, env: Env, arrived: Arrived = _nobody, resting: Resting = _nowhere) -> list[Effect]:
    """Move on from a finished node.

    Args:
        arrived: who waits at a join. Without it nobody does.
        resting: where the other tokens are. Without it there are none.

    Raises:
        KeyError: the graph has no such node.
        ProcessError: a gateway has neither a condition that holds nor a default flow.
    """
    effects: list[Effect] = []
    waiting: dict[str, set[str]] = {}
    moving = deque(_outgoing(graph, graph.node(node_id), env))
    while moving or (merge := _ready_merge(graph, effects, waiting, arrived, resting)):
        if not moving:
            assert merge  # noqa: S101
            effects.append(Merge(merge))
            waiting[merge.id].clear()
            moving.extend(_outgoing(graph, merge, env))
            continue
        flow = moving.popleft()
        node = graph.node(flow.target)
        if graph.is_join(node):
            here = waiting.setdefault(node.id, set(arrived(node.id)))
            here.add(flow.id)
            completes = node.kind is Kind.PARALLEL and join_complete(graph, node.id, here)
            effects.append(ArriveAt(node, flow, completes))
            if not completes:
                continue
            here.clear()
        if rests := _RESTS.get(node.kind):
            effects.append(rests(node))
        else:
            moving.extend(_outgoing(graph, node, env))
    return effects


def _ready_merge(
    graph: Graph, effects: list[Effect], waiting: dict[str, set[str]], arrived: Arrived, resting: Resting
) -> Node | None:
    """The first inclusive join at which tokens wait that nothing else can reach any more."""
    if not graph.merges:
        return None
    joins = {node.id: waiting.setdefault(node.id, set(arrived(node.id))) for node in graph.nodes if graph.is_join(node)}
    if not any(joins[merge.id] for merge in graph.merges):
        return None
    opened = {effect.node.id for effect in effects if isinstance(effect, OpenTask | RunService | Wait | Call)}
    at_nodes = {flow.id for node_id in opened | set(resting()) for flow in graph.entering(graph.node(node_id))}
    elsewhere = at_nodes.union(*joins.values())
    return next((merge for merge in graph.merges if may_merge(graph, merge, joins[merge.id], elsewhere)), None)


def may_merge(graph: Graph, merge: Node, here: Collection[str], elsewhere: Collection[str]) -> bool:
    """Whether an inclusive join with tokens `here` goes on while the flows `elsewhere` bear tokens too.

    A token elsewhere holds it up if it can come to a flow that still lacks one, and to none that has one.
    """
    if not here:
        return False
    reachable = [graph.entries(merge, flow_id) for flow_id in set(elsewhere) - set(here)]
    return not any(entries and entries.isdisjoint(here) for entries in reachable)


def join_complete(graph: Graph, join_id: str, arrived_flows: Collection[str]) -> bool:
    """Whether a token has come over every flow that enters the join."""
    return {flow.id for flow in graph.entering(graph.node(join_id))} <= set(arrived_flows)


def _outgoing(graph: Graph, node: Node, env: Env) -> tuple[Flow, ...]:
    """The flows a token takes out of a node: what is chosen at an exclusive or inclusive gateway, all elsewhere."""
    flows = graph.leaving(node)
    if node.kind not in CHOOSING or len(flows) == 1:
        return flows
    chosen = []
    for flow in flows:
        if flow.id != node.default and compile_rule(flow.condition).holds(env):
            chosen.append(flow)
            if node.kind is Kind.EXCLUSIVE:
                break
    taken = tuple(chosen) or tuple(flow for flow in flows if flow.id == node.default)
    if not taken:
        text = _("{element}: không điều kiện nào đúng và không có nhánh mặc định.").format(element=node.label)
        raise ProcessError([Problem(node.line, text)])
    return taken
