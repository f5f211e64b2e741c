"""Whether a process can run: its parts fit, its conditions make sense, its tokens neither get stuck nor stay behind."""

import re
from collections import deque
from collections.abc import Collection, Iterator
from functools import cache

from django.utils.translation import gettext as _

from tinhso.blocks.cases.bpmn.graph import Flow, Graph, Kind, Node, Problem
from tinhso.kernel.rules import check_rule

MAX_NODES = 300
MAX_MARKINGS = 20_000
"""How many distributions of tokens are looked at before a process counts as too complex to check."""

_IS_OUTCOME = re.compile(r"""^\s*outcome\s*==\s*(["'])([^"']*)\1\s*$""")
_COMPARED = re.compile(r"""\boutcome\s*[=!]=\s*(["'])([^"']*)\1""")
_READS_OUTCOME = re.compile(r"\boutcome\b")


def problems_of(graph: Graph, known: Collection[str]) -> list[Problem]:
    """Everything wrong with the graph; tokens are only let run when its parts fit together."""
    if len(graph.nodes) > MAX_NODES:
        return [Problem(0, _("Quy trình có hơn {limit} phần tử; hãy tách thành quy trình đơn giản hơn.").format(limit=MAX_NODES))]
    if problems := [*_start_and_end(graph), *_dangling_flows(graph)]:
        return problems
    problems = [*_degrees(graph), *_unreachable(graph), *_conditions(graph, known)]
    return problems or [*_without_result(graph), *_unsound(graph)]


def share_warnings(graph: Graph) -> list[str]:
    """Advice, not refusal: tasks one after the other that together take more than the term."""

    @cache
    def longest(node_id: str) -> tuple[int, tuple[str, ...]]:
        node = graph.node(node_id)
        onward = [longest(flow.target) for flow in graph.leaving(node) if flow not in backward]
        total, tasks = max(onward, default=(0, ()))
        return (total + node.share, (node.id, *tasks)) if node.share else (total, tasks)

    backward = _backward_flows(graph)
    total, tasks = longest(graph.start.id)
    if total <= 100:
        return []
    return [
        _("Các công việc nối tiếp {tasks} chiếm {total} % thời hạn; tổng tinhso:share không nên quá 100 %.").format(
            tasks=" → ".join(tasks), total=total
        )
    ]


# --- structure


def _start_and_end(graph: Graph) -> Iterator[Problem]:
    starts = [node for node in graph.nodes if node.kind is Kind.START]
    if not starts:
        yield Problem(0, _("Quy trình không có sự kiện bắt đầu <bpmn:startEvent>."))
    for extra in starts[1:]:
        yield _problem(extra, _("quy trình chỉ được có một sự kiện bắt đầu."))
    if not any(node.kind is Kind.END for node in graph.nodes):
        yield Problem(0, _("Quy trình không có sự kiện kết thúc <bpmn:endEvent>."))


def _dangling_flows(graph: Graph) -> Iterator[Problem]:
    ids = {node.id for node in graph.nodes}
    for flow in graph.flows:
        for name, end in (("sourceRef", flow.source), ("targetRef", flow.target)):
            if not end:
                yield _problem(flow, _("thiếu {name}.").format(name=name))
            elif end not in ids:
                yield _problem(flow, _("{name} chỉ tới “{id}” không có trong quy trình.").format(name=name, id=end))


def _degrees(graph: Graph) -> Iterator[Problem]:
    for node in graph.nodes:
        entering, leaving = len(graph.entering(node)), len(graph.leaving(node))
        if node.kind is Kind.START and entering:
            yield _problem(node, _("sự kiện bắt đầu không được có luồng đi vào."))
        if node.kind is Kind.END and leaving:
            yield _problem(node, _("sự kiện kết thúc không được có luồng đi ra."))
        if node.kind is not Kind.END and not leaving:
            yield _problem(node, _("không có luồng đi ra, quy trình sẽ dừng ở đây."))
        if node.kind in (Kind.START, Kind.USER, Kind.SERVICE) and leaving > 1:
            yield _problem(node, _("chỉ được có một luồng đi ra; muốn rẽ nhánh hãy dùng exclusiveGateway hoặc parallelGateway."))


def _unreachable(graph: Graph) -> Iterator[Problem]:
    reached = _reached(graph, stopping_at=frozenset())
    for node in graph.nodes:
        if node not in reached:
            yield _problem(node, _("không đi tới được từ sự kiện bắt đầu."))


