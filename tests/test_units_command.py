"""`tinhso units`, as operators and inspectors use it."""

import json

import pytest
from typer.testing import CliRunner

from tinhso.blocks.directory.tests.conftest import country  # noqa: F401
from tinhso.config.commands.units import app

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country")]


def run(*words):
    return CliRunner().invoke(app, list(words))


def answer(*words):
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_show_answers_as_of_a_date():
    unit = answer("show", "82", "--on", "2022-01-01")
    assert (unit["code"], unit["name"], unit["level"], unit["parent"]) == ("82", "Tỉnh Tiền Giang", 1, None)
    assert (unit["valid_from"], unit["valid_to"]) == ("1976-02-24", "2025-06-30")
    assert unit["counts"] == {"district": 11, "commune": 172}
    today = answer("show", "82", "--on", "2025-07-01")
    assert (today["name"], today["valid_to"], today["counts"]) == ("Tỉnh Đồng Tháp", None, {"commune": 102})


def test_show_leaves_counts_empty_where_the_sources_do_not_tell():
    unit = answer("show", "82", "--on", "01/01/2000")
    assert unit["name"] == "Tỉnh Tiền Giang"
    assert unit["counts"] is None
    assert "chỉ đầy đủ từ ngày" in unit["counts_note"]


def test_became_lists_the_successors_with_code_and_name():
    assert [(one["code"], one["name"]) for one in answer("became", "28252", "--on", "2025-07-01")] == [
        ("28249", "Phường Đạo Thạnh")
    ]


def test_search_finds_without_accents():
    assert answer("search", "phuong my tho", "--on", "2025-07-01")[0]["code"] == "28261"


def test_load_again_says_that_there_is_nothing_to_change():
    assert answer("load")["changed"] is False
    assert "Nothing to change" in run("load").stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["show", "99999"], "Không có đơn vị hành chính nào mang mã 99999."),
        (["show", "87", "--on", "2026-01-01"], "Không có đơn vị hành chính nào mang mã 87 vào ngày 01/01/2026."),
        (["show", "28252", "--on", "2010-01-01"], "Không rõ mã 28252 vào ngày 01/01/2010"),
        (["became", "28255", "--on", "2025-07-01"], "nguồn dữ liệu không ghi đã nhập vào đâu"),
        (["became", "99999"], "Không có đơn vị hành chính nào mang mã 99999."),
        (["show", "82", "--on", "yesterday"], "is not a day like"),
    ],
)
def test_what_cannot_be_answered_ends_with_a_sentence_and_a_failure(words, sentence):
    result = run(*words)
    assert result.exit_code != 0
    assert sentence in " ".join(result.output.replace("│", " ").split())
