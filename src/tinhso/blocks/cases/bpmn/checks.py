"""Whether a process can run: its parts fit, its conditions make sense, its tokens neither get stuck nor stay behind."""

import re
from collections import deque
from collections.abc import Collection, Iterator
from functools import cache

from django.utils.translation import gettext as _

from tinhso.blocks.cases.bpmn.graph import CHOOSING, RESTING, Flow, Graph, Kind, Node, Problem
from tinhso.blocks.cases.bpmn.soundness import backward_flows, problem_at, unsound
from tinhso.kernel.rules import check_rule

MAX_NODES = 300
MAX_WAYS = 8
"""Out of an inclusive gateway: every selection of them is tried."""

_IS_OUTCOME = re.compile(r"""^\s*outcome\s*==\s*(["'])([^"']*)\1\s*$""")
_COMPARED = re.compile(r"""\boutcome\s*[=!]=\s*(["'])([^"']*)\1""")
_READS_OUTCOME = re.compile(r"\boutcome\b")


def problems_of(graph: Graph, known: Collection[str], *, main: bool = True) -> list[Problem]:
    """Everything wrong with the graph; tokens are only let run when its parts fit together."""
    if len(graph.nodes) > MAX_NODES:
        return [Problem(0, _("Quy trình có hơn {limit} phần tử; hãy tách thành quy trình đơn giản hơn.").format(limit=MAX_NODES))]
    if problems := [*_start_and_end(graph), *_dangling_flows(graph)]:
        return problems
    problems = [*_events(graph), *_degrees(graph), *_unreachable(graph), *_lists(graph, known), *_conditions(graph, known)]
    return problems or [*_side_branches(graph), *(_without_result(graph) if main else _with_result(graph)), *unsound(graph)]


def share_warnings(graph: Graph) -> list[str]:
    """Advice, not refusal: tasks one after the other that together take more than the term."""

    @cache
    def longest(node_id: str) -> tuple[int, tuple[str, ...]]:
        node = graph.node(node_id)
        onward = [longest(flow.target) for flow in graph.onward(node) if flow not in backward]
        total, tasks = max(onward, default=(0, ()))
        return (total + node.share, (node.id, *tasks)) if node.share else (total, tasks)

    backward = backward_flows(graph)
    total, tasks = longest(graph.start.id)
    if total <= 100:
        return []
    return [
        _("Các công việc nối tiếp {tasks} chiếm {total} % thời hạn; tổng tinhso:share không nên quá 100 %.").format(
            tasks=" → ".join(tasks), total=total
        )
    ]


def call_problems(main: Graph) -> Iterator[tuple[Graph, Problem]]:
    """What is wrong between a process and those it calls, each with the process it stands in."""
    seen: dict[str, Graph] = {}
    for process in main.processes:
        elements: tuple[Node | Flow, ...] = (*process.nodes, *process.flows)
        for element in elements:
            if element.id in seen and seen[element.id] is not process:
                yield process, problem_at(element, _("id này đã dùng trong một tệp quy trình khác của thư mục."))
            seen[element.id] = process
    if len({process.id for process in main.processes}) <= len(main.called):
        yield main, Problem(0, _("Hai tệp quy trình của thư mục có cùng id ở <bpmn:process>."))
        return
    used = {main.id}
    for process in main.processes:
        for node in process.nodes:
            if node.kind is Kind.CALL:
                used.add(node.calls)
                if process.id in _called_from(main, main.process(node.calls)):
                    text = _("quy trình gọi lại chính nó qua “{id}”.").format(id=node.calls)
                    yield process, problem_at(node, text)
    for process in main.called:
        if process.id not in used:
            yield process, Problem(0, _("không có callActivity nào gọi quy trình “{id}”.").format(id=process.id))


def _called_from(main: Graph, process: Graph) -> set[str]:
    """The ids of a process and all that it calls, directly or not."""
    found, waiting = {process.id}, deque([process])
    while waiting:
        for node in waiting.popleft().nodes:
            if node.kind is Kind.CALL and node.calls not in found:
                found.add(node.calls)
                waiting.append(main.process(node.calls))
    return found


# --- structure


def _start_and_end(graph: Graph) -> Iterator[Problem]:
    starts = [node for node in graph.nodes if node.kind is Kind.START]
    if not starts:
        yield Problem(0, _("Quy trình không có sự kiện bắt đầu <bpmn:startEvent>."))
    for extra in starts[1:]:
        yield problem_at(extra, _("quy trình chỉ được có một sự kiện bắt đầu."))
    if not any(node.kind is Kind.END for node in graph.nodes):
        yield Problem(0, _("Quy trình không có sự kiện kết thúc <bpmn:endEvent>."))


