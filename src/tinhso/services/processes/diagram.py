"""Where the elements of a process are drawn: read from the file, or laid out where the file does not say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from tinhso.blocks.cases.bpmn.graph import Kind
from tinhso.blocks.cases.bpmn.vocabulary import BPMN, DIAGRAM

_DC = "http://www.omg.org/spec/DD/20100524/DC"
_DI = "http://www.omg.org/spec/DD/20100524/DI"
_NAMES = {"bpmndi": DIAGRAM, "dc": _DC, "di": _DI}
_SIZES = {Kind.USER: (120, 80), Kind.SERVICE: (120, 80), Kind.CALL: (120, 80)}
_GATEWAYS = {Kind.EXCLUSIVE, Kind.PARALLEL, Kind.INCLUSIVE}
_GATEWAY = 50
_COLUMN, _ROW, _LEFT, _TOP = 180, 130, 100, 60
_FAR, _NEAR = 1e6, 3
Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> Point:
        return self.x + self.width / 2, self.y + self.height / 2

    def foot_taken(self, ends: Iterable[Point]) -> bool:
        """Whether an arrow begins or ends in the middle of the lower side."""
        foot = self.y + self.height
        return any(abs(x - self.middle[0]) < _NEAR and abs(y - foot) < _NEAR for x, y in ends)


@dataclass(frozen=True)
class Diagram:
    """Boxes of nodes and ways of flows, by the id of the element."""

    boxes: Mapping[str, Box]
    ways: Mapping[str, tuple[Point, ...]]


def read_diagram(xml: str) -> Diagram:
    """The file's diagram, or one made for it where an element is not drawn."""
    root = read_root(xml)
    drawn = _drawn(root)
    return drawn if _complete(root, drawn) else _laid_out(root)


def with_diagram(xml: str) -> str:
    """The same file with a diagram; unchanged where it draws every element."""
    root = read_root(xml)
    process = root.find(f"{{{BPMN}}}process")
    if process is None:
        return xml
    drawn = _drawn(root)
    if _complete(root, drawn):
        return etree.tostring(root, encoding="unicode") if _lift_labels(root, process, drawn) else xml
    for old in root.findall(f"{{{DIAGRAM}}}BPMNDiagram"):
        root.remove(old)
    made, process_id = _laid_out(root), process.get("id", "")
    named = {element.get("id", ""): element.get("name", "") for element in process}
    drawing = etree.SubElement(root, f"{{{DIAGRAM}}}BPMNDiagram", {"id": f"di_{process_id}"}, nsmap=_NAMES)
    plane = etree.SubElement(drawing, f"{{{DIAGRAM}}}BPMNPlane", {"id": f"plane_{process_id}", "bpmnElement": process_id})
    for name, box in made.boxes.items():
        shape = etree.SubElement(plane, f"{{{DIAGRAM}}}BPMNShape", {"id": f"s_{name}", "bpmnElement": name})
        _bounds(shape, box)
        if box.width == _GATEWAY and named.get(name):
            _label(shape, Box(box.middle[0] - 45, box.y - 34, 90, 28))
    for name, way in made.ways.items():
        edge = etree.SubElement(plane, f"{{{DIAGRAM}}}BPMNEdge", {"id": f"e_{name}", "bpmnElement": name})
        for x, y in way:
            etree.SubElement(edge, f"{{{_DI}}}waypoint", {"x": f"{x:g}", "y": f"{y:g}"})
        if named.get(name):
            (ax, ay), (bx, by) = way[0], way[1]
            _label(edge, Box((ax + bx) / 2 - 30, (ay + by) / 2 - 22, 60, 14))
    return etree.tostring(root, encoding="unicode")


def _bounds(parent: etree._Element, box: Box) -> None:
    size = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    etree.SubElement(parent, f"{{{_DC}}}Bounds", {key: f"{value:g}" for key, value in size.items()})


def _label(parent: etree._Element, box: Box) -> None:
    """Where the words of a gateway or arrow stand: off the lines."""
    _bounds(etree.SubElement(parent, f"{{{DIAGRAM}}}BPMNLabel"), box)


def _lift_labels(root: etree._Element, process: etree._Element, drawn: Diagram) -> bool:
    """Put the words of gateways above them where nothing says where they stand and an arrow would cross them below."""
    ends = [point for way in drawn.ways.values() for point in (way[:1] + way[-1:])]
    shapes = {shape.get("bpmnElement"): shape for shape in root.iter(f"{{{DIAGRAM}}}BPMNShape")}
    lifted = False
    for kind in _GATEWAYS:
        for gateway in process.iterfind(f"{{{BPMN}}}{kind}"):
            box, shape = drawn.boxes[gateway.get("id", "")], shapes[gateway.get("id")]
            if gateway.get("name") and box.foot_taken(ends) and shape.find(f"{{{DIAGRAM}}}BPMNLabel") is None:
                _label(shape, Box(box.middle[0] - 45, box.y - 34, 90, 28))
                lifted = True
    return lifted


