"""A process as a graph: immutable, and JSON in the procedure version's row."""

from collections import deque
from collections.abc import Collection, Iterable
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
    INCLUSIVE = "inclusiveGateway"
    CATCH = "intermediateCatchEvent"
    BOUNDARY = "boundaryEvent"
    CALL = "callActivity"


RESTING = frozenset({Kind.USER, Kind.SERVICE, Kind.CATCH, Kind.CALL})
"""Where a token stays until somebody or something has done its part."""

CHOOSING = frozenset({Kind.EXCLUSIVE, Kind.INCLUSIVE})
"""Gateways whose ways out have conditions."""


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
    papers: tuple[str, ...] = ()
    """what is written or needed here, in words"""
    # service task
    action: str = ""
    # exclusive and inclusive gateway
    default: str = ""
    """the id of the flow taken when no condition holds"""
    # user task, call activity
    agency: str = ""
    """which agency does it, as `cases.agencies.resolve` reads it; empty: the one that has the process"""
    # user task done several times: "parallel" or "sequential"; over a list in the answers, at named agencies, or `times`
    many: str = ""
    over: str = ""
    agencies: tuple[str, ...] = ()
    times: int = 0
    # events
    timer: str = ""
    """how long: ISO 8601 ("PT4H", "P2D": by the watch) or a term ("2 days", "4 hours": by the agency's calendar)"""
    message: str = ""
    attached_to: str = ""
    beside: bool = False
    """a boundary event that leaves its task open (cancelActivity="false")"""
    # call activity
    calls: str = ""
    """the id of the process that runs as a sub-case"""

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
    called: tuple["Graph", ...] = ()
    """the folder's other processes, which call activities run"""

    @cached_property
    def _nodes(self) -> dict[str, Node]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def _leaving(self) -> dict[str, tuple[Flow, ...]]:
        return {node.id: tuple(flow for flow in self.flows if flow.source == node.id) for node in self.nodes}

    @cached_property
    def _entering(self) -> dict[str, tuple[Flow, ...]]:
        return {node.id: tuple(flow for flow in self.flows if flow.target == node.id) for node in self.nodes}

    @cached_property
    def _boundaries(self) -> dict[str, tuple[Node, ...]]:
        attached = [node for node in self.nodes if node.kind is Kind.BOUNDARY]
        return {node.id: tuple(event for event in attached if event.attached_to == node.id) for node in self.nodes}

    def node(self, node_id: str) -> Node:
        """The node with this id, in this process or one that is called; ids are unique in a folder. KeyError if there is none."""
        if (found := self._nodes.get(node_id)) is not None:
            return found
        for process in self.called:
            if node_id in process._nodes:
                return process._nodes[node_id]
        raise KeyError(node_id)

    def process(self, process_id: str) -> "Graph":
        """The called process with this id; the empty id is the main one."""
        return next(process for process in self.processes if process_id in ("", process.id))

    @property
    def processes(self) -> "tuple[Graph, ...]":
        """This one and those that are called."""
        return (self, *self.called)

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

    def boundaries(self, node: Node) -> tuple[Node, ...]:
        """The events attached to a task."""
        return self._boundaries[node.id]

    def onward(self, node: Node) -> tuple[Flow, ...]:
        """All flows by which a token at the node may go on, those of attached events included."""
        return sum((self.leaving(event) for event in self.boundaries(node)), self.leaving(node))

    @cached_property
    def aside(self) -> frozenset[str]:
        """The nodes of side branches: what events begin that leave their task open. They end with the process, at the latest."""
        return frozenset(node.id for event in self.nodes if event.beside for node in self.branch(event))

    def branch(self, event: Node) -> set[Node]:
        """What an event may lead to."""
        return self.reached(self.node(flow.target) for flow in self.leaving(event))

    @cached_property
    def has_timers(self) -> bool:
        """Here or in a process that is called."""
        return any(node.timer for process in self.processes for node in process.nodes)

    @cached_property
    def merges(self) -> tuple[Node, ...]:
        """The inclusive gateways that wait."""
        return tuple(node for node in self.nodes if node.kind is Kind.INCLUSIVE and self.is_join(node))

    def reached(self, starting: Iterable[Node], *, stopping_at: Collection[Node] = frozenset(), beside: bool = True) -> set[Node]:
        """The nodes to which some way leads that passes none of those named; without `beside`, no side branch either."""
        found = set(starting)
        waiting = deque(found)
        while waiting:
            node = waiting.popleft()
            events = [event for event in self.boundaries(node) if beside or not event.beside]
            for following in [*events, *(self.node(flow.target) for flow in self.leaving(node))]:
                if following not in found and following not in stopping_at:
                    found.add(following)
                    waiting.append(following)
        return found

    def is_join(self, node: Node) -> bool:
        """Whether tokens wait here for each other."""
        return node.kind in (Kind.PARALLEL, Kind.INCLUSIVE) and len(self.entering(node)) > 1

    @cached_property
    def _entries(self) -> dict[str, dict[str, frozenset[str]]]:
        return {merge.id: self._entries_of(merge) for merge in self.merges}

    def entries(self, merge: Node, flow_id: str) -> frozenset[str]:
        """The flows into an inclusive join to which a token on a flow can come without passing the join."""
        return self._entries[merge.id].get(flow_id, frozenset())

    def _entries_of(self, merge: Node) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for entry in self.entering(merge):
            waiting = deque([entry])
            seen = {entry.id}
            while waiting:
                flow = waiting.popleft()
                found.setdefault(flow.id, set()).add(entry.id)
                source = self.node(flow.source)
                if source == merge:
                    continue
                before = self.entering(self.node(source.attached_to) if source.attached_to else source)
                for earlier in before:
                    if earlier.id not in seen:
                        seen.add(earlier.id)
                        waiting.append(earlier)
        return {flow_id: frozenset(entries) for flow_id, entries in found.items()}

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "nodes": [_without_empty(asdict(node)) for node in self.nodes],
            "flows": [_without_empty(asdict(flow)) for flow in self.flows],
            **({"called": [process.to_json() for process in self.called]} if self.called else {}),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Graph":
        """Read what `to_json` of this or an earlier edition wrote."""
        nodes = tuple(
            Node(
                **{
                    **node,
                    "kind": Kind(node["kind"]),
                    **{name: tuple(node.get(name, ())) for name in ("outcomes", "papers", "agencies")},
                }
            )
            for node in data["nodes"]
        )
        called = tuple(map(cls.from_json, data.get("called", ())))
        return cls(data["id"], data["name"], nodes, tuple(Flow(**flow) for flow in data["flows"]), called)


def _without_empty(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in fields.items()
        if value not in ("", None, (), 0)
    }