def _dangling_flows(graph: Graph) -> Iterator[Problem]:
    ids = {node.id for node in graph.nodes}
    for flow in graph.flows:
        for name, end in (("sourceRef", flow.source), ("targetRef", flow.target)):
            if not end:
                yield problem_at(flow, _("thiếu {name}.").format(name=name))
            elif end not in ids:
                yield problem_at(flow, _("{name} chỉ tới “{id}” không có trong quy trình.").format(name=name, id=end))


def _degrees(graph: Graph) -> Iterator[Problem]:
    for node in graph.nodes:
        entering, leaving = len(graph.entering(node)), len(graph.leaving(node))
        if node.kind is Kind.START and entering:
            yield problem_at(node, _("sự kiện bắt đầu không được có luồng đi vào."))
        if node.kind is Kind.END and leaving:
            yield problem_at(node, _("sự kiện kết thúc không được có luồng đi ra."))
        if node.kind is Kind.BOUNDARY and entering:
            yield problem_at(node, _("sự kiện gắn vào công việc không được có luồng đi vào."))
        if node.kind is not Kind.END and not leaving:
            yield problem_at(node, _("không có luồng đi ra, quy trình sẽ dừng ở đây."))
        if node.kind in RESTING | {Kind.START, Kind.BOUNDARY} and leaving > 1:
            yield problem_at(
                node, _("chỉ được có một luồng đi ra; muốn rẽ nhánh hãy dùng exclusiveGateway hoặc parallelGateway.")
            )
        if node.kind is Kind.INCLUSIVE and leaving > MAX_WAYS:
            yield problem_at(node, _("chỉ được có nhiều nhất {limit} luồng đi ra.").format(limit=MAX_WAYS))


def _events(graph: Graph) -> Iterator[Problem]:
    ids = {node.id: node for node in graph.nodes}
    for event in graph.nodes:
        if event.kind is Kind.BOUNDARY:
            task = ids.get(event.attached_to)
            if task is None or task.kind is not Kind.USER:
                yield problem_at(
                    event, _("attachedToRef=“{id}” phải là một userTask trong quy trình.").format(id=event.attached_to)
                )


def _unreachable(graph: Graph) -> Iterator[Problem]:
    reached = graph.reached([graph.start])
    for node in graph.nodes:
        if node not in reached:
            yield problem_at(node, _("không đi tới được từ sự kiện bắt đầu."))


def _lists(graph: Graph, known: Collection[str]) -> Iterator[Problem]:
    for node in graph.nodes:
        for path in filter(None, (node.over, *(name.removeprefix("unit:") for name in _units(node)))):
            for problem in check_rule(path, known):
                yield problem_at(node, _("“{rule}”: {problem}").format(rule=path, problem=problem))


def _units(node: Node) -> list[str]:
    return [name for name in (node.agency, *node.agencies) if name.startswith("unit:")]


def _side_branches(graph: Graph) -> Iterator[Problem]:
    """What begins beside a task must keep apart: it may neither come back nor decide the case."""
    ordinary = graph.reached([graph.start], beside=False)
    for event in graph.nodes:
        if event.beside and not ordinary.isdisjoint(branch := graph.branch(event)):
            node = min(ordinary & branch, key=lambda node: node.line)
            text = _("nhánh của sự kiện không ngắt (cancelActivity=“false”) phải kết thúc riêng, không được nhập vào {element}.")
            yield problem_at(event, text.format(element=node.label))
    for node in graph.nodes:
        if node.id in graph.aside and node.does in ("sign", "return"):
            yield problem_at(node, _("không được ký hoặc trả kết quả ở nhánh của sự kiện không ngắt."))


def _with_result(graph: Graph) -> Iterator[Problem]:
    """A process that is called leaves the decision to the one that calls."""
    for node in graph.nodes:
        if node.does in ("sign", "return"):
            yield problem_at(node, _("quy trình được gọi (callActivity) không được ký hoặc trả kết quả; hãy vẽ ở process.bpmn."))


