"""Property tests: whatever the office, the term and the pauses, the fast clock says what the slow, obvious one says."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinhso.kernel.time import Calendar, Pause, Term, Unit, due, share
from tinhso.kernel.time.tests import slow

pytestmark = pytest.mark.no_cover  # tracing a million small steps doubles their time
quick = settings(max_examples=75, deadline=None)
Filing = tuple[datetime, list[Pause]]
slowly = settings(max_examples=40, deadline=None)
day_units = st.sampled_from([Unit.WORKING_DAYS, Unit.CALENDAR_DAYS])


@quick
@given(slow.offices(), slow.days, slow.days)
def test_working_days_between_counts_those_after_the_first_up_to_the_second(office: slow.Office, a: date, b: date) -> None:
    a, b = min(a, b), max(a, b)
    stepped = [a + slow.DAY * step for step in range(1, (b - a).days + 1)]
    calendar = office.calendar()
    assert calendar.working_days_between(a, b) == sum(bool(office.hours(day)) for day in stepped)
    assert calendar.working_days_between(b, a) == -calendar.working_days_between(a, b)


@quick
@given(slow.offices(), slow.days, st.integers(-60, 60))
def test_adding_working_days_steps_over_closed_days_both_ways(office: slow.Office, day: date, count: int) -> None:
    expected, left, step = day, abs(count), slow.DAY if count > 0 else -slow.DAY
    while left:
        expected += step
        left -= bool(office.hours(expected))
    assert office.calendar().add_working_days(day, count) == expected


@slowly
@given(slow.offices(), slow.moments)
def test_the_next_working_moment_is_the_first_open_minute(office: slow.Office, moment: datetime) -> None:
    calendar = office.calendar()
    found = calendar.next_working_moment(moment)
    assert found == office.next_working_moment(moment)
    assert calendar.is_open(found)
    assert calendar.is_open(moment) == office.is_open(moment)


@slowly
@given(slow.offices(), slow.moments, st.integers(0, 4 * 24 * 60))
def test_working_seconds_between_are_the_open_minutes(office: slow.Office, a: datetime, minutes: int) -> None:
    b = a + slow.MINUTE * minutes
    calendar = office.calendar()
    assert calendar.working_seconds_between(a, b) == office.open_minutes(a, b) * 60
    assert calendar.working_seconds_between(b, a) == -calendar.working_seconds_between(a, b)


@quick
@given(slow.offices(), slow.moments, st.integers(1, 200 * 3600))
def test_adding_working_seconds_gives_the_earliest_moment_at_which_they_have_passed(
    office: slow.Office, moment: datetime, seconds: int
) -> None:
    calendar = office.calendar()
    reached = calendar.add_working_seconds(moment, seconds)
    assert calendar.working_seconds_between(moment, reached) == seconds
    assert calendar.working_seconds_between(moment, reached - timedelta(seconds=1)) == seconds - 1


@settings(max_examples=150, deadline=None)
@given(slow.offices(), st.integers(1, 30), day_units, slow.filings())
def test_a_term_in_days_ends_when_stepping_day_by_day_says(office: slow.Office, amount: int, unit: Unit, filing: Filing) -> None:
    handed_in, pauses = filing
    answer = due(Term(amount, unit), handed_in, office.calendar(), pauses)
    received = office.next_working_moment(handed_in)
    assert answer.received == received
    assert answer.at == slow.due_in_days(office, amount, unit, received, pauses)


@slowly
@given(slow.offices(), st.integers(1, 80), slow.filings())
def test_a_term_in_hours_ends_when_stepping_minute_by_minute_says(office: slow.Office, quarters: int, filing: Filing) -> None:
    handed_in, pauses = filing
    answer = due(Term(quarters / 4, Unit.HOURS), handed_in, office.calendar(), pauses)
    received = office.next_working_moment(handed_in)
    assert answer.at == slow.due_in_minutes(office, quarters * 15, received, pauses)


@quick
@given(slow.offices(), slow.filings())
def test_a_same_day_procedure_is_due_today_until_three_and_on_the_next_working_day_after(
    office: slow.Office, filing: Filing
) -> None:
    handed_in, pauses = filing
    answer = due(Term(1), handed_in, office.calendar(), pauses, same_day=True)
    received = office.next_working_moment(handed_in)
    days = 0 if received.hour * 60 + received.minute <= 15 * 60 else 1
    assert answer.at == slow.due_in_days(office, days, Unit.WORKING_DAYS, received, pauses)


@quick
@given(slow.offices(), st.integers(1, 20), day_units, slow.filings())
def test_the_days_of_a_term_are_explained_without_a_gap_and_count_what_was_promised(
    office: slow.Office, amount: int, unit: Unit, filing: Filing
) -> None:
    handed_in, pauses = filing
    answer = due(Term(amount, unit), handed_in, office.calendar(), pauses)
    assert [day.day for day in answer.days] == [
        answer.received.date() + slow.DAY * step for step in range(1, (answer.at.date() - answer.received.date()).days + 1)
    ]
    assert all(day.reason for day in answer.skipped)
    # a last calendar day that is off and on which the clock stops is passed over, and no other takes its place
    assert len(answer.counted) in ({amount, amount - 1} if answer.pauses and unit is Unit.CALENDAR_DAYS else {amount})


@quick
@given(slow.offices(), st.builds(Term, st.integers(1, 20), st.sampled_from(Unit)), slow.moments, slow.moments, slow.moments)
def test_what_is_left_while_the_clock_stands_is_what_runs_after_it_goes_on(
    office: slow.Office, term: Term, handed_in: datetime, paused: datetime, resumed: datetime
) -> None:
    calendar = office.calendar()
    unpaused = due(term, handed_in, calendar)
    standing = due(term, handed_in, calendar, [Pause(paused)])
    if paused >= unpaused.at:
        assert standing.at == unpaused.at
        return
    assert standing.at is None
    assert standing.paused_since == max(paused, unpaused.received)
    resumed = max(resumed, standing.paused_since + slow.MINUTE)
    again = due(term, handed_in, calendar, [Pause(paused, resumed)])
    if not standing.left.amount:  # only the rest of the last day was left
        assert again.at >= resumed
    elif term.unit is Unit.HOURS:
        assert again.at == calendar.add_working_seconds(resumed, standing.left.amount)
    elif term.unit is Unit.WORKING_DAYS:
        assert again.at.date() == calendar.add_working_days(resumed.date(), standing.left.amount)
    else:
        assert again.at.date() == calendar.working_day_from(resumed.date() + slow.DAY * standing.left.amount)


@quick
@given(slow.offices(), st.integers(1, 20), st.sampled_from(Unit), slow.filings())
def test_the_order_of_pauses_and_cutting_one_in_two_change_nothing(
    office: slow.Office, amount: int, unit: Unit, filing: Filing
) -> None:
    handed_in, pauses = filing
    calendar, term = office.calendar(), Term(amount, unit)
    cut = [
        half
        for p in pauses
        for half in (Pause(p.start + (p.end - p.start) / 2, p.end), Pause(p.start, p.start + (p.end - p.start) / 2))
    ]
    assert due(term, handed_in, calendar, cut[::-1]).at == due(term, handed_in, calendar, pauses).at


@quick
@given(
    st.sampled_from(Unit),
    st.integers(1, 60),
    st.lists(st.integers(1, 100), min_size=1, max_size=8).filter(lambda p: sum(p) <= 100),
)
def test_the_shares_of_a_term_never_add_up_to_more_than_the_term(unit: Unit, amount: int, percents: list[int]) -> None:
    calendar = Calendar()
    term = Term(amount, unit)

    def hours(part: Term) -> float:
        return part.amount * (1 if part.unit is Unit.HOURS else 8)

    parts = [share(term, percent, calendar, date(2026, 3, 2)) for percent in percents]
    smallest = 0.25
    assert sum(hours(part) for part in parts if part.amount > smallest) <= hours(term)


@quick
@given(slow.offices(), st.integers(1, 20), st.integers(1, 10), day_units, slow.filings())
def test_an_extended_term_ends_when_stepping_through_both_lengths_says(
    office: slow.Office, amount: int, more: int, unit: Unit, filing: Filing
) -> None:
    handed_in, pauses = filing
    answer = due(Term(amount, unit), handed_in, office.calendar(), pauses, extension=Term(more, unit))
    received = office.next_working_moment(handed_in)
    assert answer.at == slow.due_in_days(office, amount + more, unit, received, pauses)
    assert answer.at >= due(Term(amount, unit), handed_in, office.calendar(), pauses).at


@quick
@given(slow.offices(), st.integers(1, 5), slow.filings())
def test_a_same_day_procedure_keeps_its_fifteen_hours_when_it_is_extended(office: slow.Office, more: int, filing: Filing) -> None:
    handed_in, pauses = filing
    answer = due(Term(1), handed_in, office.calendar(), pauses, same_day=True, extension=Term(more))
    received = office.next_working_moment(handed_in)
    days = more if received.hour * 60 + received.minute <= 15 * 60 else more + 1
    assert answer.at == slow.due_in_days(office, days, Unit.WORKING_DAYS, received, pauses)


@quick
@given(slow.offices(), st.integers(1, 20), st.integers(0, 10), day_units, slow.filings())
def test_a_promise_within_the_law_never_ends_after_the_laws_own_limit(
    office: slow.Office, promised: int, more: int, unit: Unit, filing: Filing
) -> None:
    handed_in, pauses = filing
    calendar = office.calendar()
    legal = due(Term(promised + more, unit), handed_in, calendar, pauses).at
    assert due(Term(promised, unit), handed_in, calendar, pauses).at <= legal
