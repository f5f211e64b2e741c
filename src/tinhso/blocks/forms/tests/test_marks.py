"""What the page showed as wrong stays marked while it is only redrawn."""

import pytest

from tinhso.blocks.forms import Form
from tinhso.blocks.forms.tests.support import browser_post, make_form

KIDS = {
    "type": "array",
    "title": "Con",
    "items": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "title": "Tên"}}},
}


def asked() -> Form:
    text = {"type": "string", "title": "Chữ"}
    return make_form(a=text, b=text, c={"type": "integer", "title": "Số"}, kids=KIDS, required=["a", "b"])


@pytest.mark.parametrize("press", [("_render", "1"), ("_add", "s.kids"), ("_update", "1")])
def test_a_redraw_marks_what_was_marked_and_is_still_wrong(press: tuple[str, str]):
    form = asked()
    refused = form.parse(browser_post(form.render("s", {}), **{"s.c": "nhiều"}), section="s")
    assert list(refused.errors) == ["s.a", "s.b", "s.c"]

    page = form.render("s", refused.answers, refused.errors)
    redrawn = form.parse(browser_post(page, press, **{"s.a": "đã điền"}), section="s")

    assert list(redrawn.errors) == ["s.b", "s.c"]
    again = form.parse(browser_post(form.render("s", redrawn.answers, redrawn.errors), ("_render", "1")), section="s")
    assert list(again.errors) == ["s.b", "s.c"]


def test_a_redraw_calls_nothing_wrong_that_has_not_been_called_so():
    form = asked()
    assert form.parse(browser_post(form.render("s", {}), ("_render", "1")), section="s").errors == {}


def test_marks_move_up_with_the_entries_behind_a_removed_one():
    form = asked()
    answers = {"s": {"a": "x", "b": "y", "kids": [{"name": "An"}, {"name": ""}, {"name": "Bình"}, {"name": ""}]}}
    page = form.render("s", answers, {f"s.kids[{index}].name": "Hãy nhập tên" for index in (1, 3)})
    for number, left in ((0, [0, 2]), (1, [2]), (2, [1, 2]), (3, [1])):
        removed = form.parse(browser_post(page, ("_remove", f"s.kids[{number}]")), section="s")
        assert list(removed.errors) == [f"s.kids[{index}].name" for index in left], number
