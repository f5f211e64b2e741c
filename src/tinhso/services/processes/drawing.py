"""The diagram of a process as plain SVG: for pages without script and for print."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tinhso.blocks.cases.bpmn.graph import Graph, Kind, Node
from tinhso.services.processes.diagram import Box, Diagram, Point, read_diagram
from tinhso.services.processes.lanes import lanes_of

_MARKS = {Kind.EXCLUSIVE: "×", Kind.PARALLEL: "+", Kind.INCLUSIVE: "○", Kind.CATCH: "◷", Kind.BOUNDARY: "◷"}
_LETTERS = 17
_LINES = 4


@dataclass(frozen=True)
class Line:
    text: str
    x: float
    y: float


@dataclass(frozen=True)
class Shape:
    """One node. form: box, diamond or circle; change: added, changed or "" against another version."""

    node: str
    form: str
    css: str
    box: Box
    points: str
    mark: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Way:
    points: str
    label: Line | None


@dataclass(frozen=True)
class Drawing:
    x: float
    y: float
    width: float
    height: float
    title: str
    lanes: tuple[tuple[Box, str], ...]
    shapes: tuple[Shape, ...]
    ways: tuple[Way, ...]


def draw(graph: Graph, xml: str, marked: dict[str, str] | None = None) -> Drawing:
    """A process as shapes.

    Args:
        marked: css names of nodes to be set off, by id.
    """
    diagram = read_diagram(xml)
    lanes = tuple((diagram.boxes[name], title) for name, title in lanes_of(xml) if name in diagram.boxes)
    boxes = [diagram.boxes[node.id] for node in graph.nodes if node.id in diagram.boxes] + [box for box, _title in lanes]
    points = [point for way in diagram.ways.values() for point in way]
    left = min([box.x for box in boxes] + [x for x, _y in points], default=0) - 30
    top = min([box.y for box in boxes] + [y for _x, y in points], default=0) - 30
    right = max([box.x + box.width for box in boxes] + [x for x, _y in points], default=0) + 30
    bottom = max([box.y + box.height + 30 for box in boxes] + [y for _x, y in points], default=0) + 20
    ends = {point for way in diagram.ways.values() for point in (way[:1] + way[-1:])}
    shapes = tuple(_shape(node, diagram.boxes[node.id], marked or {}, ends) for node in graph.nodes if node.id in diagram.boxes)
    title = _("Sơ đồ quy trình: {steps} bước").format(steps=len(graph.user_tasks))
    return Drawing(left, top, right - left, bottom - top, title, lanes, shapes, tuple(_ways(graph, diagram)))


def _shape(node: Node, box: Box, marked: dict[str, str], ends: Collection[Point]) -> Shape:
    x, y = box.middle
    if node.kind in (Kind.USER, Kind.SERVICE, Kind.CALL):
        form, points = "box", ""
        lines = _lines(node.name or node.calls or node.action, x, y, centred=True)
    elif node.kind in (Kind.EXCLUSIVE, Kind.PARALLEL, Kind.INCLUSIVE):
        form = "diamond"
        corners = ((x, box.y), (box.x + box.width, y), (x, box.y + box.height), (box.x, y))
        points = _path(corners)
        lines = _beside_ways(node.name, box, ends)
    else:
        form, points = "circle", ""
        lines = _lines(node.name, x, box.y + box.height + 14, centred=False)
    css = " ".join(filter(None, (f"node-{node.kind}", marked.get(node.id, ""))))
    return Shape(node.id, form, css, box, points, _MARKS.get(node.kind, ""), lines)


def _beside_ways(text: str, box: Box, ends: Collection[Point]) -> tuple[Line, ...]:
    """The words of a gateway: below it, or above it where an arrow begins or ends at its foot."""
    x, _y = box.middle
    foot = box.y + box.height
    lines = _lines(text, x, foot + 14, centred=False)
    if not box.foot_taken(ends):
        return lines
    rise = foot + 14 - (box.y - 8 - 14 * (len(lines) - 1))
    return tuple(Line(line.text, line.x, line.y - rise) for line in lines)


def _ways(graph: Graph, diagram: Diagram) -> Iterable[Way]:
    for flow in graph.flows:
        if way := diagram.ways.get(flow.id):
            (ax, ay), (bx, by) = way[0], way[1]
            label = Line(flow.name, (ax + bx) / 2, (ay + by) / 2 - 6) if flow.name else None
            yield Way(_path(way), label)


def _path(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)


def _lines(text: str, x: float, y: float, *, centred: bool) -> tuple[Line, ...]:
    """Broken at words; what does not fit ends in an ellipsis, the table below says it in full."""
    rows: list[str] = []
    for word in text.split():
        if rows and len(rows[-1]) + len(word) < _LETTERS:
            rows[-1] += f" {word}"
        else:
            rows.append(word)
    if len(rows) > _LINES:
        rows = [*rows[: _LINES - 1], f"{rows[_LINES - 1]}…"]
    first = y - 7 * (len(rows) - 1) + 4 if centred else y
    return tuple(Line(row, x, first + 14 * index) for index, row in enumerate(rows))
