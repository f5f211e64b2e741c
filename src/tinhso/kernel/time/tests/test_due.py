"""Due dates and lateness: the worked examples of the documentation, and the corners the properties do not name."""

import re
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest

from tinhso.kernel.errors import Invalid
from tinhso.kernel.time import VIETNAM, Calendar, Level, Pause, Span, Term, Unit, due, lateness, remaining, step_due

NATIONAL = Calendar.national()
GUIDE = Path(__file__).resolve().parents[5] / "docs" / "clock.md"
EXAMPLES = re.findall(
    r"^\| (20\S+) \| ([^|]+) \| ([^|]*)\| ([^|]+) \| ([^|]+) \|$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE
)


WITH_CALENDARS = re.findall(r"^\| (20\S+) " + r"\| ([^|]*?) ?" * 6 + r"\|$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def pause(text: str) -> Pause:
    start, _dots, end = text.partition("..")
    return Pause(at(start), at(end) if end else None)


@pytest.mark.parametrize(("handed_in", "term", "pauses", "expected", "why"), EXAMPLES)
def test_the_worked_examples_of_the_documentation_hold(handed_in: str, term: str, pauses: str, expected: str, why: str) -> None:
    same_day = term == "same day"
    standing = [pause(text) for text in pauses.replace(",", " ").split()]
    answer = due(Term.parse("1 day" if same_day else term), at(handed_in), NATIONAL, standing, same_day)
    assert answer.provisional == why.startswith("provisional")
    if expected.startswith("paused"):
        assert answer.at is None
        assert answer.left is not None
        assert answer.left.label() == expected.removeprefix("paused, ")
    else:
        assert answer.at == at(expected)
        assert answer.at.isoformat() == f"{expected}:00+07:00"


def calendar(text: str) -> Calendar:
    """The national calendar with what an example changes: "2026-03-14 worked 07:00-11:00, 2026-03-16 off" or "hours … from …"."""
    made = NATIONAL
    for change in filter(None, (part.strip() for part in text.split(","))):
        words = change.split()
        if words[0] == "hours":
            week = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), words[1:-2])
            made = made.with_hours(week, date.fromisoformat(words[-1]))
        elif words[1] == "off":
            made = made.with_days(off=[date.fromisoformat(words[0])])
        else:
            made = made.with_days(working={date.fromisoformat(words[0]): words[2:]})
    return made


@pytest.mark.parametrize(("handed_in", "term", "changes", "pauses", "more", "expected", "why"), WITH_CALENDARS)
def test_the_worked_examples_with_calendars_and_extensions_hold(
    handed_in: str, term: str, changes: str, pauses: str, more: str, expected: str, why: str
) -> None:
    same_day = term == "same day"
    extension = Term.parse(more) if more.strip() else None
    standing = [pause(text) for text in pauses.replace(",", " ").split()]
    asked = Term.parse("1 day" if same_day else term)
    assert due(asked, at(handed_in), calendar(changes), standing, same_day, extension=extension).at == at(expected)


def test_the_documentation_has_its_examples() -> None:
    assert (len(EXAMPLES), len(WITH_CALENDARS)) == (40, 18)


def test_the_days_passed_over_are_named_with_their_reasons() -> None:
    standing = [Pause(at("2026-02-12T10:00"), at("2026-02-13T09:00"), "chờ bổ sung giấy chứng sinh")]
    answer = due(Term(3), at("2026-02-11T09:00"), NATIONAL, standing)
    assert [(f"{day.day:%d/%m}", day.kind, day.reason) for day in answer.skipped] == [
        ("13/02", "pause", "Tạm dừng: chờ bổ sung giấy chứng sinh"),
        ("14/02", "weekend", "Thứ Bảy"),
        ("15/02", "weekend", "Chủ nhật"),
        ("16/02", "holiday", "Giao thừa Tết Nguyên Đán"),
        ("17/02", "holiday", "Tết Nguyên Đán"),
        ("18/02", "holiday", "Mùng hai Tết Nguyên Đán"),
        ("19/02", "holiday", "Mùng ba Tết Nguyên Đán"),
        ("20/02", "holiday", "Mùng bốn Tết Nguyên Đán"),
        ("21/02", "weekend", "Thứ Bảy"),
        ("22/02", "weekend", "Chủ nhật"),
    ]
    assert [f"{day:%d/%m}" for day in answer.counted] == ["12/02", "23/02", "24/02"]


