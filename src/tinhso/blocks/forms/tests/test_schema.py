"""A broken schema is refused with the place and the reason."""

import pytest

from tinhso.blocks.forms import BadSchema, Form, check_schema
from tinhso.blocks.forms.tests.support import make_form
from tinhso.kernel.rules import check_rule

TEXT = {"type": "string", "title": "Tên"}


def schema(**fields: dict) -> dict:
    return {"type": "object", "properties": {"s": {"type": "object", "title": "Phần", "properties": fields}}}


@pytest.mark.parametrize(
    ("broken", "place", "reason"),
    [
        ({}, "(gốc)", "properties"),
        ({"properties": {"s": TEXT}}, "s", "object"),
        (schema(x={"type": "strng", "title": "X"}), "s.x.type", "JSON Schema"),
        (schema(x=TEXT | {"x-widget": "slider"}), "s.x", "slider"),
        (schema(x=TEXT | {"x-widget": "money"}), "s.x", "integer"),
        (schema(x=TEXT | {"x-wigdet": "name"}), "s.x", "x-wigdet"),
        (schema(x=TEXT | {"x-visible-when": "answers.s."}), "s.x", "CEL"),
        (schema(x=TEXT | {"x-visible-when": 'answers.s.y == "1"'}), "s.x", "answers.s.y"),
        (schema(x=TEXT | {"x-visible-when": "item.y == 1"}), "s.x", "item.y"),
        (schema(x=TEXT | {"x-unit-on": "s.born"}), "s.x", "s.born"),
        (schema(x={"type": "string"}), "s.x", "title"),
        (schema(x={"type": "array", "title": "X", "items": {"type": "string"}}), "s.x", "mảng"),
        (schema(x={"type": "string", "x-widget": "radio", "title": "X"}), "s.x", "oneOf"),
        (schema(x={"$ref": "#/$defs/none", "title": "X"}), "(gốc)", "/$defs/none"),
        (schema(x={"$ref": "https://example.org/a.json"}), "(gốc)", "example.org"),
        ({"type": "object", "properties": {"s": schema(x=TEXT)["properties"]["s"] | {"required": ["y"]}}}, "s", "“y”"),
    ],
)
def test_a_broken_schema_names_place_and_reason(broken: dict, place: str, reason: str):
    problems = check_schema(broken)
    assert any(problem.startswith(f"{place}:") and reason in problem for problem in problems), problems
    with pytest.raises(BadSchema):
        Form(broken)


def test_sections_and_fields_keep_the_order_they_are_written_in():
    form = Form({"type": "object", "properties": {key: schema(z=TEXT, a=TEXT)["properties"]["s"] for key in ("last", "first")}})
    assert [section.key for section in form.sections] == ["last", "first"]
    assert [field.key for field in form.sections[0].fields] == ["z", "a"]


def test_a_definition_is_used_several_times():
    address = {"type": "object", "title": "Địa chỉ", "properties": {"street": TEXT}}
    written = schema(home={"$ref": "#/$defs/address", "title": "Thường trú"}, now={"$ref": "#/$defs/address"})
    form = Form(written | {"$defs": {"address": address}})
    assert [field.title for field in form.sections[0].fields] == ["Thường trú", "Địa chỉ"]
    assert form.validate({"s": {"home": {"street": 3}}}) == {"s.home.street": "Hãy kiểm tra lại mục “Tên”"}


def test_the_form_tells_what_expressions_may_name():
    form = make_form(x=TEXT, kids={"type": "array", "title": "Con", "items": {"type": "object", "properties": {"n": TEXT}}})
    assert check_rule('answers.s.x == "a" && answers.s.kids.exists(k, k.n == "b")', form.field_paths()) == []
    assert check_rule("size(answers.s.kids[0].m) > 1", form.field_paths()) != []


def test_gaps_are_filled_from_what_is_known_and_answers_are_never_overwritten():
    form = make_form(
        name=TEXT | {"x-prefill": "applicant.full_name"},
        phone=TEXT | {"x-prefill": "applicant.phone"},
        other=TEXT | {"x-prefill": "applicant.nothing"},
    )
    context = {"applicant": {"full_name": "Trần Văn An", "phone": "0912345678"}}
    assert form.prefill(context) == {"s": {"name": "Trần Văn An", "phone": "0912345678"}}
    assert form.prefill(context, {"s": {"name": "Người khác"}})["s"] == {"name": "Người khác", "phone": "0912345678"}
