"""Repeated groups, with and without JavaScript."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict
from lxml import html as lxml_html

from tinhso.blocks.forms import Form
from tinhso.blocks.forms.tests.support import browser_post, make_form, posted

CHILD = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "title": "Họ và tên", "x-widget": "name"},
        "born": {"type": "string", "format": "date", "title": "Ngày sinh"},
        "sex": {"type": "string", "x-widget": "sex", "title": "Giới tính"},
        "paper": {"type": "integer", "x-widget": "file", "title": "Giấy khai sinh"},
    },
}


def family(**keywords: int) -> Form:
    return make_form(kids={"type": "array", "title": "Các con", "x-item-title": "Người con", "items": CHILD, **keywords})


def legends(markup: str) -> list[str]:
    return lxml_html.fromstring(markup).xpath(".//legend[@class='tsf-entry-legend']/text()")


def test_a_plain_button_adds_an_empty_entry_and_keeps_what_was_typed():
    form = family()
    parsed = form.parse(browser_post(form.render("s", {}), ("_add", "s.kids")), section="s")
    assert parsed.redraw
    assert parsed.answers == {"s": {"kids": [{}]}}
    markup = form.render("s", parsed.answers, focus=parsed.focus)
    assert legends(markup) == ["Người con 1"]
    typed = browser_post(markup, ("_add", "s.kids"), **{"s.kids[0].name": "An"})
    assert form.parse(typed, section="s", keep=parsed.answers).answers == {"s": {"kids": [{"name": "An"}, {}]}}


def test_the_cursor_goes_to_the_new_entry():
    form = family()
    parsed = form.parse(posted(_add="s.kids"))
    markup = lxml_html.fromstring(form.render("s", parsed.answers, focus=parsed.focus))
    assert markup.xpath(".//*[@autofocus]/@name") == ["s.kids[0].name"]


def test_removing_an_entry_moves_the_others_up_with_their_files():
    form = family()
    answers = {"s": {"kids": [{"name": "An"}, {"name": "Bình", "paper": 7}, {"name": "Chi", "paper": 8}]}}
    parsed = form.parse(browser_post(form.render("s", answers), ("_remove", "s.kids[1]")), section="s", keep=answers)
    assert parsed.answers == {"s": {"kids": [{"name": "An"}, {"name": "Chi", "paper": 8}]}}


def test_a_file_chosen_in_a_later_entry_follows_it_when_an_earlier_one_is_removed():
    form = family()
    files = MultiValueDict({"s.kids[1].paper": [SimpleUploadedFile("b.pdf", b"x")]})
    parsed = form.parse(posted(**{"kids[0].name": "An", "kids[1].name": "Bình", "_remove": "s.kids[0]"}), files)
    assert list(parsed.uploads) == ["s.kids[0].paper"]
    parsed.attach("s.kids[0].paper", 5)
    assert parsed.answers == {"s": {"kids": [{"name": "Bình", "paper": 5}]}}


def test_blank_entries_are_dropped_on_saving():
    form = family()
    parsed = form.parse(posted(**{"kids[0].name": "", "kids[0]._entry": "1", "kids[1].name": "An"}))
    assert parsed.answers == {"s": {"kids": [{"name": "An"}]}}


def test_an_entry_with_only_a_file_is_not_blank():
    files = MultiValueDict({"s.kids[1].paper": [SimpleUploadedFile("b.pdf", b"x")]})
    parsed = family().parse(posted(**{"kids[0].name": "", "kids[1].name": ""}), files)
    assert list(parsed.uploads) == ["s.kids[0].paper"]
    assert parsed.errors == {"s.kids[0].name": "Hãy nhập họ và tên"}


def test_an_entry_without_any_typed_box_is_not_lost():
    form = family()
    markup = form.render("s", {"s": {"kids": [{"sex": "female"}, {}]}})
    parsed = form.parse(browser_post(markup, ("_add", "s.kids")), section="s")
    assert parsed.answers == {"s": {"kids": [{"sex": "female"}, {}, {}]}}


def test_demanded_entries_are_there_from_the_start_and_checked():
    form = family(minItems=1)
    assert legends(form.render("s", {})) == ["Người con 1"]
    assert "_remove" not in form.render("s", {})
    parsed = form.parse(browser_post(form.render("s", {})), section="s")
    assert parsed.errors == {"s.kids[0].name": "Hãy nhập họ và tên"}


def test_the_add_button_goes_at_the_limit():
    form = family(maxItems=1)
    full = {"s": {"kids": [{"name": "An"}]}}
    assert "_add" not in form.render("s", full)
    assert form.parse(posted(**{"kids[0].name": "An", "_add": "s.kids"}), keep=full).answers == full


def test_a_posted_entry_number_makes_no_giant_list():
    parsed = family().parse(posted(**{"kids[999999].name": "An"}))
    assert parsed.answers == {"s": {"kids": [{"name": "An"}]}}


def test_made_up_paths_in_buttons_change_nothing():
    for name in ("s.nothing", "s", "__class__", "s.kids[0].name", "s.kids[0", "s.kids[5]"):
        assert family().parse(posted(**{"kids[0].name": "An", "_add": name})).answers == {"s": {"kids": [{"name": "An"}]}}
        assert family().parse(posted(**{"kids[0].name": "An", "_remove": name})).answers == {"s": {"kids": [{"name": "An"}]}}


def test_enter_saves_and_never_presses_add_or_remove():
    markup = lxml_html.fromstring(family().render("s", {"s": {"kids": [{"name": "An"}]}}))
    assert markup.xpath("(.//button)[1]/@name") == []


def test_the_summary_of_errors_says_which_entry_is_meant():
    form = family()
    errors = form.validate({"s": {"kids": [{"name": "An"}, {"born": "31/2/2020"}]}})
    summary = form.render_errors(errors)
    assert '<a href="#f-s-kids-1-name">Người con 2: Hãy nhập họ và tên</a>' in summary
    assert '<a href="#f-s-kids-1-born">Người con 2: Ngày sinh phải là ngày có thật' in summary
