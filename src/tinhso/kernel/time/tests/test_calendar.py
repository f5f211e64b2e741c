"""Calendars: what the country has off, what an agency may change, and what is refused."""

import pickle
from datetime import UTC, date, datetime, time

import pytest
from holidays.countries.vietnam import Vietnam

from tinhso.kernel.errors import Invalid
from tinhso.kernel.time import VIETNAM, Calendar, Window, local
from tinhso.kernel.time.windows import parse_windows

NATIONAL = Calendar.national()

# copied by hand from the government's yearly notices, weekdays only
OFF = {
    2024: "01-01 02-08 02-09 02-12 02-13 02-14 04-18 04-29 04-30 05-01 09-02 09-03",
    2025: "01-01 01-27 01-28 01-29 01-30 01-31 04-07 04-30 05-01 05-02 09-01 09-02",
    2026: "01-01 01-02 02-16 02-17 02-18 02-19 02-20 04-27 04-30 05-01 08-31 09-01 09-02 11-24",
}
WORKED_SATURDAYS = {2024: "05-04", 2025: "04-26", 2026: "01-10 08-22"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def days(year: int, text: str) -> set[date]:
    return {date.fromisoformat(f"{year}-{day}") for day in text.split()}


@pytest.mark.parametrize("year", OFF)
def test_the_country_works_on_weekdays_but_for_the_announced_days(year: int) -> None:
    every = [date.fromordinal(day) for day in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())]
    assert {day for day in every if day.weekday() < 5 and not NATIONAL.is_working_day(day)} == days(year, OFF[year])
    assert {day for day in every if day.weekday() >= 5 and NATIONAL.is_working_day(day)} == days(year, WORKED_SATURDAYS[year])


def test_a_closed_day_says_why_in_vietnamese() -> None:
    assert NATIONAL.why_closed(date(2026, 2, 17)) == "Tết Nguyên Đán"
    assert NATIONAL.why_closed(date(2026, 1, 2)) == "Nghỉ hoán đổi (làm bù ngày 10/01/2026)"
    assert NATIONAL.why_closed(date(2026, 4, 26)) == "Ngày Giỗ Tổ Hùng Vương"
    assert NATIONAL.why_closed(date(2026, 3, 1)) == "Chủ nhật"
    assert NATIONAL.why_closed(date(2026, 3, 2)) == ""


def test_no_correction_has_become_superfluous() -> None:
    package = Vietnam(years=range(2024, 2028))
    assert date(2026, 1, 2) not in package
    assert date(2026, 1, 10) not in package.weekend_workdays


def test_years_without_a_notice_are_calculated_and_not_known() -> None:
    assert NATIONAL.is_known(date(2025, 12, 1), date(2026, 12, 31))
    assert not NATIONAL.is_known(date(2026, 12, 1), date(2027, 1, 4))
    assert not NATIONAL.is_working_day(date(2027, 2, 5))


def test_the_closing_hour_is_closed_and_the_opening_hour_open() -> None:
    assert NATIONAL.is_open(at("2026-03-02T07:00"))
    assert not NATIONAL.is_open(at("2026-03-02T11:30"))
    assert NATIONAL.next_working_moment(at("2026-03-02T11:30")) == at("2026-03-02T13:30")
    assert NATIONAL.next_working_moment(at("2026-02-13T17:00")) == at("2026-02-23T07:00")


def test_a_moment_of_another_zone_is_taken_as_vietnamese_time() -> None:
    moment = NATIONAL.next_working_moment(datetime(2026, 3, 2, 1, 30, tzinfo=UTC))
    assert moment.isoformat() == "2026-03-02T08:30:00+07:00"


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        local(datetime(2026, 3, 2, 8))  # noqa: DTZ001


def test_an_agency_open_on_saturday_morning_closes_on_a_saturday_holiday() -> None:
    usual = ["07:30-11:30", "13:00-17:00"]
    agency = NATIONAL.with_hours(dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), usual) | {"sat": ["07:30-11:30"]})
    assert agency.closing(date(2026, 3, 7)) == at("2026-03-07T11:30")
    assert not agency.is_working_day(date(2024, 2, 10))


