"""The places of a process at which an open case may rest, and which place of a newer version follows which."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tinhso.blocks.cases.bpmn.graph import Graph, Kind, Node

STAYS = ""
"""In a map: what rests here stays in the old version."""
Map = Mapping[str, str]
"""Ids of places in the old version with those in the new one."""
_RESTS = (Kind.USER, Kind.CATCH, Kind.CALL)


@dataclass(frozen=True)
class Place:
    """Where a case may rest. process: the id of the called process it is in, empty in the case's own."""

    node: Node
    process: str = ""


def places_to_rest(graph: Graph) -> list[Place]:
    """Steps, events waited for and called processes, in the order of the files."""
    own = [Place(node) for node in graph.nodes if node.kind in _RESTS]
    return own + [Place(node, called.id) for called in graph.called for node in called.nodes if node.kind in _RESTS]


def followers(place: Place, after: Graph) -> list[Place]:
    """The places of the new version to which what rests here may go.

    A step goes to a step, a time to a time, a message to a message, a called process to the same; never from one process into
    another, and, since it is not signed yet, only to where the result is still to be signed.
    """
    unsigned = _before_signing(after)
    return [
        other
        for other in places_to_rest(after)
        if other.process == place.process and _alike(place.node, other.node) and (other.process or other.node.id in unsigned)
    ]


def proposed_map(before: Graph, after: Graph) -> dict[str, str]:
    """For each place the one with the same id, else the only one not yet taken of the same role and name; others stay open."""
    found: dict[str, str] = {}
    places = places_to_rest(before)
    for place in places:
        if any(other.node.id == place.node.id for other in followers(place, after)):
            found[place.node.id] = place.node.id
    for place in places:
        if place.node.id not in found:
            taken = set(found.values())
            alike = [
                other.node.id
                for other in followers(place, after)
                if other.node.id not in taken and (other.node.role, _name(other.node)) == (place.node.role, _name(place.node))
            ]
            if len(alike) == 1:
                found[place.node.id] = alike[0]
    return found


def wrong_in(mapped: Map, before: Graph, after: Graph) -> list[str]:
    """The old places whose entry leads to where they may not go."""
    places = {place.node.id: place for place in places_to_rest(before)}
    wrong = [name for name in mapped if name not in places]
    for name, place in places.items():
        to = mapped.get(name, STAYS)
        if to != STAYS and to not in {other.node.id for other in followers(place, after)}:
            wrong.append(name)
    return wrong


def changed(before: Node, after: Node) -> bool:
    """Whether those who hold the step should know: it is called, done or held differently."""
    return any(getattr(before, name) != getattr(after, name) for name in ("name", "role", "does", "agency", "outcomes", "papers"))


def _alike(one: Node, other: Node) -> bool:
    return (one.kind, bool(one.timer), bool(one.message), one.calls) == (
        other.kind, bool(other.timer), bool(other.message), other.calls,
    )  # fmt: skip


def _before_signing(graph: Graph) -> set[str]:
    """Up to the signing itself."""
    signing = [node for node in graph.nodes if node.does == "sign"]
    reached = graph.reached([graph.start], stopping_at=signing)
    return _ids(reached) | _ids(
        node for node in signing if any(graph.node(way.source) in reached for way in graph.entering(node))
    )


def _ids(nodes: Iterable[Node]) -> set[str]:
    return {node.id for node in nodes}


def _name(node: Node) -> str:
    return " ".join(node.name.split()).casefold()