def _reached(graph: Graph, *, stopping_at: Collection[Node]) -> set[Node]:
    """The nodes to which some way leads from the start that passes none of those named."""
    reached = {graph.start}
    waiting = deque([graph.start])
    while waiting:
        for flow in graph.leaving(waiting.popleft()):
            node = graph.node(flow.target)
            if node not in reached and node not in stopping_at:
                reached.add(node)
                waiting.append(node)
    return reached


def _without_result(graph: Graph) -> Iterator[Problem]:
    """Signing finishes a case, and only a finished case is returned; a service task may finish one too."""
    finishing = [node for node in graph.nodes if node.does == "sign" or node.kind is Kind.SERVICE]
    unfinished = _reached(graph, stopping_at=finishing)
    for node in graph.nodes:
        if node in unfinished:
            if node.does == "return":
                yield _problem(node, _("trả kết quả khi chưa có việc ký (tinhso:does=“sign”) ở trước."))
            elif node.kind is Kind.END:
                yield _problem(node, _("kết thúc khi chưa có kết quả nào được ký (tinhso:does=“sign”)."))


# --- conditions


def _conditions(graph: Graph, known: Collection[str]) -> Iterator[Problem]:
    for node in graph.nodes:
        flows = graph.leaving(node)
        if node.kind is Kind.EXCLUSIVE and len(flows) > 1:
            yield from _choice(graph, node, flows, known)
        else:
            for flow in flows:
                if flow.condition:
                    yield _problem(flow, _("điều kiện chỉ được đặt ở luồng đi ra từ exclusiveGateway có nhiều nhánh."))


def _choice(graph: Graph, gateway: Node, flows: tuple[Flow, ...], known: Collection[str]) -> Iterator[Problem]:
    """An exclusive gateway with several ways out."""
    if gateway.default and gateway.default not in {flow.id for flow in flows}:
        yield _problem(gateway, _("nhánh mặc định “{id}” không đi ra từ cổng này.").format(id=gateway.default))
    conditional = [flow for flow in flows if flow.id != gateway.default]
    for flow in flows:
        if flow.id == gateway.default and flow.condition:
            yield _problem(flow, _("nhánh mặc định không được có điều kiện."))
        elif flow.id != gateway.default and not flow.condition:
            yield _problem(flow, _("thiếu điều kiện; nếu đây là nhánh mặc định hãy ghi vào thuộc tính default của cổng."))
        elif flow.condition:
            for problem in check_rule(flow.condition, known):
                yield _problem(flow, _("điều kiện “{rule}”: {problem}").format(rule=flow.condition, problem=problem))
    if any(_READS_OUTCOME.search(flow.condition) for flow in conditional):
        yield from _outcome(graph, gateway, conditional)
    elif not gateway.default:
        yield _needs_default(gateway)


def _outcome(graph: Graph, gateway: Node, conditional: list[Flow]) -> Iterator[Problem]:
    """`outcome` must be what one task before the gateway leaves behind, and compared with what its person can choose."""
    deciders = _deciders(graph, gateway)
    offered: set[str] = set()
    for node in deciders:
        if node.kind is Kind.START:
            yield _problem(gateway, _("đọc outcome khi chưa có công việc nào được làm."))
        elif node.kind is Kind.SERVICE:
            yield _problem(gateway, _("đọc outcome ngay sau {element}; hãy rẽ nhánh trước đó.").format(element=node.label))
        elif node.kind is Kind.PARALLEL:
            yield _problem(
                gateway,
                _("đọc outcome ngay sau {element}, nơi nhiều nhánh nhập lại nên không rõ của công việc nào.").format(
                    element=node.label
                ),
            )
        elif not node.outcomes:
            yield _problem(node, _("thiếu tinhso:outcomes, vì {element} rẽ nhánh theo outcome.").format(element=gateway.label))
        offered |= set(node.outcomes)
    for flow in conditional:
        for _quote, outcome in _COMPARED.findall(flow.condition):
            if offered and outcome not in offered:
                yield _problem(
                    flow,
                    _("outcome “{outcome}” không có; công việc trước đó cho chọn: {offered}.").format(
                        outcome=outcome, offered=", ".join(sorted(offered))
                    ),
                )
    covered = {found.group(2) for flow in conditional if (found := _IS_OUTCOME.match(flow.condition))}
    if not gateway.default and not (covered and offered <= covered):
        yield _needs_default(gateway)