def test_hours_name_the_days_on_which_the_clock_stood_all_day() -> None:
    standing = [Pause(at("2026-03-02T10:00"), at("2026-03-04T09:00"))]
    answer = due(Term(8, Unit.HOURS), at("2026-03-02T09:00"), NATIONAL, standing)
    assert answer.at == at("2026-03-05T08:00")
    assert [(day.day.day, day.kind, day.reason) for day in answer.days] == [
        (3, "pause", "Tạm dừng"),
        (4, "counted", ""),
        (5, "counted", ""),
    ]


def test_days_of_a_term_whose_last_day_is_off_move_on_over_the_weekend() -> None:
    answer = due(Term(4, Unit.CALENDAR_DAYS), at("2026-03-03T09:00"), NATIONAL)
    assert answer.at == at("2026-03-09T17:00")
    assert [day.day.day for day in answer.skipped] == [7, 8]


def test_overlapping_pauses_keep_their_reasons() -> None:
    standing = [
        Pause(at("2026-03-03T09:00"), at("2026-03-05T09:00"), "chờ bổ sung"),
        Pause(at("2026-03-04T09:00"), None, "chờ nộp phí"),
        Pause(at("2026-03-05T09:00"), at("2026-03-06T09:00"), "chờ bổ sung"),
    ]
    answer = due(Term(5), at("2026-03-02T09:00"), NATIONAL, standing)
    assert answer.at is None
    assert answer.paused_since == at("2026-03-03T09:00")
    assert answer.left == Span(4, Unit.WORKING_DAYS)
    assert answer.pauses == (Pause(at("2026-03-03T09:00"), None, "chờ bổ sung; chờ nộp phí"),)


def test_a_short_pause_inside_a_long_one_does_not_end_it() -> None:
    long, short = pause("2026-03-03T09:00..2026-03-06T09:00"), pause("2026-03-04T09:00..2026-03-05T09:00")
    for standing in ([long, short], [short, long]):
        assert due(Term(2), at("2026-03-02T09:00"), NATIONAL, standing).at == at("2026-03-09T17:00")


def test_once_its_days_are_used_up_a_term_waits_for_the_first_closing_hour_at_which_the_clock_runs() -> None:
    standing = [pause("2025-11-20T07:00..2025-11-21T17:01"), pause("2025-11-23T14:00..2025-11-24T00:00")]
    answer = due(Term(1), at("2025-11-20T07:00"), NATIONAL, standing, same_day=True)
    assert answer.at == at("2025-11-24T17:00")


def test_a_pause_at_the_very_end_comes_too_late() -> None:
    standing = [pause("2026-03-03T17:00..2026-03-06T09:00")]
    assert due(Term(1), at("2026-03-02T09:00"), NATIONAL, standing).at == at("2026-03-03T17:00")
    assert due(Term(15, Unit.HOURS), at("2026-03-02T08:00"), NATIONAL, standing).at == at("2026-03-03T17:00")


def test_hours_may_end_with_the_year() -> None:
    assert due(Term(3.5, Unit.HOURS), at("2026-12-31T13:30"), NATIONAL).at == at("2026-12-31T17:00")


def test_an_agency_calendar_moves_the_due_date() -> None:
    agency = NATIONAL.with_days(off={at("2026-03-03").date(): "Ngày truyền thống"})
    assert due(Term(1), at("2026-03-02T09:00"), agency).at == at("2026-03-04T17:00")


def test_a_same_day_procedure_of_another_length_is_refused() -> None:
    for term in (Term(2), Term(4, Unit.HOURS)):
        with pytest.raises(Invalid, match="1 ngày"):
            due(term, at("2026-03-02T09:00"), NATIONAL, same_day=True)


def test_a_pause_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(Invalid, match="trước khi bắt đầu"):
        due(Term(2), at("2026-03-02T09:00"), NATIONAL, [Pause(at("2026-03-03T09:00"), at("2026-03-02T09:30"))])


def test_a_step_is_due_after_its_share_but_never_after_the_case() -> None:
    term, started = Term(10), at("2026-03-02T09:00")
    case_due = due(term, started, NATIONAL).at
    assert step_due(term, 20, started, NATIONAL, case_due=case_due) == at("2026-03-04T17:00")
    assert step_due(term, 20, at("2026-03-16T08:00"), NATIONAL, case_due=case_due) == case_due == at("2026-03-16T17:00")
    assert step_due(term, 20, started, NATIONAL, case_due=None) is None
    assert step_due(term, 20, started, NATIONAL, case_due=case_due, pauses=[Pause(at("2026-03-03T09:00"))]) is None


