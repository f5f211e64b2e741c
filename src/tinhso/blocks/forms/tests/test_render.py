"""The HTML: labels, descriptions, what was typed."""

import pytest
from django.utils.translation import override
from lxml import html as lxml_html

from tinhso.blocks.forms import Form
from tinhso.blocks.forms.engine.summary import FileInfo
from tinhso.blocks.forms.tests.support import TODAY, FewUnits, browser_post, make_form

NASTY = "\"><script>alert(1)</script>'&amp;{{ x }}"

EVERYTHING = {
    "text": {"type": "string", "title": "Chữ", "x-hint": "Một dòng", "x-autocomplete": "name", "x-placeholder": "An"},
    "area": {"type": "string", "title": "Nhiều dòng", "x-widget": "textarea"},
    "date": {"type": "string", "format": "date", "title": "Ngày sinh", "x-autocomplete": "bday"},
    "money": {"type": "integer", "title": "Tiền", "x-widget": "money"},
    "number": {"type": "number", "title": "Số"},
    "yes": {"type": "boolean", "title": "Có hay không"},
    "tick": {"type": "boolean", "title": "Cam đoan", "x-widget": "checkbox"},
    "sex": {"type": "string", "title": "Giới tính", "x-widget": "sex"},
    "many": {"type": "string", "title": "Chọn một", "enum": ["a", "b", "c", "d", "e", "f"]},
    "several": {"type": "array", "title": "Chọn nhiều", "items": {"type": "string", "enum": ["x", "y"]}},
    "identity": {"type": "string", "title": "Số định danh", "x-widget": "identity"},
    "phone": {"type": "string", "title": "Điện thoại", "x-widget": "phone"},
    "email": {"type": "string", "title": "Thư", "format": "email"},
    "unit": {"type": "string", "title": "Nơi sinh", "x-widget": "unit"},
    "province": {"type": "string", "title": "Tỉnh", "x-widget": "unit", "x-unit-level": "province"},
    "files": {"type": "array", "items": {"type": "integer"}, "title": "Tệp", "x-widget": "file", "x-accept": ".pdf"},
    "address": {"type": "object", "title": "Địa chỉ", "properties": {"street": {"type": "string", "title": "Đường"}}},
    "list": {
        "type": "array",
        "title": "Danh sách",
        "items": {"type": "object", "properties": {"name": {"type": "string", "title": "Tên"}}},
    },
}


def everything() -> Form:
    return make_form(**EVERYTHING)


def test_every_control_has_a_label_and_every_id_is_single():
    page = lxml_html.fromstring(everything().render("s", {"s": {"list": [{}], "unit": "28249"}}, on=TODAY))
    ids = page.xpath(".//@id")
    assert len(ids) == len(set(ids))
    labelled = set(page.xpath(".//label/@for"))
    for control in page.xpath(".//input[not(@type='hidden')] | .//select | .//textarea"):
        assert control.get("id") in labelled or control.get("aria-label"), control.get("name")


def test_typing_ends_where_the_schema_says_unless_the_answer_is_tidied_first():
    form = make_form(
        a={"type": "string", "title": "Chữ", "maxLength": 150},
        b={"type": "string", "title": "Nhiều dòng", "x-widget": "textarea", "maxLength": 2000},
        c={"type": "string", "title": "Điện thoại", "x-widget": "phone", "maxLength": 10},
        d={"type": "string", "title": "Chữ khác"},
    )
    page = lxml_html.fromstring(form.render("s", {}, on=TODAY))
    found = {box.get("name"): box.get("maxlength") for box in page.xpath(".//input[@type!='hidden'] | .//textarea")}
    assert found == {"s.a": "150", "s.b": "2000", "s.c": None, "s.d": None}


def test_the_error_summary_links_to_controls_that_exist_and_are_described():
    form = make_form(**EVERYTHING, required=[key for key in EVERYTHING if key not in {"list", "address"}])
    errors = form.validate({"s": {"list": [{"name": 3}], "address": {"street": 4}}})
    assert len(errors) == len(EVERYTHING)
    page = lxml_html.fromstring(f"<div>{form.render_errors(errors)}{form.render('s', {'s': {'list': [{}]}}, errors)}</div>")
    for link in page.xpath(".//div[@class='error-summary']//a/@href"):
        control = page.get_element_by_id(link[1:])
        described = " ".join(control.xpath("ancestor-or-self::*/@aria-describedby")).split()
        assert f"{link[1:]}-error" in described
        assert page.get_element_by_id(f"{link[1:]}-error") is not None


