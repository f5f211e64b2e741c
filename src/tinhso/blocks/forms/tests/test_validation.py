"""What is wrong, in words people can act on."""

import pytest
from django.utils.translation import override

from tinhso.blocks.forms.tests.support import TODAY, make_form

TEXT = {"type": "string", "title": "Họ và tên"}


def problem(schema: dict, value: object, **others: object) -> str | None:
    fields = {key: {"type": "string", "title": key} for key in others}
    return make_form(x=schema, **fields).validate({"s": {"x": value, **others}}, on=TODAY).get("s.x")


@pytest.mark.parametrize(
    ("schema", "sentence"),
    [
        (TEXT, "Hãy nhập họ và tên"),
        ({"type": "string", "title": "CCCD của cha"}, "Hãy nhập CCCD của cha"),
        ({"type": "string", "x-widget": "sex", "title": "Giới tính"}, "Hãy chọn giới tính"),
        ({"type": "string", "x-widget": "unit", "title": "Nơi sinh"}, "Hãy chọn nơi sinh"),
        ({"type": "integer", "x-widget": "file", "title": "Giấy chứng sinh"}, "Hãy đính kèm giấy chứng sinh"),
        ({"type": "boolean", "x-widget": "checkbox", "title": "Tôi cam đoan"}, "Hãy đánh dấu vào ô “Tôi cam đoan”"),
        ({"type": "boolean", "title": "Khai thông tin về mẹ?"}, "Hãy trả lời câu “Khai thông tin về mẹ?”"),
        (TEXT | {"x-messages": {"required": "Cho biết tên bạn"}}, "Cho biết tên bạn"),
    ],
)
def test_what_is_missing_is_asked_for(schema: dict, sentence: str):
    assert make_form(x=schema, required=["x"]).validate({}) == {"s.x": sentence}


@pytest.mark.parametrize(
    ("schema", "value", "sentence"),
    [
        ({"type": "integer", "title": "Số bản"}, "hai", "Số bản phải là số nguyên, ví dụ 3"),
        ({"type": "integer", "title": "Số bản", "minimum": 1}, 0, "Số bản phải từ 1 trở lên"),
        ({"type": "integer", "title": "Số bản", "maximum": 1000}, 2000, "Số bản không được quá 1.000"),
        ({"type": "integer", "x-widget": "money", "title": "Lệ phí"}, "x", "Lệ phí phải là số tiền bằng đồng, ví dụ 1.250.000"),
        ({"type": "number", "title": "Diện tích"}, "rộng", "Diện tích phải là số, ví dụ 3,5"),
        (TEXT | {"maxLength": 3}, "Nguyễn", "Họ và tên dài quá 3 ký tự"),
        (TEXT | {"pattern": "^A"}, "B", "Họ và tên chưa đúng dạng yêu cầu"),
        (TEXT | {"pattern": "^A", "x-messages": {"pattern": "Bắt đầu bằng A"}}, "B", "Bắt đầu bằng A"),
        ({"type": "string", "format": "email", "title": "Thư điện tử"}, "a@", "Thư điện tử phải có dạng ten@vidu.vn"),
        ({"type": "string", "enum": ["a"], "title": "Loại"}, "b", "Hãy chọn một trong các lựa chọn của mục “Loại”"),
        (
            {"type": "string", "x-widget": "phone", "title": "Điện thoại"},
            "0123",
            "Điện thoại phải là số điện thoại, ví dụ 0912 345 678",
        ),
    ],
)
def test_each_kind_of_mistake_has_its_sentence(schema: dict, value: object, sentence: str):
    assert problem(schema, value) == sentence


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("31/2/2007", "Ngày sinh phải là ngày có thật, ví dụ 27 3 2025"),
        ("27//2007", "Ngày sinh còn thiếu tháng"),
        ("27//", "Ngày sinh còn thiếu tháng, năm"),
        ("27/3/07", "Ngày sinh: hãy ghi năm đủ bốn chữ số"),
        ("2026-11-22", "Ngày sinh không được sau hôm nay"),
        ("2026-11-21", None),
        ("1899-12-31", "Ngày sinh không được trước ngày 01/01/1900"),
    ],
)
def test_dates(value: str, sentence: str | None):
    schema = {"type": "string", "format": "date", "title": "Ngày sinh", "x-not-after": "today", "x-not-before": "1900-01-01"}
    assert problem(schema, value) == sentence


