"""The steps of a process as a table: the same as the diagram, in words."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tinhso.blocks.cases.bpmn.graph import Graph, Kind, Node
from tinhso.blocks.cases.process import label_of_outcome
from tinhso.kernel.manifest import roles
from tinhso.kernel.time import Calendar, Term, share

DOES: dict[str, str | Promise] = {
    "review": gettext_lazy("Xem xét, thẩm tra"),
    "draft": gettext_lazy("Soạn dự thảo kết quả"),
    "sign": gettext_lazy("Ký kết quả"),
    "return": gettext_lazy("Trả kết quả"),
}
_PLACES = {
    "": gettext_lazy("Cơ quan giải quyết"),
    "same": gettext_lazy("Cơ quan giải quyết"),
    "parent": gettext_lazy("Cơ quan cấp trên"),
    "province": gettext_lazy("Ủy ban nhân dân tỉnh"),
}


_SERVICES = {
    "clock.fee_or_tax": gettext_lazy("Tạm dừng thời hạn, chờ nghĩa vụ tài chính"),
    "clock.go_on": gettext_lazy("Tính tiếp thời hạn"),
}


@dataclass(frozen=True)
class StepRow:
    """One line. `time`: its share of the term, None where it may take what is left."""

    node: Node
    number: int
    role: str
    agency: str
    share: int | None
    time: Term | None
    does: str
    outcomes: tuple[str, ...]
    next: tuple[str, ...]


def step_rows(graph: Graph, term: Term) -> list[StepRow]:
    """Everything somebody or something does, in the order of the file."""
    shown = [node for node in graph.nodes if node.kind in (Kind.USER, Kind.SERVICE, Kind.CALL, Kind.CATCH, Kind.BOUNDARY)]
    return [_row(graph, node, number, term) for number, node in enumerate(shown, 1)]


def _row(graph: Graph, node: Node, number: int, term: Term) -> StepRow:
    outcomes = tuple(str(label_of_outcome(code)) for code in node.outcomes)
    time = share(term, node.share, Calendar.national(), localdate()) if node.share else None
    agencies = ", ".join(map(agency_words, node.agencies)) or agency_words(node.agency)
    following = tuple(title_of(after) for after in _following(graph, node))
    return StepRow(node, number, role_title(node.role), agencies, node.share, time, does_words(node), outcomes, following)


def role_title(code: str) -> str:
    found = roles().get(code)
    return str(found.title) if found else code


def agency_words(name: str) -> str:
    """How a process names an agency, as people say it."""
    if name in _PLACES:
        return str(_PLACES[name])
    kind, _colon, value = name.partition(":")
    match kind:
        case "province":
            return _("Cơ quan cấp tỉnh: {name}").format(name=value.upper())
        case "here":
            return _("Đơn vị trực thuộc: {name}").format(name=value.upper())
        case "unit":
            return _("Ủy ban nhân dân của đơn vị ghi ở “{field}”").format(field=value.removeprefix("answers."))
    return value


def does_words(node: Node) -> str:
    match node.kind:
        case Kind.USER:
            return str(DOES.get(node.does, node.does))
        case Kind.SERVICE:
            return _("Hệ thống tự làm")
        case Kind.CALL:
            return _("Quy trình con")
        case Kind.BOUNDARY:
            return _("Khi quá {time}").format(time=node.timer)
    return _("Chờ tin {message}").format(message=node.message) if node.message else _("Chờ {time}").format(time=node.timer)


def service_words(name: str) -> str:
    """What a registered service task does, for those who draw."""
    return str(_SERVICES.get(name, name))


def title_of(node: Node) -> str:
    """What a node is called for people."""
    if node.name:
        return node.name
    return _("Kết thúc") if node.kind is Kind.END else does_words(node) if node.kind in (Kind.CATCH, Kind.CALL) else node.id


def _following(graph: Graph, node: Node) -> list[Node]:
    """What may come next, gateways passed over."""
    found: list[Node] = []
    waiting = [graph.node(flow.target) for flow in graph.leaving(node)] if node in graph.nodes else []
    seen: set[str] = set()
    while waiting:
        after = waiting.pop(0)
        if after.id in seen:
            continue
        seen.add(after.id)
        if after.kind in (Kind.EXCLUSIVE, Kind.PARALLEL, Kind.INCLUSIVE):
            waiting.extend(graph.node(flow.target) for flow in graph.leaving(after))
        else:
            found.append(after)
    return found
