"""Numbers as exchanges write them."""

import pytest

from tinhso.services.hotline.numbers import e164, national, spoken


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+84 73 3871 234", "+84733871234"),
        ("0733871234", "+84733871234"),
        ("0084733871234", "+84733871234"),
        ("84733871234", "+84733871234"),
        ("+840912345678", "+84912345678"),
        ("0912.345.678", "+84912345678"),
        ("sip:0912345678@10.0.0.5:5060", "+84912345678"),
        ('"Mai" <sip:0912345678@pbx>;tag=1', "+84912345678"),
        ("0733871234 ext 12", "+84733871234"),
        ("0733871234;ext=12", "+84733871234"),
        ("0733871234x12", "+84733871234"),
        ("201", "201"),
        ("1022", "1022"),
        ("19001234", "19001234"),
        ("+33 1 42 68 53 00", "+33142685300"),
        ("anonymous", ""),
        ("sip:anonymous@anonymous.invalid", ""),
        ("Anonymous", ""),
        ("", ""),
        ("' OR 1=1", ""),
        ("0" * 60, ""),
    ],
)
def test_a_number_has_one_form(written: str, number: str) -> None:
    assert e164(written) == number


def test_it_is_shown_as_people_read_it() -> None:
    assert national("+84912345678") == "0912345678"
    assert spoken("+84912345678") == "0912 345 678"
    assert spoken("1022") == "1022"