def _without_result(graph: Graph) -> Iterator[Problem]:
    """Signing finishes a case, and only a finished case is returned; a service task may finish one too."""
    finishing = [node for node in graph.nodes if node.does == "sign" or node.kind is Kind.SERVICE]
    unfinished = graph.reached([graph.start], stopping_at=finishing)
    for node in finishing:  # an event at a task that signs goes on without a signature
        for event in graph.boundaries(node):
            unfinished |= {event, *graph.reached([event], stopping_at=finishing)}
    for node in graph.nodes:
        if node in unfinished and node.id not in graph.aside:
            if node.does == "return":
                yield problem_at(node, _("trả kết quả khi chưa có việc ký (tinhso:does=“sign”) ở trước."))
            elif node.kind is Kind.END:
                yield problem_at(node, _("kết thúc khi chưa có kết quả nào được ký (tinhso:does=“sign”)."))


# --- conditions


def _conditions(graph: Graph, known: Collection[str]) -> Iterator[Problem]:
    for node in graph.nodes:
        flows = graph.leaving(node)
        if node.kind in CHOOSING and len(flows) > 1:
            yield from _choice(graph, node, flows, known)
        else:
            for flow in flows:
                if flow.condition:
                    yield problem_at(
                        flow, _("điều kiện chỉ được đặt ở luồng đi ra từ exclusiveGateway hoặc inclusiveGateway có nhiều nhánh.")
                    )


def _choice(graph: Graph, gateway: Node, flows: tuple[Flow, ...], known: Collection[str]) -> Iterator[Problem]:
    """An exclusive gateway with several ways out."""
    if gateway.default and gateway.default not in {flow.id for flow in flows}:
        yield problem_at(gateway, _("nhánh mặc định “{id}” không đi ra từ cổng này.").format(id=gateway.default))
    conditional = [flow for flow in flows if flow.id != gateway.default]
    for flow in flows:
        if flow.id == gateway.default and flow.condition:
            yield problem_at(flow, _("nhánh mặc định không được có điều kiện."))
        elif flow.id != gateway.default and not flow.condition:
            yield problem_at(flow, _("thiếu điều kiện; nếu đây là nhánh mặc định hãy ghi vào thuộc tính default của cổng."))
        elif flow.condition:
            for problem in check_rule(flow.condition, known):
                yield problem_at(flow, _("điều kiện “{rule}”: {problem}").format(rule=flow.condition, problem=problem))
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
            yield problem_at(gateway, _("đọc outcome khi chưa có công việc nào được làm."))
        elif node.kind in (Kind.SERVICE, Kind.CATCH, Kind.CALL, Kind.BOUNDARY):
            yield problem_at(gateway, _("đọc outcome ngay sau {element}; hãy rẽ nhánh trước đó.").format(element=node.label))
        elif graph.is_join(node):
            yield problem_at(
                gateway,
                _("đọc outcome ngay sau {element}, nơi nhiều nhánh nhập lại nên không rõ của công việc nào.").format(
                    element=node.label
                ),
            )
        elif not node.outcomes:
            yield problem_at(node, _("thiếu tinhso:outcomes, vì {element} rẽ nhánh theo outcome.").format(element=gateway.label))
        offered |= set(node.outcomes)
    for flow in conditional:
        for _quote, outcome in _COMPARED.findall(flow.condition):
            if offered and outcome not in offered:
                yield problem_at(
                    flow,
                    _("outcome “{outcome}” không có; công việc trước đó cho chọn: {offered}.").format(
                        outcome=outcome, offered=", ".join(sorted(offered))
                    ),
                )
    covered = {found.group(2) for flow in conditional if (found := _IS_OUTCOME.match(flow.condition))}
    if not gateway.default and not (covered and offered <= covered):
        yield _needs_default(gateway)


def _deciders(graph: Graph, gateway: Node) -> list[Node]:
    """Where a token's `outcome` at the gateway comes from: user tasks; start, services, events, joins, which leave none."""
    if graph.is_join(gateway):
        return [gateway]
    found: list[Node] = []
    seen = {gateway.id}
    waiting = deque([gateway])
    while waiting:
        for flow in graph.entering(waiting.popleft()):
            node = graph.node(flow.source)
            if node.id in seen:
                continue
            seen.add(node.id)
            if node.kind in RESTING | {Kind.START, Kind.BOUNDARY} or graph.is_join(node):
                found.append(node)
            else:
                waiting.append(node)
    return found


def _needs_default(gateway: Node) -> Problem:
    return problem_at(gateway, _("cần nhánh mặc định (thuộc tính default) cho khi không điều kiện nào đúng."))
