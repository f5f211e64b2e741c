"""Whether tokens can get stuck, meet on one flow or stay behind: every distribution of them is looked at."""

from collections import deque
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import combinations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tinhso.blocks.cases.bpmn.graph import RESTING, Flow, Graph, Kind, Node, Problem
from tinhso.blocks.cases.bpmn.tokens import may_merge

MAX_MARKINGS = 20_000
"""How many distributions of tokens are looked at before a process counts as too complex to check."""

TOO_MANY_BRANCHES = gettext_noop("Quy trình có quá nhiều nhánh song song để kiểm tra; hãy tách thành quy trình đơn giản hơn.")

Marking = frozenset[str]
"""The flows on which tokens are, and the events beside tasks that have happened. Two tokens on one flow are a fault of their own,
so a set is enough."""


def unsound(graph: Graph) -> Iterator[Problem]:
    """Let the tokens run in every order and with every choice; name the first element where that goes wrong."""
    yield from _explore(graph, {})


def markings(graph: Graph) -> Collection[Marking]:
    """Every distribution of tokens that a checked process can have."""
    onward: dict[Marking, set[Marking]] = {}
    deque(_explore(graph, onward), maxlen=0)
    return onward.keys()


@lru_cache(maxsize=64)
def places(graph: Graph) -> frozenset[frozenset[str]]:
    """The process's distributions of tokens as rows have them: at nodes, and on flows in front of joins."""
    events = {node.id for node in graph.nodes if node.kind is Kind.BOUNDARY}
    place = {flow.id: flow.id if graph.is_join(graph.node(flow.target)) else flow.target for flow in graph.flows}
    return frozenset(frozenset(place[flow] for flow in marking - events) for marking in markings(graph))


def _explore(graph: Graph, onward: dict[Marking, set[Marking]]) -> Iterator[Problem]:
    """Fill in all distributions of tokens with those that may follow each, up to the first fault."""
    tasks = [(node, _ids(graph.entering(node))) for node in graph.nodes if node.kind in RESTING]
    initial: Marking = _ids(graph.leaving(graph.start))
    onward[initial] = set()
    waiting = deque([initial])
    while waiting:
        marking = waiting.popleft()
        if not marking:
            continue
        if node := next((node for node, entering in tasks if len(entering & marking) > 1), None):
            yield problem_at(
                node, _("có thể được mở hai lần cùng lúc; hãy nhập các nhánh song song bằng parallelGateway trước đó.")
            )
            return
        for node, taken, given in moves(graph, marking):
            left = marking - taken
            if node.kind is Kind.END and node.id not in graph.aside:
                if any(flow.id in left and flow.target not in graph.aside for flow in graph.flows):
                    yield problem_at(
                        node,
                        _("kết thúc trong khi nhánh song song khác còn chạy; hãy nhập các nhánh bằng parallelGateway trước đó."),
                    )
                    return
                left = frozenset()
            if twice := left & given:
                flow = next(flow for flow in graph.flows if flow.id in twice)
                yield problem_at(
                    flow, _("có thể được đi qua hai lần cùng lúc; hãy nhập các nhánh song song bằng parallelGateway.")
                )
                return
            result = left | given
            onward[marking].add(result)
            if result not in onward:
                onward[result] = set()
                waiting.append(result)
        if not onward[marking]:
            yield _stuck(graph, marking)
            return
        if len(onward) > MAX_MARKINGS:
            yield Problem(0, _(TOO_MANY_BRANCHES))
            return
    yield from _endless(graph, onward)


def moves(graph: Graph, marking: Marking) -> Iterator[tuple[Node, Marking, Marking]]:
    """What can happen next: a node, the flows it takes tokens from and those it puts tokens on."""
    for node in graph.nodes:
        here, leaving = _ids(graph.entering(node)) & marking, _ids(graph.leaving(node))
        if not here:
            continue
        match node.kind:
            case Kind.PARALLEL:
                if len(here) == len(graph.entering(node)):
                    yield node, here, leaving
            case Kind.INCLUSIVE:
                if not graph.is_join(node) or may_merge(graph, node, here, marking):
                    for given in _selections(graph, node):
                        yield node, here, given
            case Kind.EXCLUSIVE:
                for one in here:
                    for way in leaving:
                        yield node, frozenset({one}), frozenset({way})
            case _:
                yield from _through(graph, node, here, leaving, marking)