def _deciders(graph: Graph, gateway: Node) -> list[Node]:
    """Where a token's `outcome` at the gateway comes from: user tasks; the start, services and joins, which leave none."""
    found: list[Node] = []
    seen = {gateway.id}
    waiting = deque([gateway])
    while waiting:
        for flow in graph.entering(waiting.popleft()):
            node = graph.node(flow.source)
            if node.id in seen:
                continue
            seen.add(node.id)
            if node.kind in (Kind.USER, Kind.SERVICE, Kind.START) or graph.is_join(node):
                found.append(node)
            else:
                waiting.append(node)
    return found


def _needs_default(gateway: Node) -> Problem:
    return _problem(gateway, _("cần nhánh mặc định (thuộc tính default) cho khi không điều kiện nào đúng."))


# --- tokens

Marking = frozenset[str]
"""The flows on which tokens are. Two tokens on one flow are a fault of their own, so a set is enough."""


def _unsound(graph: Graph) -> Iterator[Problem]:
    """Let the tokens run in every order and with every choice; name the first element where that goes wrong."""
    steps = [(node, _ids(graph.entering(node)), _ids(graph.leaving(node))) for node in graph.nodes]
    tasks = [step for step in steps if step[0].kind in (Kind.USER, Kind.SERVICE)]
    initial: Marking = _ids(graph.leaving(graph.start))
    onward: dict[Marking, set[Marking]] = {initial: set()}
    waiting = deque([initial])
    while waiting:
        marking = waiting.popleft()
        if not marking:
            continue
        if node := next((node for node, entering, _leaving in tasks if len(entering & marking) > 1), None):
            yield _problem(
                node, _("có thể được mở hai lần cùng lúc; hãy nhập các nhánh song song bằng parallelGateway trước đó.")
            )
            return
        for node, taken, given in _moves(steps, marking):
            left = marking - taken
            if node.kind is Kind.END and left:
                yield _problem(
                    node,
                    _("kết thúc trong khi nhánh song song khác còn chạy; hãy nhập các nhánh bằng parallelGateway trước đó."),
                )
                return
            if twice := left & given:
                flow = next(flow for flow in graph.flows if flow.id in twice)
                yield _problem(flow, _("có thể được đi qua hai lần cùng lúc; hãy nhập các nhánh song song bằng parallelGateway."))
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
            yield Problem(0, _("Quy trình có quá nhiều nhánh song song để kiểm tra; hãy tách thành quy trình đơn giản hơn."))
            return
    yield from _endless(graph, onward)


def _moves(steps: list[tuple[Node, Marking, Marking]], marking: Marking) -> Iterator[tuple[Node, Marking, Marking]]:
    """What can happen next: a node, the flows it takes tokens from and those it puts tokens on."""
    for node, entering, leaving in steps:
        if node.kind is Kind.PARALLEL:
            if entering and entering <= marking:
                yield node, entering, leaving
            continue
        for one in entering & marking:
            if node.kind is Kind.EXCLUSIVE:
                for way in leaving:
                    yield node, frozenset({one}), frozenset({way})
            else:
                yield node, frozenset({one}), leaving


def _ids(flows: tuple[Flow, ...]) -> Marking:
    return frozenset(flow.id for flow in flows)


def _stuck(graph: Graph, marking: Marking) -> Problem:
    """Only joins wait, so a marking without a move has a token in front of one."""
    join = next(graph.node(flow.target) for flow in graph.flows if flow.id in marking)
    missing = ", ".join(flow.id for flow in graph.entering(join) if flow.id not in marking)
    return _problem(join, _("có thể chờ mãi: không phải lúc nào cũng có nhánh đi tới qua {flows}.").format(flows=missing))


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
            yield _problem(node, _("từ đây quy trình đi vòng mãi, không tới được sự kiện kết thúc."))
            return


def _backward_flows(graph: Graph) -> set[Flow]:
    """The flows that lead back to a node on the way from the start to themselves: what makes loops."""
    backward: set[Flow] = set()
    done: set[str] = set()
    path: dict[str, Iterator[Flow]] = {graph.start.id: iter(graph.leaving(graph.start))}
    while path:
        node_id, flows = next(reversed(path.items()))
        flow = next(flows, None)
        if flow is None:
            done.add(node_id)
            del path[node_id]
        elif flow.target in path:
            backward.add(flow)
        elif flow.target not in done:
            path[flow.target] = iter(graph.leaving(graph.node(flow.target)))
    return backward


def _problem(element: Node | Flow, text: str) -> Problem:
    return Problem(element.line, f"{element.label}: {text}")
