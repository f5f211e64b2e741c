"""A process as a graph: immutable, and JSON in the procedure version's row."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from tinhso.kernel.errors import Invalid

ROLES = frozenset({"reception", "specialist", "department_head", "signer", "clerk", "manager", "admin"})
"""Who may be given a task: the role codes that posts carry."""

DOES = frozenset({"review", "draft", "sign", "return"})
"""What a user task is about; the case page shows the tools for it."""


class Kind(StrEnum):
    START = "startEvent"
    END = "endEvent"
    USER = "userTask"
    SERVICE = "serviceTask"
    EXCLUSIVE = "exclusiveGateway"
    PARALLEL = "parallelGateway"


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a process file."""

    line: int
    text: str

    def __str__(self) -> str:
        return _("Dòng {line}: {text}").format(line=self.line, text=self.text) if self.line else self.text


class ProcessError(Invalid):
    """A process that cannot run; `problems` has all reasons, in the order of the file."""

    code = "process_error"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(dict.fromkeys(problems), key=lambda problem: problem.line))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class Node:
    """A node of the process; the fields below `line` only mean something for the kinds they are named after."""

    id: str
    kind: Kind
    name: str = ""
    line: int = 0
    # user task
    role: str = ""
    does: str = ""
    share: int | None = None
    """percent of the procedure's term this task should take"""
    outcomes: tuple[str, ...] = ()
    """what the person may choose when finishing the task; the choice becomes the variable `outcome`"""
    # service task
    action: str = ""
    # exclusive gateway
    default: str = ""
    """the id of the flow taken when no condition holds"""

    @property
    def label(self) -> str:
        """The element as its author finds it in the file."""
        return f'<bpmn:{self.kind} id="{self.id}">'


@dataclass(frozen=True)
class Flow:
    """A sequence flow."""

    id: str
    source: str
    target: str
    condition: str = ""
    name: str = ""
    line: int = 0

    @property
    def label(self) -> str:
        return f'<bpmn:sequenceFlow id="{self.id}">'


@dataclass(frozen=True)
class Graph:
    """A process. Nodes and flows keep the order of the file: conditions are tried in it."""

    id: str
    name: str
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]

    @cached_property
    def _nodes(self) -> dict[str, Node]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def _leaving(self) -> dict[str, tuple[Flow, ...]]:
        return {node.id: tuple(flow for flow in self.flows if flow.source == node.id) for node in self.nodes}

    @cached_property
    def _entering(self) -> dict[str, tuple[Flow, ...]]:
        return {node.id: tuple(flow for flow in self.flows if flow.target == node.id) for node in self.nodes}

    def node(self, node_id: str) -> Node:
        """The node with this id; KeyError if there is none."""
        return self._nodes[node_id]

    def leaving(self, node: Node) -> tuple[Flow, ...]:
        return self._leaving[node.id]

    def entering(self, node: Node) -> tuple[Flow, ...]:
        return self._entering[node.id]

    @property
    def start(self) -> Node:
        return next(node for node in self.nodes if node.kind is Kind.START)

    @property
    def user_tasks(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.kind is Kind.USER)

    def is_join(self, node: Node) -> bool:
        """Whether tokens wait here for each other."""
        return node.kind is Kind.PARALLEL and len(self.entering(node)) > 1

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "nodes": [_without_empty(asdict(node)) for node in self.nodes],
            "flows": [_without_empty(asdict(flow)) for flow in self.flows],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Graph":
        nodes = tuple(
            Node(**{**node, "kind": Kind(node["kind"]), "outcomes": tuple(node.get("outcomes", ()))}) for node in data["nodes"]
        )
        return cls(data["id"], data["name"], nodes, tuple(Flow(**flow) for flow in data["flows"]))


def _without_empty(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in fields.items()
        if value not in ("", None, (), 0)
    }
