"""Numbers and dates in Vietnamese words."""

from datetime import date

import pytest

from tinhso.kernel.text.numbers import day_in_words, number_in_words, whole_number


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (5, "năm"),
        (10, "mười"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (101, "một trăm linh một"),
        (115, "một trăm mười lăm"),
        (1_000, "một nghìn"),
        (1_205, "một nghìn hai trăm linh năm"),
        (2_025, "hai nghìn không trăm hai mươi lăm"),
        (1_250_000, "một triệu hai trăm năm mươi nghìn"),
        (3_000_005, "ba triệu không trăm linh năm"),
        (2_000_000_000, "hai tỷ"),
    ],
)
def test_a_number_is_said_as_people_say_it(number: int, words: str) -> None:
    assert number_in_words(number) == words


def test_a_number_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="is not between"):
        number_in_words(10**12)


def test_a_date_is_said_with_thang_tu_for_april() -> None:
    assert day_in_words(date(1994, 4, 4)) == "ngày bốn tháng tư năm một nghìn chín trăm chín mươi tư"


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), (" 12 ", 12), ("", None), (None, None), ("²", None), ("-1", None), ("1.0", None), ("9" * 5000, None)],
)
def test_a_whole_number_is_read_from_plain_digits_only(text, number):
    assert whole_number(text) == number
