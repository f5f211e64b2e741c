import unicodedata

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tinhso.kernel.text import fold

pytestmark = pytest.mark.django_db

VOWELS, CONSONANTS = "aăâeêioôơuưy", "bcdđghklmnpqrstvx"
TONES = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
SMALL = [*CONSONANTS, *(unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES)]
LETTERS = [*SMALL, *(letter.upper() for letter in SMALL)]


def folded_in_the_database(text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tinhso_fold(%s)", [text])
        return cursor.fetchone()[0]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_database_folds_every_vietnamese_letter_as_python_does(form):
    text = " ".join(unicodedata.normalize(form, letter) for letter in LETTERS)
    assert len(LETTERS) == 178
    assert folded_in_the_database(text) == fold(text)
    assert fold(text).isascii()


@given(st.text(st.sampled_from([*LETTERS, " ", "\u00a0", "-", "1", "."])))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
def test_the_database_folds_any_vietnamese_text_as_python_does(text):
    assert folded_in_the_database(text) == fold(text)
