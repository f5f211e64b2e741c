"""Answers told back."""

from django.utils.translation import override

from tinhso.blocks.forms.engine.summary import FileInfo
from tinhso.blocks.forms.tests.support import TODAY, make_form

FORM = make_form(
    born={"type": "string", "format": "date", "title": "Ngày sinh"},
    fee={"type": "integer", "x-widget": "money", "title": "Lệ phí"},
    married={"type": "boolean", "title": "Đã kết hôn"},
    way={
        "type": "string",
        "title": "Cách nhận",
        "oneOf": [{"const": "post", "title": "Qua bưu điện", "title_en": "By post"}, {"const": "desk", "title": "Tại quầy"}],
    },
    place={"type": "string", "x-widget": "unit", "title": "Nơi sinh"},
    papers={"type": "array", "items": {"type": "integer"}, "x-widget": "file", "title": "Giấy tờ"},
    phone={"type": "string", "x-widget": "phone", "title": "Điện thoại"},
    kids={
        "type": "array",
        "title": "Các con",
        "x-item-title": "Người con",
        "items": {"type": "object", "properties": {"name": {"type": "string", "title": "Tên"}}},
    },
)
ANSWERS = {
    "s": {
        "born": "2007-03-27",
        "fee": 1_250_000,
        "married": False,
        "way": "post",
        "place": "28249",
        "papers": [4],
        "phone": "0912345678",
        "kids": [{"name": "An"}, {"name": "Bình"}],
    }
}


def rows() -> dict[str, str]:
    return {row.path: row.text for section in FORM.summary(ANSWERS, on=TODAY) for row in section.rows}


def test_answers_are_told_as_people_write_them():
    told = rows()
    assert told["s.born"] == "27/03/2007"
    assert told["s.fee"] == "1.250.000 ₫"
    assert told["s.married"] == "Không"
    assert told["s.way"] == "Qua bưu điện"
    assert told["s.place"] == "Phường Đạo Thạnh, Tỉnh Đồng Tháp"
    assert told["s.phone"] == "0912 345 678"


def test_titles_of_choices_follow_the_language():
    with override("en"):
        assert rows()["s.way"] == "By post"


def test_entries_of_a_list_stand_under_their_own_heading():
    section = FORM.summary(ANSWERS, on=TODAY)[0]
    assert [(row.heading, row.text) for row in section.rows if row.heading] == [("Người con 1", "An"), ("Người con 2", "Bình")]


def test_files_are_links_and_sections_can_be_changed():
    markup = FORM.render_summary(ANSWERS, files=lambda n: FileInfo("giay.pdf", f"/tep/{n}/"), urls={"s": "/sua/"}, on=TODAY)
    assert '<a href="/tep/4/" target="_blank" rel="noopener">giay.pdf</a>' in markup
    assert '<a href="/sua/">' in markup


def test_papers_read_the_same_texts_by_path():
    texts = FORM.texts(ANSWERS, on=TODAY)
    assert texts["s"]["born"] == "27/03/2007"
    assert [kid["name"] for kid in texts["s"]["kids"]] == ["An", "Bình"]
    assert FORM.texts({})["s"]["fee"] == ""


def test_the_stored_files_of_a_form_can_be_listed():
    assert FORM.file_ids(ANSWERS) == [4]
