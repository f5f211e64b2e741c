"""Reading the process of a case."""

from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.bpmn.graph import Graph, Node
from tinhso.blocks.cases.models import Case, ProcedureVersion, Step

_graphs: dict[str, Graph] = {}
_KEPT = 512

# what the codes of outcomes are called; a process may use others, which are shown as they are
_OUTCOMES = {
    "approve": _("Đồng ý"),
    "agree": _("Đồng ý"),
    "done": _("Hoàn thành"),
    "valid": _("Hợp lệ"),
    "return": _("Trả lại để chỉnh sửa"),
    "revise": _("Trả lại để chỉnh sửa"),
    "reject": _("Không đồng ý"),
}


@dataclass(frozen=True)
class Outcome:
    """What a person may choose when finishing a step. `needs_reason`: every outcome but the first."""

    code: str
    label: str | Promise
    needs_reason: bool


def graph_of(version: ProcedureVersion) -> Graph:
    """The version's process, parsed once per process of the operating system."""
    graph = _graphs.get(version.content_hash)
    if graph is None:
        if len(_graphs) >= _KEPT:
            _graphs.clear()
        graph = _graphs[version.content_hash] = Graph.from_json(version.graph)
    return graph


@lru_cache(maxsize=_KEPT)
def _graph_by_id(version_id: int) -> Graph:
    """Of a version that cases were received under, whose content never changes."""
    return graph_of(ProcedureVersion.objects.get(pk=version_id))


def node_of(case: Case, step: Step) -> Node:
    """The task of a step; of one that was over before its case moved to another version, as it stood then."""
    graph = _graph_by_id(step.version_id) if step.version_id else graph_of(case.version)
    return graph.node(step.node)


def label_of_outcome(code: str) -> str | Promise:
    """What an outcome is called on screens."""
    return _OUTCOMES.get(code, code)


def outcomes_of(case: Case, step: Step) -> list[Outcome]:
    """The outcomes a step offers; empty when there is nothing to choose."""
    codes = node_of(case, step).outcomes
    return [Outcome(code, label_of_outcome(code), index > 0) for index, code in enumerate(codes)]
