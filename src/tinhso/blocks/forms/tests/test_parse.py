"""Reading what people type."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from tinhso.blocks.forms.tests.support import TODAY, make_form, posted

TEXT = {"type": "string", "title": "Chữ"}
DATE = {"type": "string", "format": "date", "title": "Ngày sinh"}
MONEY = {"type": "integer", "x-widget": "money", "title": "Số tiền"}
NUMBER = {"type": "number", "title": "Diện tích"}


def read(schema: dict, **values: str) -> object:
    return make_form(x=schema).parse(posted(**values), on=TODAY).answers["s"].get("x")


def read_date(day: str, month: str, year: str, **keywords: object) -> object:
    return read(DATE | keywords, **{"x.day": day, "x.month": month, "x.year": year})


def test_text_is_composed_and_its_spaces_collapse():
    assert read(TEXT, x="  Nguye\u0302\u0303n   Thi\u0323 \u00a0 Minh\n") == "Nguyễn Thị Minh"


def test_control_and_zero_width_characters_are_dropped():
    assert read(TEXT, x="A\x00n\u200b\ufeff") == "An"


def test_several_lines_keep_their_breaks():
    assert read(TEXT | {"x-widget": "textarea"}, x="một  \r\n\r\nhai\r\n") == "một\n\nhai"


def test_an_empty_box_is_no_answer():
    assert make_form(x=TEXT, y=MONEY).parse(posted(x="  ", y="")).answers == {"s": {}}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("1.250.000", 1_250_000),
        ("1 250 000 đ", 1_250_000),
        ("1,250,000 ₫", 1_250_000),
        ("1250000 VND", 1_250_000),
        ("0", 0),
        ("1.25", "1.25"),
        ("một triệu", "một triệu"),
        ("1.2500", "1.2500"),
        ("١٢٣", "١٢٣"),
    ],
)
def test_money_is_read_as_whole_dong_and_kept_as_typed_when_unclear(typed: str, expected: object):
    assert read(MONEY, x=typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"), [("3,5", 3.5), ("1.250", 1250), ("1.250,75", 1250.75), ("3.5", 3.5), ("-2", -2), ("3,5,1", "3,5,1")]
)
def test_numbers_are_read_as_vietnamese_write_them(typed: str, expected: object):
    assert read(NUMBER, x=typed) == expected


@pytest.mark.parametrize(
    ("boxes", "expected"),
    [
        (("27", "3", "2007"), "2007-03-27"),
        (("27/03/2007", "", ""), "2007-03-27"),
        (("27032007", "", ""), "2007-03-27"),
        (("2007-03-27", "", ""), "2007-03-27"),
        (("31", "2", "2007"), "31/2/2007"),
        (("27", "", "2007"), "27//2007"),
        (("hai", "ba", "07"), "hai/ba/07"),
    ],
)
def test_a_date_becomes_iso_and_what_is_no_date_stays_as_typed(boxes: tuple[str, str, str], expected: str):
    assert read_date(*boxes) == expected


def test_where_allowed_a_year_or_a_month_is_enough():
    partial = {"x-partial": True, "x-widget": "date"}
    assert read_date("", "", "1950", **partial) == "1950"
    assert read_date("", "3", "1950", **partial) == "1950-03"
    assert read_date("", "", "1950") == "//1950"


def test_identity_and_phone_numbers_lose_their_spacing():
    assert read({"type": "string", "x-widget": "identity", "title": "CCCD"}, x="082 207.012-345") == "082207012345"
    phone = {"type": "string", "x-widget": "phone", "title": "Điện thoại"}
    assert read(phone, x="+84 912 345 678") == "0912345678"
    assert read(phone, x="+1 (202) 555-0100") == "+12025550100"


def test_choices_come_back_with_the_type_of_their_value():
    choice = {"type": "integer", "title": "Số bản", "oneOf": [{"const": 1, "title": "Một"}, {"const": 2, "title": "Hai"}]}
    assert read(choice, x="2") == 2
    assert read({"type": "boolean", "title": "Đã kết hôn"}, x="false") is False
    assert read({"type": "boolean", "x-widget": "checkbox", "title": "Cam đoan"}, x="true") is True


def test_the_other_sections_stay_as_they_were():
    form = make_form(x=TEXT)
    kept = {"other": {"a": 1}, "s": {"x": "cũ"}}
    assert form.parse(posted(x="mới"), section="s", keep=kept).answers["s"] == {"x": "mới"}
    assert kept["s"]["x"] == "cũ"


def test_unknown_names_are_ignored():
    assert make_form(x=TEXT).parse(QueryDict("s.y=1&q.x=2&s.x=a&s[0].x=b")).answers == {"s": {"x": "a"}}


def test_with_a_prefix_two_forms_share_a_page():
    parsed = make_form(x=TEXT).parse(QueryDict("s.x=others&f-s.x=ours"), prefix="f-")
    assert parsed.answers == {"s": {"x": "ours"}}


# --- files ---------------------------------------------------------------------------------------------------------------

DOCS = {"type": "array", "items": {"type": "integer"}, "x-widget": "file", "title": "Giấy tờ"}
DOC = {"type": "integer", "x-widget": "file", "title": "Ảnh"}


def upload(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"x")


def test_uploads_are_handed_to_the_view_and_their_ids_attached():
    form = make_form(x=DOCS, y=DOC, required=["x"])
    files = MultiValueDict({"s.x": [upload("a.pdf"), upload("b.pdf")], "s.y": [upload("c.png")]})
    parsed = form.parse(posted(), files, keep={"s": {"x": [7]}})
    assert {path: [f.name for f in sent] for path, sent in parsed.uploads.items()} == {
        "s.x": ["a.pdf", "b.pdf"],
        "s.y": ["c.png"],
    }
    assert parsed.errors == {}
    for path, sent in parsed.uploads.items():
        for number, _file in enumerate(sent, 8):
            parsed.attach(path, number)
    assert parsed.answers == {"s": {"x": [7, 8, 9], "y": 8}}


def test_ids_of_files_never_come_from_the_browser():
    parsed = make_form(x=DOCS, y=DOC).parse(posted(x=["99"], y="98"), keep={"s": {"x": [7]}})
    assert parsed.answers == {"s": {"x": [7]}}


def test_one_file_can_be_removed():
    form = make_form(x=DOCS, y=DOC)
    kept = {"s": {"x": [7, 8], "y": 9}}
    assert form.parse(posted(_remove="s.x[0]"), keep=kept).answers == {"s": {"x": [8], "y": 9}}
    assert form.parse(posted(_remove="s.y"), keep=kept).answers == {"s": {"x": [7, 8]}}


def test_a_refused_upload_is_told_beside_its_question():
    parsed = make_form(x=DOC).parse(posted(), MultiValueDict({"s.x": [upload("virus.exe")]}))
    parsed.refuse("s.x", "Hãy gửi tệp PDF")
    assert parsed.errors == {"s.x": "Hãy gửi tệp PDF"}
