import unicodedata
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinhso.kernel.text import compact, fold, matching_key, name_sort_key

BASES = "aăâeêioôơuưy"
TONES = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]
VOWELS = [unicodedata.normalize("NFC", base + tone) for base in BASES for tone in TONES]
LETTERS = [*VOWELS, *"bcdđghklmnpqrstvx"]
vietnamese = st.text(st.sampled_from([*LETTERS, *(letter.upper() for letter in LETTERS), " "]), max_size=30)


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_folding_finds_civil_status_from_any_spelling(form):
    assert fold(unicodedata.normalize(form, "  Hộ   Tịch ")) == "ho tich"
    assert compact(unicodedata.normalize(form, "Đặc khu Phú Quý")) == "dackhuphuquy"


@given(vietnamese)
def test_folded_vietnamese_is_ascii_and_folds_to_itself(text):
    assert fold(text).isascii()
    assert fold(fold(text)) == fold(text)


@given(vietnamese)
def test_the_unicode_form_never_changes_a_key(text):
    decomposed = unicodedata.normalize("NFD", text)
    assert fold(decomposed) == fold(text)
    assert matching_key(decomposed) == matching_key(text)
    assert name_sort_key(decomposed) == name_sort_key(text)


@pytest.mark.parametrize(
    ("old", "new"), [("hoà", "hòa"), ("thuý", "thúy"), ("khoẻ", "khỏe"), ("Xã Hoà Tịnh", "Xã Hòa Tịnh"), ("qúy", "quý")]
)
def test_the_placement_of_the_tone_mark_does_not_matter_for_matching(old, new):
    assert matching_key(old) == matching_key(new)


@pytest.mark.parametrize(
    "others", [("Lê", "Lệ", "Le", "Lé"), ("Đa", "Da"), ("Mỹ", "Mĩ"), ("Phường 1", "Phường 10"), ("ô", "ơ", "o")]
)
def test_matching_keeps_every_accent_apart(others):
    assert len({matching_key(word) for word in others}) == len(others)


def test_names_sort_by_given_name_then_middle_then_family():
    ordered = [
        "Trần An",
        "Nguyễn Thị An",
        "Lê Văn An",
        "Phạm Văn An",
        "Trần Văn Anh",
        "Lê Thị Ánh",
        "Vũ Hồng Ân",
        "Lê Văn Dũng",
        "Lê Văn Đạt",
        "Đỗ Hà",
        "Bùi Văn Hạ",
        "Lê Uyên",
        "Lê Ưng",
        "Lê Y",
    ]
    shuffled = ordered[1::2] + ordered[::2]
    assert sorted(shuffled, key=name_sort_key) == ordered


def test_letters_follow_the_vietnamese_alphabet_and_tones_decide_between_equal_letters():
    syllables = ["ma", "mà", "mả", "mã", "má", "mạ", "man", "măn", "mân", "me", "mê", "mo", "mô", "mơ", "mu", "mư", "my"]
    for first, second in permutations(range(len(syllables)), 2):
        assert (first < second) == (name_sort_key(syllables[first]) < name_sort_key(syllables[second]))


@given(st.text(max_size=40))
def test_any_text_has_keys(text):
    fold(text), compact(text), matching_key(text), name_sort_key(text)