def _through(
    graph: Graph, node: Node, here: Marking, leaving: Marking, marking: Marking
) -> Iterator[tuple[Node, Marking, Marking]]:
    """A node that is done, or one of whose events happens. What happens beside it happens once, and not while the last time's
    branch still runs."""
    happened = marking & {event.id for event in graph.boundaries(node)}
    for one in here:
        yield node, happened | {one}, leaving
        for event in graph.boundaries(node):
            if not event.beside:
                yield event, happened | {one}, _ids(graph.leaving(event))
            elif event.id not in happened and not any(
                flow.id in marking and graph.node(flow.target) in graph.branch(event) for flow in graph.flows
            ):
                yield event, frozenset(), _ids(graph.leaving(event)) | {event.id}


def _selections(graph: Graph, gateway: Node) -> Iterator[Marking]:
    """What an inclusive gateway may choose: any of its ways with conditions, or else its default."""
    flows = graph.leaving(gateway)
    ways = [flow.id for flow in flows if len(flows) == 1 or flow.id != gateway.default]
    for count in range(1, len(ways) + 1):
        yield from map(frozenset, combinations(ways, count))
    if len(flows) > 1 and gateway.default:
        yield frozenset({gateway.default})


def _ids(flows: tuple[Flow, ...]) -> Marking:
    return frozenset(flow.id for flow in flows)


def _stuck(graph: Graph, marking: Marking) -> Problem:
    """Only joins wait, so a marking without a move has a token in front of one."""
    join = next(graph.node(flow.target) for flow in graph.flows if flow.id in marking)
    missing = ", ".join(flow.id for flow in graph.entering(join) if flow.id not in marking)
    return problem_at(join, _("có thể chờ mãi: không phải lúc nào cũng có nhánh đi tới qua {flows}.").format(flows=missing))


def _endless(graph: Graph, onward: dict[Marking, set[Marking]]) -> Iterator[Problem]:
    """Markings from which the end cannot be reached any more."""
    before: dict[Marking, set[Marking]] = {marking: set() for marking in onward}
    for marking, results in onward.items():
        for result in results:
            before[result].add(marking)
    finishing = {frozenset[str]()} & onward.keys()
    waiting = deque(finishing)
    while waiting:
        for marking in before[waiting.popleft()] - finishing:
            finishing.add(marking)
            waiting.append(marking)
    for marking in onward:
        if marking not in finishing:
            node = next(graph.node(flow.target) for flow in graph.flows if flow.id in marking)
            yield problem_at(node, _("từ đây quy trình đi vòng mãi, không tới được sự kiện kết thúc."))
            return


def problem_at(element: Node | Flow, text: str) -> Problem:
    return Problem(element.line, f"{element.label}: {text}")


def after(graph: Graph, node: Node) -> tuple[set[str], set[str]]:
    """The nodes and flows that come after a node, ways back left out: what going back to it undoes."""
    backward = backward_flows(graph)
    nodes, flows, waiting = set[str](), set[str](), deque([node])
    while waiting:
        here = waiting.popleft()
        nodes |= {event.id for event in graph.boundaries(here)}
        for flow in graph.onward(here):
            if flow not in backward and flow.id not in flows:
                flows.add(flow.id)
                if flow.target not in nodes:
                    nodes.add(flow.target)
                    waiting.append(graph.node(flow.target))
    return nodes, flows


def backward_flows(graph: Graph) -> set[Flow]:
    """The flows that lead back to a node on the way from the start to themselves: what makes loops."""
    backward: set[Flow] = set()
    done: set[str] = set()
    path: dict[str, Iterator[Flow]] = {graph.start.id: iter(graph.onward(graph.start))}
    while path:
        node_id, flows = next(reversed(path.items()))
        flow = next(flows, None)
        if flow is None:
            done.add(node_id)
            del path[node_id]
        elif flow.target in path:
            backward.add(flow)
        elif flow.target not in done:
            path[flow.target] = iter(graph.onward(graph.node(flow.target)))
    return backward
