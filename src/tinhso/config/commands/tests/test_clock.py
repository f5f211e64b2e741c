"""`tinhso clock due`: what an inspector sees."""

import json
from datetime import date

import pytest
from typer.testing import CliRunner

from tinhso.blocks.directory.actions import create_agency
from tinhso.blocks.directory.actions.calendars import set_calendar_day
from tinhso.blocks.directory.models import AgencyKind, DayKind, Unit
from tinhso.config.commands.clock import app


def ask(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["due", *arguments])
    return result.exit_code, result.output


def test_json_names_the_due_moment_and_every_day_passed_over() -> None:
    status, output = ask("--from", "2026-02-10T09:30", "--term", "10 days", "--json")
    answer = json.loads(output)
    assert status == 0
    assert answer["due"] == "2026-03-03T17:00:00+07:00"
    assert answer["received"] == "2026-02-10T09:30:00+07:00"
    assert answer["term"] == {"amount": 10, "unit": "working_days", "label": "10 ngày làm việc"}
    assert answer["skipped"][3] == {"date": "2026-02-17", "weekday": "Thứ Ba", "kind": "holiday", "reason": "Tết Nguyên Đán"}
    assert len(answer["skipped"]) == 11
    assert len(answer["counted"]) == 10


def test_pauses_may_be_given_again_and_again() -> None:
    pauses = ("--pause", "2026-02-11T10:00..2026-02-12T09:00", "--pause", "2026-02-24T10:00..2026-02-25T09:00")
    _status, output = ask("--from", "2026-02-10T09:30", "--term", "10 days", *pauses, "--json")
    assert json.loads(output)["due"] == "2026-03-05T17:00:00+07:00"


def test_a_pause_without_an_end_leaves_no_due_moment_but_says_what_is_left() -> None:
    _status, output = ask("--from", "2026-03-02T09:30", "--term", "10 days", "--pause", "2026-03-04T10:00..", "--json")
    answer = json.loads(output)
    assert answer["due"] is None
    assert answer["paused"] == {"since": "2026-03-04T10:00:00+07:00", "left": "8 ngày làm việc"}


def test_a_moment_with_a_zone_is_turned_into_vietnamese_time() -> None:
    _status, output = ask("--from", "2026-02-10T02:30Z", "--term", "4 hours", "--json")
    assert json.loads(output)["due"] == "2026-02-10T15:30:00+07:00"


def test_the_plain_answer_reads_like_a_calendar() -> None:
    _status, output = ask("--from", "2027-02-03T15:30", "--term", "1 day", "--same-day")
    assert "Due       11/02/2027 17:00 (Thứ Năm)" in output
    assert "06/02/2027  passed over: Tết Nguyên Đán" in output
    assert "Provisional" in output
    _status, output = ask("--from", "2026-03-02T09:30", "--term", "2 days", "--pause", "2026-03-03T10:00..")
    assert "paused since 03/03/2026 10:00; left: 1 ngày làm việc" in output


@pytest.mark.django_db
def test_an_agency_is_counted_by_its_own_calendar() -> None:
    unit = Unit.objects.create(code="82", name="Tỉnh Đồng Tháp", level=1, known_from=date(2025, 7, 1))
    agency = create_agency(name="Văn phòng", kind=AgencyKind.OFFICE, unit=unit, code="H20.01", by=None)
    set_calendar_day(date(2026, 3, 3), DayKind.OFF, "Sửa trụ sở", agency=agency, by=None)
    _status, output = ask("--from", "2026-03-02T09:30", "--term", "1 day", "--agency", "H20.01", "--json")
    answer = json.loads(output)
    assert answer["due"] == "2026-03-04T17:00:00+07:00"
    assert answer["skipped"][0]["reason"] == "Sửa trụ sở"
    assert ask("--from", "2026-03-02T09:30", "--term", "1 day", "--agency", "H20.99")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "yesterday", "--term", "1 day"], "2026-02-10T09:30"),
        (["--from", "2026-02-10T09:30", "--term", "soon"], "10 days"),
        (["--from", "2026-02-10T09:30", "--term", "1 day", "--pause", "2026-02-11T09:30"], "START..END"),
        (["--from", "1900-02-10T09:30", "--term", "1 day"], "1976"),
        (["--from", "9999-12-31T23:30", "--term", "1 day"], "1976"),
    ],
)
def test_a_wrong_entry_is_refused_with_an_example(arguments: list[str], words: str) -> None:
    status, output = ask(*arguments)
    assert status == 2
    assert words in output