def test_nothing_a_person_typed_becomes_markup():
    form = everything()
    answers = {"s": dict.fromkeys(EVERYTHING, NASTY) | {"address": {"street": NASTY}, "list": [{"name": NASTY}], "files": [1]}}
    files = lambda _id: FileInfo(NASTY, "/tep/1/")  # noqa: E731
    errors = {"s.text": NASTY}
    for markup in (
        form.render("s", answers, errors, files=files, post_url="/x/"),
        form.render_errors(errors),
        form.render_summary(answers, files=files),
    ):
        assert "<script" not in markup
        assert 'onclick="' not in markup


def test_no_inline_style_or_script_anywhere():
    markup = everything().render("s", {"s": {"list": [{}]}}, {"s.text": "Sai"}, post_url="/x/")
    page = lxml_html.fromstring(markup)
    assert not page.xpath(".//script | .//style | .//*[@style]")
    assert not [name for element in page.iter() for name in element.attrib if name.startswith("on")]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("s.date.day", "32"),
        ("s.money", "một trăm"),
        ("s.number", "3,5,1"),
        ("s.identity", "12345"),
        ("s.phone", "không có"),
        ("s.email", "a@"),
        ("s.unit.q", "Phường Không Đâu"),
        ("s.text", NASTY),
        ("s.area", "\n dòng một\n\n" + NASTY),
    ],
)
def test_what_was_typed_is_still_there_after_an_error(name: str, typed: str):
    form = everything()
    first = form.parse(browser_post(form.render("s", {}, on=TODAY), **{name: typed}), section="s", on=TODAY)
    shown = browser_post(form.render("s", first.answers, first.errors, on=TODAY))
    assert " ".join(shown[name].split()) == " ".join(typed.split())
    assert form.parse(shown, section="s", on=TODAY).answers == first.answers


def test_files_are_listed_with_a_link_and_a_button_to_remove_each():
    form = everything()
    page = lxml_html.fromstring(
        form.render("s", {"s": {"files": [4, 5]}}, files=lambda n: FileInfo(f"{n}.pdf", f"/tep/{n}/", "2 MB"))
    )
    assert page.xpath(".//ul[@class='tsf-files']//a/@href") == ["/tep/4/", "/tep/5/"]
    assert page.xpath(".//button[@name='_remove']/@value") == ["s.files[0]", "s.files[1]"]
    assert page.get_element_by_id("f-s-files").get("accept") == ".pdf"


def test_a_birthday_is_filled_in_by_the_browser():
    page = lxml_html.fromstring(everything().render("s", {}))
    assert page.xpath(".//input[starts-with(@name, 's.date.')]/@autocomplete") == ["bday-day", "bday-month", "bday-year"]


def test_optional_questions_say_so_and_required_ones_do_not():
    form = make_form(a={"type": "string", "title": "A"}, b={"type": "string", "title": "B"}, required=["a"])
    page = lxml_html.fromstring(form.render("s", {}))
    assert [label.text_content().split() for label in page.xpath(".//label")] == [["A"], ["B", "(không", "bắt", "buộc)"]]


def test_titles_follow_the_language():
    form = make_form(a={"type": "string", "title": "Họ và tên", "title_en": "Full name", "x-hint": "Như trên thẻ"})
    with override("en"):
        markup = form.render("s", {})
    assert "Full name" in markup
    assert "Như trên thẻ" in markup


def test_the_whole_form_can_stand_on_one_page_with_a_prefix():
    section = {"type": "object", "title": "A", "properties": {"x": {"type": "string", "title": "X"}}}
    hidden = section | {"x-visible-when": 'answers.a.x == "1"'}
    form = Form({"type": "object", "properties": {"a": section, "b": hidden}}, units=FewUnits())
    answers = {"a": {"x": "2"}, "b": {"x": "kept"}}
    markup = form.render(None, answers, prefix="c-", post_url="/quay/")
    assert lxml_html.fromstring(markup).xpath(".//input[not(@type='hidden')]/@name") == ["c-a.x"]
    again = form.parse(browser_post(markup, ("c-_render", "1"), **{"c-a.x": "1"}), prefix="c-", keep=answers)
    assert again.fragment
    assert again.answers == {"a": {"x": "1"}, "b": {"x": "kept"}}
    assert "c-b.x" in form.render(None, again.answers, prefix="c-")
