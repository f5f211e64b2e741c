from datetime import date, datetime

import pytest

from tinhso.blocks.directory.actions import create_agency
from tinhso.blocks.directory.actions.calendars import remove_calendar_day, set_agency_hours, set_calendar_day
from tinhso.blocks.directory.calendars import agency_calendar, agency_calendar_by_code
from tinhso.blocks.directory.models import AgencyKind, DayKind
from tinhso.kernel.correlation import end_work, start_correlation
from tinhso.kernel.errors import Invalid, NotFound
from tinhso.kernel.time import VIETNAM, Calendar

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 2)
WEEK = {day: ["07:30-11:30", "13:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


@pytest.fixture(autouse=True)
def nameless_work():
    yield
    end_work()


@pytest.fixture
def office(committee):
    return create_agency(name="Văn phòng", kind=AgencyKind.OFFICE, unit=committee.unit, parent=committee, code="H20.01", by=None)


def test_an_agency_follows_the_national_calendar(office):
    assert agency_calendar(office) == Calendar.national()


def test_hours_are_inherited_until_an_agency_has_its_own(committee, office):
    set_agency_hours(committee, WEEK, by=None)
    assert str(agency_calendar(office).windows(MONDAY)[0]) == "07:30–11:30"
    set_agency_hours(office, {**WEEK, "sat": ["07:30-11:00"]}, by=None)
    assert agency_calendar(office).is_working_day(date(2026, 3, 7))
    assert not agency_calendar(committee).is_working_day(date(2026, 3, 7))
    set_agency_hours(office, None, by=None)
    assert not agency_calendar(office).is_working_day(date(2026, 3, 7))


def test_a_day_entered_for_all_for_the_parent_and_for_the_agency_holds_in_that_order(committee, office):
    set_calendar_day(MONDAY, DayKind.OFF, "Nghỉ toàn quốc", by=None)
    assert agency_calendar(committee).why_closed(MONDAY) == "Nghỉ toàn quốc"
    set_calendar_day(MONDAY, DayKind.WORKING, "Trực", agency=committee, hours=["08:00-10:00"], by=None)
    assert agency_calendar(office).closing(MONDAY) == datetime(2026, 3, 2, 10, tzinfo=VIETNAM)
    entry = set_calendar_day(MONDAY, DayKind.OFF, "Sửa trụ sở", agency=office, by=None)
    assert agency_calendar(office).why_closed(MONDAY) == "Sửa trụ sở"
    remove_calendar_day(entry, by=None)
    assert agency_calendar(office).is_working_day(MONDAY)


def test_a_change_is_seen_at_once_and_an_unchanged_calendar_costs_one_query(office, django_assert_num_queries):
    agency_calendar(office)
    with django_assert_num_queries(1):
        agency_calendar(office)
    set_calendar_day(MONDAY, DayKind.OFF, "Nghỉ", by=None)
    assert not agency_calendar(office).is_working_day(MONDAY)


def test_a_request_asks_once_however_many_calendars_it_reads(committee, office, django_assert_num_queries):
    for agency in (committee, office):
        agency_calendar(agency)
    start_correlation()
    with django_assert_num_queries(1):
        for agency in (committee, office, committee):
            agency_calendar(agency)
    set_calendar_day(MONDAY, DayKind.OFF, "Nghỉ", by=None)
    assert not agency_calendar(office).is_working_day(MONDAY)


def test_a_calendar_is_found_by_the_agency_s_identifier(office):
    assert agency_calendar_by_code("H20.01") == agency_calendar(office)
    with pytest.raises(NotFound):
        agency_calendar_by_code("H20.99")


def test_malformed_hours_are_refused(office):
    with pytest.raises(Invalid):
        set_agency_hours(office, {"mon": ["11:30-07:00"]}, by=None)
    with pytest.raises(Invalid):
        set_calendar_day(MONDAY, DayKind.WORKING, "Trực", agency=office, hours=["25:00-26:00"], by=None)