def test_a_swapped_saturday_has_the_hours_of_a_usual_day_unless_said_otherwise() -> None:
    assert NATIONAL.closing(date(2026, 1, 10)) == at("2026-01-10T17:00")
    morning = NATIONAL.with_days(working={date(2026, 1, 10): ["07:00-11:30"]})
    assert morning.closing(date(2026, 1, 10)) == at("2026-01-10T11:30")


def test_the_last_word_about_a_day_holds() -> None:
    saturday, tet = date(2026, 1, 10), date(2026, 2, 16)
    agency = NATIONAL.with_days(off={saturday: "Mất điện"}, working=[tet])
    assert agency.why_closed(saturday) == "Mất điện"
    assert agency.is_working_day(tet)
    assert not agency.is_holiday(tet)
    assert NATIONAL.is_working_day(saturday)
    assert not NATIONAL.is_working_day(tet)


def test_equal_calendars_are_interchangeable_keys_and_nothing_changed_is_the_same_object() -> None:
    day = date(2026, 3, 3)
    one, other = NATIONAL.with_days(off=[day]), NATIONAL.with_days(off=[day])
    assert one == other
    assert hash(one) == hash(other)
    assert one != NATIONAL
    assert NATIONAL.with_days() is NATIONAL
    assert Calendar.national() is NATIONAL
    assert pickle.loads(pickle.dumps(one)) == one


@pytest.mark.parametrize("text", ["", "7-11", "11:30-07:00", "07:00", "07:00-07:00", "07:00-25:00", "a-b", "07:00-09:00-11:00"])
def test_a_malformed_window_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Invalid, match="07:00-11:30"):
        Window.parse(text)


def test_windows_may_be_written_in_any_order_but_not_overlap() -> None:
    assert parse_windows(["13:30-17:00", "07:00–11:30"]) == (Window(time(7), time(11, 30)), Window(time(13, 30), time(17)))
    assert str(Window.parse("07:00-11:30")) == "07:00–11:30"
    with pytest.raises(Invalid, match="chồng"):
        parse_windows(["07:00-11:30", "11:00-17:00"])


def test_a_week_without_work_an_unknown_weekday_and_a_contradiction_are_refused() -> None:
    with pytest.raises(Invalid, match="ít nhất một ngày"):
        NATIONAL.with_hours({})
    with pytest.raises(Invalid, match="monday"):
        NATIONAL.with_hours({"monday": ["07:00-11:30"]})
    with pytest.raises(Invalid, match="03/03/2026"):
        NATIONAL.with_days(off=[date(2026, 3, 3)], working=[date(2026, 3, 3)])


def test_a_day_off_has_no_closing_hour_and_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="Chủ nhật"):
        NATIONAL.closing(date(2026, 3, 1))
    with pytest.raises(ValueError, match="negative"):
        NATIONAL.add_working_seconds(at("2026-03-02T08:00"), -1)


def test_years_beyond_the_calendar_are_refused_in_words() -> None:
    with pytest.raises(Invalid, match="từ năm 1976"):
        NATIONAL.is_working_day(date(1975, 12, 31))
    with pytest.raises(Invalid, match="năm 2999"):
        NATIONAL.add_working_days(date(2999, 12, 31), 1)


def test_counts_hold_across_many_years() -> None:
    a, b = date(2019, 6, 15), date(2031, 6, 15)
    count = NATIONAL.working_days_between(a, b)
    assert count == sum(NATIONAL.is_working_day(date.fromordinal(day)) for day in range(a.toordinal() + 1, b.toordinal() + 1))
    assert NATIONAL.working_days_between(a, NATIONAL.add_working_days(a, 2000)) == 2000
    seconds = NATIONAL.working_seconds_between(at("2019-06-15T00:00"), at("2031-06-15T00:00"))
    assert seconds == count * NATIONAL.usual_day(a)
    assert (
        NATIONAL.working_seconds_between(at("2019-06-15T00:00"), NATIONAL.add_working_seconds(at("2019-06-15T00:00"), seconds))
        == seconds
    )
    assert NATIONAL.add_working_seconds(at("2026-03-01T00:00"), 0) == at("2026-03-01T00:00")
