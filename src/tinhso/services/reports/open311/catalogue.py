"""What may be reported: a service is a sub-kind of a field, `PA-ANTT.pothole`; its attributes are the form's other questions."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tinhso.blocks.cases.forms import form_of
from tinhso.blocks.cases.models import ProcedureVersion
from tinhso.blocks.forms.engine.parse import option_text
from tinhso.blocks.forms.engine.schema import Field as Question
from tinhso.blocks.forms.engine.schema import Widget
from tinhso.kernel.errors import NotFound
from tinhso.services.reports.open311.errors import missing, unknown
from tinhso.services.reports.queries import Field, Kind, field_open, fields_open

_DATATYPES = {
    Widget.TEXT: "string",
    Widget.NAME: "string",
    Widget.EMAIL: "string",
    Widget.PHONE: "string",
    Widget.IDENTITY: "string",
    Widget.TEXTAREA: "text",
    Widget.INTEGER: "number",
    Widget.NUMBER: "number",
    Widget.MONEY: "number",
    Widget.DATE: "datetime",
    Widget.YES_NO: "singlevaluelist",
    Widget.CHECKBOX: "singlevaluelist",
    Widget.RADIO: "singlevaluelist",
    Widget.SELECT: "singlevaluelist",
    Widget.SEX: "singlevaluelist",
    Widget.CHECKBOXES: "multivaluelist",
}


def service_code(field: str, kind: str) -> str:
    return f"{field}.{kind}"


def service(code: str, at: datetime) -> tuple[Field, Kind]:
    """
    Raises:
        Refused: no code, or no such service is open.
    """
    if not code:
        raise missing("service_code")
    name, _dot, rest = code.partition(".")
    try:
        field = field_open(name, at)
    except NotFound:
        raise unknown("service_code", code) from None
    kind = field.kind(rest)
    if kind is None:
        raise unknown("service_code", code)
    return field, kind


def services(at: datetime) -> list[dict[str, Any]]:
    return [
        {
            "service_code": service_code(field.code, kind.code),
            "service_name": kind.label,
            "description": f"{field.label}: {kind.label}",
            "metadata": bool(questions(field.version)),
            "type": "realtime",
            "keywords": ", ".join(dict.fromkeys((kind.title, kind.title_en))),
            "group": field.label,
        }
        for field in fields_open(at)
        for kind in field.kinds
    ]


def definition(code: str, at: datetime) -> dict[str, Any]:
    field, _kind = service(code, at)
    attributes = [_attribute(question, order) for order, question in enumerate(questions(field.version), 1)]
    return {"service_code": code, "attributes": attributes}


def questions(version: ProcedureVersion) -> list[Question]:
    """What the form asks beside the sub-kind and the words, as far as Open311 has a datatype for it."""
    section = form_of(version).section("matter")
    asked: Iterable[Question] = section.fields if section else ()
    return [one for one in asked if one.key not in {"kind", "text"} and one.widget in _DATATYPES]


def _attribute(question: Question, order: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "variable": True,
        "code": question.key,
        "datatype": _DATATYPES[question.widget],
        "required": question.required,
        "datatype_description": question.hint or None,
        "order": order,
        "description": question.title,
    }
    if found["datatype"].endswith("list"):
        found["values"] = [{"key": key, "name": name} for key, name in choices(question)]
    return found


def choices(question: Question) -> list[tuple[str, str]]:
    if question.options:
        return [(option_text(option.value), option.title) for option in question.options]
    return [("true", question.title)]  # a box to tick
