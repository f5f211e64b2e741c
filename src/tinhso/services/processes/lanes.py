"""What a drawing says around its steps: in which lane each stands, and which part belongs to which element."""

from collections.abc import Iterator

from lxml import etree
from lxml.etree import XMLSyntaxError

from tinhso.blocks.cases.bpmn.graph import ROLES
from tinhso.blocks.cases.bpmn.vocabulary import BPMN, OURS, ROLE_NAMES
from tinhso.services.processes.diagram import read_root

_ROLE = f"{{{OURS}}}role"


def owners_of(xml: str) -> dict[str, str]:
    """By id of a part of an element (the timer of an event, the marker of a task) the id of the element that is drawn."""
    try:
        root = read_root(xml)
    except XMLSyntaxError:
        return {}
    return {
        part.get("id", ""): element.get("id", "")
        for element in root.iterfind(f"{{{BPMN}}}process/*")
        if etree.QName(element).localname != "laneSet"
        for part in element
        if part.get("id")
    }


def lanes_of(xml: str) -> list[tuple[str, str]]:
    """Ids and names of the lanes, outer ones first."""
    return [(lane.get("id", ""), " ".join(lane.get("name", "").split())) for lane in read_root(xml).iter(f"{{{BPMN}}}lane")]


def steps_in_other_lanes(xml: str) -> Iterator[tuple[str, str, str]]:
    """Steps whose own role is not that of the innermost lane around them: id, own role, name of the lane."""
    root = read_root(xml)
    lanes: dict[str, etree._Element] = {}
    for lane in root.iter(f"{{{BPMN}}}lane"):  # an inner lane comes after the one around it
        for reference in lane.findall(f"{{{BPMN}}}flowNodeRef"):
            lanes[(reference.text or "").strip()] = lane
    for task in root.iter(f"{{{BPMN}}}userTask"):
        name, own = task.get("id", ""), task.get(_ROLE, "")
        if own and name in lanes:
            title = " ".join(lanes[name].get("name", "").split())
            role = lanes[name].get(_ROLE) or ROLE_NAMES.get(title.lower(), title)
            if role in ROLES and role != own:
                yield name, own, title or role
