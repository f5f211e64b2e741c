"""What is different between two processes: steps added, removed, changed; ways that lead elsewhere."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from tinhso.blocks.cases.bpmn.graph import Graph, Kind, Node
from tinhso.blocks.cases.process import label_of_outcome
from tinhso.services.processes.steps import agency_words, does_words, role_title, title_of

_SHOWN = (Kind.USER, Kind.SERVICE, Kind.CALL, Kind.CATCH, Kind.BOUNDARY)


@dataclass(frozen=True)
class Change:
    """One particular of a step."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class ChangedStep:
    node: Node
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Difference:
    """Between two processes; `new_ways` and `old_ways` are sentences "from → to"."""

    added: tuple[Node, ...]
    removed: tuple[Node, ...]
    changed: tuple[ChangedStep, ...]
    new_ways: tuple[str, ...]
    old_ways: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        return not (self.added or self.removed or self.changed or self.new_ways or self.old_ways)

    @property
    def marks(self) -> dict[str, str]:
        """For the diagram of the later one."""
        return {node.id: "is-added" for node in self.added} | {step.node.id: "is-changed" for step in self.changed}


def difference(before: Graph, after: Graph) -> Difference:
    """Steps are the same when their ids are: an editor keeps them when a step is renamed or moved."""
    old, new = ({node.id: node for node in graph.nodes if node.kind in _SHOWN} for graph in (before, after))
    changed = [
        ChangedStep(new[name], tuple(changes)) for name in old.keys() & new.keys() if (changes := _changes(old[name], new[name]))
    ]
    order = [node.id for node in after.nodes]
    old_ways, new_ways = _ways(before), _ways(after)
    return Difference(
        added=tuple(node for name, node in new.items() if name not in old),
        removed=tuple(node for name, node in old.items() if name not in new),
        changed=tuple(sorted(changed, key=lambda step: order.index(step.node.id))),
        new_ways=tuple(text for key, text in new_ways.items() if key not in old_ways),
        old_ways=tuple(text for key, text in old_ways.items() if key not in new_ways),
    )


def _changes(old: Node, new: Node) -> list[Change]:
    return [Change(what, a, b) for (what, a), (_what, b) in zip(_particulars(old), _particulars(new), strict=True) if a != b]


def _particulars(node: Node) -> list[tuple[str, str]]:
    return [
        (_("Tên"), node.name),
        (_("Vai trò"), role_title(node.role)),
        (_("Cơ quan"), ", ".join(map(agency_words, node.agencies or (node.agency,)))),
        (_("Phần thời hạn"), "–" if node.share is None else f"{node.share} %"),
        (_("Việc"), does_words(node)),
        (_("Kết quả để chọn"), ", ".join(str(label_of_outcome(code)) for code in node.outcomes)),
        (_("Giấy tờ"), "; ".join(node.papers)),
        (_("Làm nhiều lần"), " ".join(filter(None, (node.many, node.over, str(node.times or ""))))),
    ]


def _ways(graph: Graph) -> dict[tuple[str, str, str], str]:
    found = {}
    for flow in graph.flows:
        source, target = graph.node(flow.source), graph.node(flow.target)
        condition = f" ({flow.condition})" if flow.condition else ""
        found[flow.source, flow.target, flow.condition] = f"{title_of(source)} → {title_of(target)}{condition}"
    return found
