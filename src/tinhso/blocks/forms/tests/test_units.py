"""The administrative-unit picker without JavaScript."""

from datetime import date

import pytest
from lxml import html as lxml_html

from tinhso.blocks.forms import Form
from tinhso.blocks.forms.tests.support import TODAY, browser_post, make_form, posted

UNIT = {"type": "string", "title": "Nơi sinh", "x-widget": "unit"}
OLD = UNIT | {"x-unit-on": "2020-05-01"}


def place() -> Form:
    return make_form(x=UNIT, required=["x"])


def test_finding_shows_choices_and_choosing_one_is_the_answer():
    form = place()
    sought = form.parse(posted(**{"x.q": "my", "_find": "s.x"}), on=TODAY)
    assert sought.redraw
    page = form.render("s", sought.answers, on=TODAY, focus=sought.focus)
    assert lxml_html.fromstring(page).xpath(".//input[@type='radio']/@value") == ["28261", "28270"]
    chosen = form.parse(browser_post(page, **{"s.x.pick": "28261"}), section="s", on=TODAY)
    assert chosen.answers == {"s": {"x": "28261"}}
    assert chosen.errors == {}


def test_a_full_name_needs_no_choosing():
    assert place().parse(posted(**{"x.q": "phường đạo thạnh"}), on=TODAY).answers == {"s": {"x": "28249"}}


def test_changing_the_text_beside_a_chosen_unit_changes_the_unit():
    form = place()
    page = form.render("s", {"s": {"x": "28249"}}, on=TODAY)
    again = form.parse(browser_post(page, **{"s.x.q": "Phường Mỹ Tho"}), section="s", on=TODAY)
    assert again.answers == {"s": {"x": "28261"}}
    elsewhere = form.parse(browser_post(page, **{"s.x.province": "79"}), section="s", on=TODAY)
    assert elsewhere.answers == {"s": {"x": "79/Phường Đạo Thạnh"}}
    assert "Phường Đạo Thạnh" in elsewhere.errors["s.x"]


def test_a_province_alone_is_kept_and_not_enough():
    parsed = place().parse(posted(**{"x.province": "82"}), on=TODAY)
    assert parsed.answers == {"s": {"x": "82"}}
    assert parsed.errors == {"s.x": "Hãy chọn đến xã, phường của mục “Nơi sinh”"}


def test_a_unit_that_never_was_is_refused():
    assert place().validate({"s": {"x": "99999"}}, on=TODAY) == {"s.x": "Hãy chọn lại nơi sinh"}


@pytest.mark.parametrize("day", ["today", "2026-01-01"])
def test_a_former_ward_stays_in_the_page_by_name_until_another_is_chosen(day: str):
    form = make_form(x=UNIT | {"x-unit-on": day})
    page = form.render("s", {"s": {"x": "28252"}}, on=TODAY)
    assert lxml_html.fromstring(page).xpath(".//input[@name='s.x.q']/@value") == ["Phường 4"]
    assert lxml_html.fromstring(page).xpath(".//select[@name='s.x.province']/option[@selected]/text()") == ["Tỉnh Đồng Tháp"]
    again = form.parse(browser_post(page), section="s", on=TODAY)
    assert again.answers == {"s": {"x": "28252"}}
    assert again.errors["s.x"].startswith("Phường 4 không có vào ngày ")
    chosen = form.parse(browser_post(page, **{"s.x.q": "Phường Mỹ Tho"}), section="s", on=TODAY)
    assert chosen.answers == {"s": {"x": "28261"}}


def test_a_former_ward_in_a_list_survives_a_redraw_though_its_day_is_asked_after_it():
    lived = {"unit": UNIT | {"x-unit-on": "s.lived[].since"}, "since": {"type": "string", "format": "date", "title": "Từ ngày"}}
    form = make_form(lived={"type": "array", "title": "Nơi ở", "items": {"type": "object", "properties": lived}})
    answers = {"s": {"lived": [{"unit": "28249", "since": "2025-08-01"}, {"unit": "28252", "since": "2022-01-01"}]}}
    page = form.render("s", answers, on=TODAY)
    for press in (None, ("_render", "1")):
        assert form.parse(browser_post(page, press), section="s", on=TODAY).answers == answers
    removed = form.parse(browser_post(page, ("_remove", "s.lived[0]")), section="s", on=TODAY)
    assert removed.answers == {"s": {"lived": answers["s"]["lived"][1:]}}


def test_before_the_reform_districts_are_asked_and_old_names_shown():
    form = make_form(x=OLD)
    page = lxml_html.fromstring(form.render("s", {"s": {"x": "28252"}}, on=TODAY))
    assert page.xpath(".//select[@name='s.x.district']/option[@selected]/text()") == ["Thành phố Mỹ Tho"]
    assert form.summary({"s": {"x": "28252"}}, on=TODAY)[0].rows[0].text == "Phường 4, Thành phố Mỹ Tho, Tỉnh Tiền Giang"


def test_the_three_tier_sample_works_with_its_last_map_whatever_the_day(settings):
    settings.MAP_UNTIL = date(2025, 6, 30)
    form = make_form(
        born={"type": "string", "format": "date", "title": "Ngày sinh"}, x=UNIT, there=UNIT | {"x-unit-on": "s.born"}
    )
    answers = {"s": {"born": "2026-03-02", "x": "28252", "there": "28252"}}
    assert form.validate(answers, on=TODAY) == {}
    page = form.render("s", answers, on=TODAY)
    for name in ("x", "there"):
        chosen = lxml_html.fromstring(page).xpath(f".//select[@name='s.{name}.district']/option[@selected]/text()")
        assert chosen == ["Thành phố Mỹ Tho"]
    assert form.parse(browser_post(page), section="s", on=TODAY).answers == answers


def test_the_day_may_come_from_another_answer():
    form = make_form(born={"type": "string", "format": "date", "title": "Ngày sinh"}, x=UNIT | {"x-unit-on": "s.born"})
    assert form.validate({"s": {"born": "2007-03-27", "x": "28252"}}, on=TODAY) == {}
    assert "s.x" in form.validate({"s": {"born": "2025-08-01", "x": "28252"}}, on=TODAY)
    read = form.parse(posted(**{"born.day": "27/3/2007", "x.q": "Phường 4"}), on=TODAY)
    assert read.answers["s"]["x"] == "28252"


def test_a_submitted_form_is_shown_on_the_map_of_its_day():
    form = place()
    assert form.summary({"s": {"x": "28261"}}, on=date(2026, 1, 1))[0].rows[0].text == "Phường Mỹ Tho, Tỉnh Đồng Tháp"
    assert form.summary({"s": {"x": "28261"}}, on=date(2024, 1, 1))[0].rows[0].text.startswith("Phường 6, ")
