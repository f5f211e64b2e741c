"""The places of a process at which an unsigned case may rest, and which place of a newer version follows which."""

from collections.abc import Mapping
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
    """Steps, events waited for and called processes up to the signing, in the order of the files."""
    unsigned = _before_signing(graph)
    own = [Place(node) for node in graph.nodes if node.kind in _RESTS and node.id in unsigned]
    return own + [Place(node, called.id) for called in graph.called for node in called.nodes if node.kind in _RESTS]


def followers(place: Place, after: Graph) -> list[Place]:
    """The places of the new version to which what rests here may go.

    A step goes to a step, a time to a time, a message to a message, a called process to the same; never from one process into
    another, and, since only cases move whose result is not signed, never past the signing.
    """
    return [other for other in places_to_rest(after) if other.process == place.process and _alike(place.node, other.node)]


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
    ways = [way for node in reached for way in graph.onward(node)]
    return {node.id for node in reached} | {way.target for way in ways}


def _name(node: Node) -> str:
    return " ".join(node.name.split()).casefold()