def read_root(xml: str) -> etree._Element:
    """The file as a tree; nothing outside is read."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(xml.encode(), parser)


def _drawn(root: etree._Element) -> Diagram:
    boxes, ways = {}, {}
    for shape in root.iter(f"{{{DIAGRAM}}}BPMNShape"):
        bounds = shape.find(f"{{{_DC}}}Bounds")
        if bounds is not None:
            x, y, width, height = (_number(bounds.get(key)) for key in ("x", "y", "width", "height"))
            boxes[shape.get("bpmnElement", "")] = Box(x, y, width, height)
    for edge in root.iter(f"{{{DIAGRAM}}}BPMNEdge"):
        points = edge.findall(f"{{{_DI}}}waypoint")
        ways[edge.get("bpmnElement", "")] = tuple((_number(p.get("x")), _number(p.get("y"))) for p in points)
    return Diagram(boxes, ways)


def _number(text: str | None) -> float:
    """A coordinate; 0 for what is none."""
    try:
        number = float(text or 0)
    except ValueError:
        return 0
    return number if abs(number) < _FAR else 0


def _complete(root: etree._Element, drawn: Diagram) -> bool:
    nodes = [element for kind in Kind for element in root.iterfind(f"{{{BPMN}}}process/{{{BPMN}}}{kind}")]
    return all(node.get("id") in drawn.boxes for node in nodes)


# --- laying out: what comes later stands further right, what is beside stands below


def _laid_out(root: etree._Element) -> Diagram:
    kinds: dict[str, str] = {}
    events: dict[str, str] = {}
    flows: dict[str, tuple[str, str]] = {}
    for element in root.iterfind(f"{{{BPMN}}}process/*"):
        tag = etree.QName(element).localname
        name = element.get("id", "")
        if tag == "sequenceFlow":
            flows[name] = element.get("sourceRef", ""), element.get("targetRef", "")
        elif tag == Kind.BOUNDARY:
            events[name] = element.get("attachedToRef", "")
        elif tag in set(Kind):
            kinds[name] = tag
    ends = [(events.get(source, source), target) for source, target in flows.values()]
    columns = _columns(list(kinds), [(a, b) for a, b in ends if a in kinds and b in kinds])
    boxes = {}
    rows: dict[int, int] = {}
    for name, column in columns.items():
        row = rows[column] = rows.get(column, -1) + 1
        width, height = _size(kinds[name])
        x, y = _LEFT + column * _COLUMN, _TOP + row * _ROW + 40
        boxes[name] = Box(x + 60 - width / 2, y - height / 2, width, height)
    for name, task in events.items():
        if task in boxes:
            box = boxes[task]
            boxes[name] = Box(box.x + box.width - 30, box.y + box.height - 18, 36, 36)
    lowest = max((box.y + box.height for box in boxes.values()), default=0)
    ways, back = {}, 0
    for name, (source, target) in flows.items():
        if source in boxes and target in boxes:
            backward = boxes[target].x <= boxes[source].x
            back += backward
            ways[name] = _way(boxes[source], boxes[target], lowest + 20 * back if backward else 0)
    return Diagram(boxes, ways)


def _size(kind: str) -> tuple[int, int]:
    return (_GATEWAY, _GATEWAY) if kind in _GATEWAYS else _SIZES.get(Kind(kind), (36, 36))


def _columns(names: list[str], flows: Iterable[tuple[str, str]]) -> dict[str, int]:
    """The length of the longest way to each node, ways that lead back left out."""
    onward: dict[str, list[str]] = {name: [] for name in names}
    for source, target in flows:
        onward[source].append(target)
    order: list[str] = []
    state: dict[str, int] = {}
    backward: set[tuple[str, str]] = set()
    for first in names:
        stack = [(first, iter(onward[first]))] if first not in state else []
        state.setdefault(first, 1)
        while stack:
            name, following = stack[-1]
            target = next(following, "")
            if not target:
                stack.pop()
                state[name] = 2
                order.append(name)
            elif target not in state:
                state[target] = 1
                stack.append((target, iter(onward[target])))
            elif state[target] == 1:
                backward.add((name, target))
    columns = dict.fromkeys(names, 0)
    for name in reversed(order):
        for target in onward[name]:
            if (name, target) not in backward:
                columns[target] = max(columns[target], columns[name] + 1)
    return columns


def _way(source: Box, target: Box, below: float) -> tuple[Point, ...]:
    (sx, sy), (tx, ty) = source.middle, target.middle
    if below:
        return (sx, source.y + source.height), (sx, below), (tx, below), (tx, target.y + target.height)
    start, end = (source.x + source.width, sy), (target.x, ty)
    if sy == ty:
        return start, end
    turn = (start[0] + end[0]) / 2
    return start, (turn, sy), (turn, ty), end
