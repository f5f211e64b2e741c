"""What a dry run has to be told: the answers that the process reads, and what is chosen at its steps."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tinhso.blocks.cases.bpmn.graph import Graph
from tinhso.blocks.cases.process import label_of_outcome
from tinhso.kernel.text.numbers import whole_number

_READ = re.compile(r"\banswers((?:\.\w+)+)")
MOST_ROWS = 20


@dataclass(frozen=True)
class Question:
    """One control. options: values and labels to choose from, empty for something to be typed."""

    name: str
    label: str
    value: str
    options: tuple[tuple[str, str], ...] = ()
    number: bool = False


def answer_questions(graph: Graph, schema: Mapping[str, Any], given: Mapping[str, str]) -> list[Question]:
    """One for every answer that a condition or a list of the process reads."""
    found = []
    for path in _paths(graph):
        name, known = f"a.{path}", _field(schema, path)
        label, kind = str(known.get("title") or path), known.get("type")
        value = given.get(name, "")
        if kind == "boolean":
            found.append(Question(name, label, value, (("", _("Không")), ("true", _("Có")))))
        elif choices := _choices(known):
            found.append(Question(name, label, value, (("", "–"), *choices)))
        elif kind == "array":
            found.append(Question(name, _("{title}: số dòng").format(title=label), value or "1", number=True))
        else:
            found.append(Question(name, label, value, number=kind in ("integer", "number")))
    return found


def outcome_questions(graph: Graph, given: Mapping[str, str]) -> list[Question]:
    """One for every step at which something is chosen."""
    found = []
    for process in graph.processes:
        for node in process.user_tasks:
            if node.outcomes:
                options = tuple((code, str(label_of_outcome(code))) for code in node.outcomes)
                found.append(Question(f"o.{node.id}", node.name, given.get(f"o.{node.id}", node.outcomes[0]), options))
    return found


def answers_from(graph: Graph, schema: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """The answers as the process reads them; what was left empty is not answered."""
    answers: dict[str, Any] = {}
    for path in _paths(graph):
        value = _value(_field(schema, path).get("type"), given.get(f"a.{path}", ""))
        if value is not None:
            *above, last = path.split(".")
            place = answers
            for key in above:
                place = place.setdefault(key, {})
            place[last] = value
    return answers


def _value(kind: object, text: str) -> Any:
    match kind:
        case "boolean":
            return text == "true"
        case "array":
            rows = whole_number(text)
            return [{} for _index in range(min(1 if rows is None else rows, MOST_ROWS))]
        case "integer" | "number":
            try:
                return int(text) if kind == "integer" else float(text)
            except ValueError:
                return None
    return text or None


def _paths(graph: Graph) -> list[str]:
    """Without those that lie within another, such as the length of a list."""
    texts = [flow.condition for process in graph.processes for flow in process.flows]
    texts += [node.over for process in graph.processes for node in process.nodes]
    found = dict.fromkeys(path.lstrip(".") for text in texts for path in _READ.findall(text))
    return [path for path in found if not any(path.startswith(f"{other}.") for other in found)]


def _field(schema: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    place: Any = schema
    for key in path.split("."):
        place = (place.get("properties") or {}).get(key) if isinstance(place, dict) else None
    return place if isinstance(place, dict) else {}


def _choices(field: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    if one_of := field.get("oneOf"):
        return tuple((str(one.get("const")), str(one.get("title") or one.get("const"))) for one in one_of)
    return tuple((str(value), str(value)) for value in field.get("enum", ()))
