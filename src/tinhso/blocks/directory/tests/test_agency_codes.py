import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinhso.blocks.directory.agency_codes import check_code, to_left_to_right, to_right_to_left
from tinhso.kernel.errors import Invalid

PAIRS = [
    ("000.00.00.H49", "H49"),
    ("000.00.05.H58", "H58.05"),
    ("000.13.05.H58", "H58.05.13"),
    ("007.13.05.H58", "H58.05.13.007"),
    ("000.00.A1.G22", "G22.A1"),
]


@pytest.mark.parametrize(("right_to_left", "left_to_right"), PAIRS)
def test_both_forms_of_an_identifier_lead_to_each_other(right_to_left, left_to_right):
    assert to_left_to_right(right_to_left) == left_to_right
    assert to_right_to_left(left_to_right) == right_to_left


@given(
    st.from_regex(r"[A-Y][0-9]{2}", fullmatch=True),
    st.lists(st.integers(1, 99), max_size=2),
)
def test_any_identifier_of_three_levels_survives_the_way_there_and_back(first, lower):
    code = ".".join([first, *(f"{number:02}" for number in lower)])
    assert to_left_to_right(to_right_to_left(code)) == code


def test_an_identifier_of_the_new_form_passes_unchanged():
    assert to_left_to_right("H15.50.05.13") == "H15.50.05.13"
    assert check_code(" h58.05 ") == "H58.05"


@pytest.mark.parametrize(
    "wrong", ["", "Z58", "H5", "H58.", "H58..05", "H58/05", "000.05.00.H58", "00.00.05.H58", "H58." + "A" * 40]
)
def test_a_malformed_identifier_is_refused(wrong):
    with pytest.raises(Invalid):
        to_left_to_right(wrong)


@pytest.mark.parametrize("deep", ["H58.01.02.003.04", "H58.123", "H58.01.02.0034"])
def test_what_four_groups_cannot_hold_is_refused(deep):
    with pytest.raises(Invalid, match="QCVN 102:2016"):
        to_right_to_left(deep)