def test_a_date_may_be_bound_to_another_answer():
    schema = {"type": "string", "format": "date", "title": "Ngày hết hạn", "x-not-before": "s.issued"}
    assert problem(schema, "2020-01-01", issued="2021-05-06") == "Ngày hết hạn không được trước ngày 06/05/2021"


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("082207012345", None),
        ("08220701234", "Số định danh gồm 12 chữ số"),
        ("999207012345x", "Số định danh gồm 12 chữ số"),
        ("003207012345", "Số định danh cá nhân gồm 12 chữ số, ba số đầu là mã nơi đăng ký khai sinh; hãy xem lại."),
    ],
)
def test_an_identity_number_has_a_structure(number: str, sentence: str | None):
    assert problem({"type": "string", "x-widget": "identity", "title": "Số định danh"}, number) == sentence


def test_an_identity_number_agrees_with_sex_and_year_of_birth():
    schema = {"type": "string", "x-widget": "identity", "title": "Số", "x-check-sex": "s.sex", "x-check-birth": "s.born"}
    assert problem(schema, "082207012345", sex="male", born="2007-03-27") is None
    assert "giới tính" in str(problem(schema, "082207012345", sex="female", born="2007-03-27"))
    assert "năm sinh" in str(problem(schema, "082207012345", sex="male", born="2008-03-27"))


def test_inside_a_list_the_neighbour_in_the_same_entry_is_asked():
    item = {
        "type": "object",
        "properties": {
            "sex": {"type": "string", "x-widget": "sex", "title": "Giới tính"},
            "number": {"type": "string", "x-widget": "identity", "title": "Số", "x-check-sex": "s.kids[].sex"},
        },
    }
    form = make_form(kids={"type": "array", "title": "Con", "items": item})
    kids = [{"sex": "male", "number": "082207012345"}, {"sex": "female", "number": "082207012345"}]
    assert list(form.validate({"s": {"kids": kids}}, on=TODAY)) == ["s.kids[1].number"]


ADDRESS = {
    "type": "object",
    "title": "Địa chỉ",
    "required": ["street"],
    "properties": {"street": {"type": "string", "title": "Số nhà, đường"}, "note": {"type": "string", "title": "Ghi chú"}},
}


def test_a_demanded_group_asks_for_its_questions_and_an_optional_one_only_once_begun():
    assert make_form(x=ADDRESS, required=["x"]).validate({}) == {"s.x.street": "Hãy nhập số nhà, đường"}
    assert make_form(x=ADDRESS).validate({}) == {}
    assert make_form(x=ADDRESS).validate({"s": {"x": {"note": "gần chợ"}}}) == {"s.x.street": "Hãy nhập số nhà, đường"}


def test_errors_come_in_the_order_of_the_form():
    form = make_form(a=TEXT, b={"type": "integer", "title": "B"}, c=TEXT, d=ADDRESS, required=["a", "c", "d"])
    assert list(form.validate({"s": {"b": "x"}})) == ["s.a", "s.b", "s.c", "s.d.street"]


def test_answers_of_an_unknown_section_are_dropped_when_cleaned():
    assert make_form(x=TEXT).clean({"s": {"x": "An"}, "evil": {"y": 1}}).answers == {"s": {"x": "An"}}


def test_in_english_the_english_label_is_used():
    with override("en"):
        assert "full name" in make_form(x=TEXT | {"title_en": "Full name"}, required=["x"]).validate({})["s.x"]