@pytest.mark.parametrize(
    ("now", "level", "vi", "en"),
    [
        ("2026-02-10T09:00", Level.OK, "Còn 4 ngày làm việc", "4 working days left"),
        ("2026-02-11T09:00", Level.OK, "Còn 3 ngày làm việc", "3 working days left"),
        ("2026-02-12T09:00", Level.SOON, "Còn 2 ngày làm việc", "2 working days left"),
        ("2026-02-13T18:00", Level.SOON, "Còn 1 ngày làm việc", "1 working day left"),
        ("2026-02-18T09:00", Level.SOON, "Còn 1 ngày làm việc", "1 working day left"),
        ("2026-02-23T06:00", Level.TODAY, "Đến hạn hôm nay lúc 17:00", "Due today at 17:00"),
        ("2026-02-23T17:00", Level.TODAY, "Đến hạn hôm nay lúc 17:00", "Due today at 17:00"),
        ("2026-02-23T17:01", Level.OVERDUE, "Quá hạn từ 17:00 23/02/2026", "Overdue since 17:00 23/02/2026"),
        ("2026-02-24T07:30", Level.OVERDUE, "Quá hạn 1 ngày làm việc", "1 working day overdue"),
        ("2026-03-02T07:30", Level.OVERDUE, "Quá hạn 5 ngày làm việc", "5 working days overdue"),
    ],
)
def test_what_remains_is_said_in_one_sentence_with_a_level_to_colour_by(now: str, level: Level, vi: str, en: str) -> None:
    found = remaining(at("2026-02-23T17:00"), at(now), NATIONAL)
    assert (found.level, found.sentence(), found.sentence("en")) == (level, vi, en)
    assert str(found) == vi


@pytest.mark.parametrize(
    ("now", "vi"),
    [
        ("2026-02-12T09:00", "Còn 14 giờ làm việc"),
        ("2026-02-23T09:20", "Đến hạn hôm nay lúc 10:00"),
        ("2026-02-23T10:25", "Quá hạn 25 phút làm việc"),
        ("2026-02-24T10:00", "Quá hạn 8 giờ làm việc"),
    ],
)
def test_a_term_in_hours_is_told_in_hours(now: str, vi: str) -> None:
    due_at = at("2026-02-23T10:00") if now > "2026-02-20" else at("2026-02-13T17:00")
    assert remaining(due_at, at(now), NATIONAL, Unit.HOURS).sentence() == vi


def test_a_late_afternoon_is_overdue_by_its_hours_before_it_is_by_a_day() -> None:
    assert remaining(at("2026-03-02T10:00"), at("2026-03-02T14:00"), NATIONAL).sentence() == "Quá hạn 2 giờ làm việc"


def test_while_the_clock_stands_still_nothing_is_overdue() -> None:
    found = remaining(None, at("2026-03-02T10:00"), NATIONAL)
    assert (found.level, found.sentence(), found.sentence("en")) == (
        Level.PAUSED,
        "Đang tạm dừng tính thời hạn",
        "The clock is paused",
    )


def test_a_due_date_on_a_day_closed_later_is_still_named() -> None:
    agency = NATIONAL.with_days(off=[at("2026-03-03").date()])
    found = remaining(at("2026-03-03T17:00"), at("2026-03-02T10:00"), agency)
    assert (found.level, found.sentence()) == (Level.SOON, "Đến hạn lúc 17:00 03/03/2026")


@pytest.mark.parametrize(
    ("end", "unit", "late", "amount"),
    [
        ("2026-02-13T17:00", Unit.WORKING_DAYS, False, 0),
        ("2026-02-13T17:30", Unit.WORKING_DAYS, True, 0),
        ("2026-02-17T09:00", Unit.WORKING_DAYS, True, 0),
        ("2026-02-24T09:00", Unit.WORKING_DAYS, True, 2),
        ("2026-02-24T09:00", Unit.CALENDAR_DAYS, True, 11),
        ("2026-02-24T09:00", Unit.HOURS, True, 10 * 3600),
    ],
)
def test_lateness_counts_in_the_unit_asked_for(end: str, unit: Unit, late: bool, amount: int) -> None:
    found = lateness(at("2026-02-13T17:00"), at(end), NATIONAL, unit)
    assert (found.late, found.by) == (late, Span(amount, unit))


def test_the_clock_needs_no_django() -> None:
    code = "import sys, tinhso.kernel.time; sys.exit('django' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(GUIDE.parents[1] / "src")}, check=False).returncode
        == 0
    )
