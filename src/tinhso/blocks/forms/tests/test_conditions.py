"""Questions that depend on answers."""

from lxml import html as lxml_html

from tinhso.blocks.forms import Form
from tinhso.blocks.forms.tests.support import TODAY, FewUnits, browser_post, make_form, posted

MARRIED = {"type": "boolean", "title": "Đã kết hôn"}
SPOUSE = {"type": "string", "title": "Vợ hoặc chồng", "x-visible-when": "answers.s.married == true"}
NUMBER = {"type": "string", "title": "Số giấy kết hôn", "x-visible-when": 'answers.s.spouse != null && answers.s.spouse != ""'}


def marriage() -> Form:
    return make_form(married=MARRIED, spouse=SPOUSE, number=NUMBER, required=["married", "spouse"])


def names_in(markup: str) -> set[str]:
    controls = lxml_html.fromstring(f"<form>{markup}</form>").xpath(".//input[not(@type='hidden')] | .//select | .//textarea")
    return {control.get("name") for control in controls}


def test_a_hidden_question_is_neither_kept_nor_required():
    parsed = marriage().parse(posted(married="false", spouse="Lan"), on=TODAY)
    assert parsed.answers == {"s": {"married": False}}
    assert parsed.errors == {}


def test_a_visible_question_is_required():
    assert marriage().validate({"s": {"married": True}}) == {"s.spouse": "Hãy nhập vợ hoặc chồng"}


def test_hiding_one_question_hides_those_that_depend_on_it():
    cleaned = marriage().clean({"s": {"married": False, "spouse": "Lan", "number": "12"}})
    assert cleaned.answers == {"s": {"married": False}}


def test_saving_shows_the_section_again_when_new_questions_have_appeared():
    form = marriage()
    first = form.render("s", {})
    parsed = form.parse(browser_post(first, **{"s.married": "true"}), section="s")
    assert parsed.redraw
    assert parsed.appeared == {"s.spouse"}
    assert parsed.errors == {}
    again = form.parse(browser_post(form.render("s", parsed.answers)), section="s")
    assert not again.redraw or again.appeared == set()
    assert again.errors == {"s.spouse": "Hãy nhập vợ hoặc chồng"}


def test_changing_ones_mind_twice_before_saving_loses_nothing():
    form = marriage()
    answers = {"s": {"married": True, "spouse": "Trần Thị Lan", "number": "12/2019"}}
    no = form.parse(
        browser_post(form.render("s", answers), ("_render", "1"), **{"s.married": "false"}), section="s", keep=answers
    )
    assert names_in(form.render("s", no.answers)) == {"s.married"}
    yes = form.parse(
        browser_post(form.render("s", no.answers), ("_render", "1"), **{"s.married": "true"}), section="s", keep=no.answers
    )
    assert yes.answers == answers


def test_the_update_button_redraws_without_complaining():
    parsed = marriage().parse(posted(married="true", _update="1"))
    assert (parsed.redraw, parsed.fragment, parsed.errors) == (True, False, {})


def test_an_autosave_keeps_everything_and_complains_of_nothing():
    parsed = marriage().parse(posted(married="false", spouse="Lan", _autosave="1", _shown="-"))
    assert parsed.autosave
    assert not parsed.redraw
    assert parsed.answers == {"s": {"married": False, "spouse": "Lan"}}
    assert parsed.errors == {}


def test_only_questions_others_depend_on_redraw_the_form():
    markup = marriage().render("s", {"s": {"married": True}}, post_url="/ho-so/1/")
    live = lxml_html.fromstring(markup).xpath(".//div[@hx-trigger='change']//input/@name")
    assert set(live) == {"s.married", "s.spouse"}
    assert "hx-post" not in marriage().render("s", {})


def test_a_whole_section_can_depend_on_another():
    section = {
        "type": "object",
        "title": "Chồng",
        "required": ["name"],
        "properties": {"name": {"type": "string", "title": "Tên"}},
    }
    form = Form(
        {
            "type": "object",
            "properties": {
                "s": {"type": "object", "title": "Bạn", "properties": {"married": MARRIED}},
                "spouse": section | {"x-visible-when": "answers.s.married == true"},
            },
        },
        units=FewUnits(),
    )
    assert [s.key for s in form.visible_sections({})] == ["s"]
    assert form.validate({"s": {"married": False}, "spouse": {}}) == {}
    assert form.validate({"s": {"married": True}}) == {"spouse.name": "Hãy nhập tên"}
    assert form.missing_sections({"s": {"married": True}}) == ["spouse"]
    assert [part.key for part in form.summary({"s": {"married": False}, "spouse": {"name": "An"}})] == ["s"]


def test_the_keywords_of_json_schema_for_conditions_are_checked_too():
    form = Form(
        {
            "type": "object",
            "properties": {
                "s": {
                    "type": "object",
                    "title": "Phần",
                    "properties": {
                        "way": {"type": "string", "title": "Cách nhận", "enum": ["post", "desk"]},
                        "address": {"type": "string", "title": "Địa chỉ nhận"},
                        "fax": {"type": "string", "title": "Fax"},
                        "code": {"type": "string", "title": "Mã vùng"},
                    },
                    "if": {"properties": {"way": {"const": "post"}}, "required": ["way"]},
                    "then": {"required": ["address"]},
                    "dependentRequired": {"fax": ["code"]},
                }
            },
        },
        units=FewUnits(),
    )
    assert form.validate({"s": {"way": "desk"}}) == {}
    assert form.validate({"s": {"way": "post", "fax": "1"}}) == {
        "s.address": "Hãy nhập địa chỉ nhận",
        "s.code": "Hãy nhập mã vùng",
    }
    markup = lxml_html.fromstring(form.render("s", {}))
    optional = {label.get("for") for label in markup.xpath(".//label[span[@class='optional']]")}
    assert optional == {"f-s-fax"}


def test_inside_a_list_a_rule_sees_its_own_entry():
    item = {
        "type": "object",
        "required": ["why"],
        "properties": {
            "kind": {"type": "string", "title": "Loại", "enum": ["a", "khác"]},
            "why": {"type": "string", "title": "Lý do", "x-visible-when": 'item.kind == "khác"'},
        },
    }
    form = make_form(copies={"type": "array", "title": "Bản sao", "items": item})
    answers = {"s": {"copies": [{"kind": "a", "why": "thừa"}, {"kind": "khác"}]}}
    cleaned = form.clean(answers)
    assert cleaned.answers == {"s": {"copies": [{"kind": "a"}, {"kind": "khác"}]}}
    assert cleaned.errors == {"s.copies[1].why": "Hãy nhập lý do"}
