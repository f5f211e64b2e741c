"""Tickets and counters."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tinhso.blocks.cases.models import Case, Channel
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState
from tinhso.services.queueing.actions.counters import (
    begin,
    call_again,
    call_next,
    call_ticket,
    close_counter,
    finish,
    mark_absent,
    open_counter,
    transfer,
)
from tinhso.services.queueing.actions.days import close_days_before
from tinhso.services.queueing.actions.setup import revoke_device, set_counters, set_line
from tinhso.services.queueing.actions.tickets import AlreadyDrawn, come_back, give_up, set_priority, take_ticket
from tinhso.services.queueing.models import Priority, Sitting, Ticket, TicketCase, Turn
from tinhso.services.queueing.queries import board, outlook
from tinhso.services.queueing.tests.conftest import Office

pytestmark = pytest.mark.django_db
Minute = Callable[[float], datetime]


def _state(ticket: Ticket) -> str:
    return Ticket.objects.get(pk=ticket.pk).state


def test_numbers_run_without_gaps_by_office_letter_and_day(office: Office, minute: Minute) -> None:
    drawn = [take_ticket(office.births, by=office.kiosk, at=minute(n)).label for n in range(3)]
    other = take_ticket(office.collecting, by=office.kiosk, at=minute(4))
    tomorrow = take_ticket(office.births, by=office.kiosk, at=minute(24 * 60))
    assert [*drawn, other.label, tomorrow.label] == ["A001", "A002", "A003", "C001", "A001"]


def test_a_second_tap_draws_nothing_and_loses_no_number(office: Office, minute: Minute) -> None:
    first = take_ticket(office.births, by=office.kiosk, submission_key="tap", at=minute(0))
    with pytest.raises(AlreadyDrawn) as second:
        take_ticket(office.births, by=office.kiosk, submission_key="tap", at=minute(0))
    assert second.value.ticket == first
    assert take_ticket(office.births, by=office.kiosk, at=minute(1)).label == "A002"


def test_only_a_kiosk_of_the_office_that_is_not_revoked_draws(office: Office, town: Town) -> None:
    with pytest.raises(NotAllowed):
        take_ticket(office.births, by=office.screen)
    revoke_device(office.kiosk, by=office.head)
    office.kiosk.refresh_from_db()
    with pytest.raises(NotAllowed):
        take_ticket(office.births, by=office.kiosk)
    with pytest.raises(NotAllowed):
        take_ticket(office.births, by=town.specialist)


def test_a_line_that_rests_gives_no_numbers(office: Office) -> None:
    resting = set_line(office.agency, "A", title="Hộ tịch", active=False, by=office.head)
    with pytest.raises(WrongState):
        take_ticket(resting, by=office.kiosk)


def test_priority_goes_before_and_equals_go_by_arrival(office: Office, minute: Minute) -> None:
    first, second = (take_ticket(office.births, by=office.kiosk, at=minute(n)) for n in range(2))
    elderly = take_ticket(office.births, by=office.kiosk, priority=Priority.ELDERLY, at=minute(2))
    sitting, called = office.sits(office.clerk), []
    for _ in range(3):
        turn = call_next(sitting, by=office.clerk, at=minute(5))
        assert turn
        called.append(turn.ticket.pk)
        finish(turn, by=office.clerk, at=minute(6))
    assert called == [elderly.pk, first.pk, second.pk]
    assert call_next(sitting, by=office.clerk, at=minute(7)) is None


def test_the_clerk_grants_and_takes_away_priority(office: Office, minute: Minute) -> None:
    take_ticket(office.births, by=office.kiosk, at=minute(0))
    later = take_ticket(office.births, by=office.kiosk, at=minute(1))
    set_priority(later, Priority.DISABLED, by=office.clerk)
    turn = call_next(office.sits(office.clerk), by=office.clerk, at=minute(2))
    assert turn
    assert turn.ticket == later
    with pytest.raises(WrongState):
        set_priority(later, "", by=office.clerk)
    with pytest.raises(Invalid):
        set_priority(later, "vip", by=office.clerk)


def test_a_double_press_calls_once(office: Office, minute: Minute) -> None:
    for n in range(2):
        take_ticket(office.births, by=office.kiosk, at=minute(n))
    sitting = office.sits(office.clerk)
    once = call_next(sitting, by=office.clerk, at=minute(3))
    again = call_next(sitting, by=office.clerk, at=minute(3))
    assert once == again
    assert Turn.objects.count() == 1
    assert AuditEntry.objects.filter(event="queueing.called").count() == 1


def test_a_counter_calls_only_its_lines(office: Office, minute: Minute) -> None:
    take_ticket(office.births, by=office.kiosk, at=minute(0))
    assert call_next(office.sits(office.clerk, 1, office.collecting), by=office.clerk, at=minute(1)) is None


def test_who_is_handed_on_keeps_the_place_and_only_that_counter_calls(office: Office, minute: Minute) -> None:
    handed = take_ticket(office.births, by=office.kiosk, at=minute(0))
    later = take_ticket(office.collecting, by=office.kiosk, at=minute(1))
    here, there = office.sits(office.clerk), office.sits(office.colleague, 2, office.collecting)
    turn = call_next(here, by=office.clerk, at=minute(2))
    assert turn
    transfer(turn, office.counters[1], by=office.clerk, at=minute(3))
    skipped = call_next(here, by=office.clerk, at=minute(4))
    assert skipped
    assert skipped.ticket == later  # not the one handed on
    taken = call_next(there, by=office.colleague, at=minute(5))
    assert taken
    assert taken.ticket == handed
    assert taken.counter == office.counters[1]


def test_nobody_is_handed_on_to_a_closed_counter_or_the_same(office: Office, minute: Minute) -> None:
    take_ticket(office.births, by=office.kiosk, at=minute(0))
    turn = call_next(office.sits(office.clerk), by=office.clerk, at=minute(1))
    assert turn
    for to in (office.counters[0], office.counters[2]):
        with pytest.raises(WrongState):
            transfer(turn, to, by=office.clerk)


def test_closing_a_counter_gives_back_what_was_handed_on_to_it(office: Office, minute: Minute) -> None:
    ticket = take_ticket(office.births, by=office.kiosk, at=minute(0))
    here, there = office.sits(office.clerk), office.sits(office.colleague, 2)
    turn = call_next(here, by=office.clerk, at=minute(1))
    assert turn
    transfer(turn, office.counters[1], by=office.clerk, at=minute(2))
    close_counter(there, by=office.colleague)
    again = call_next(here, by=office.clerk, at=minute(3))
    assert again
    assert again.ticket == ticket


def test_who_was_absent_comes_back_once(office: Office, minute: Minute) -> None:
    absent = take_ticket(office.births, by=office.kiosk, at=minute(0))
    take_ticket(office.births, by=office.kiosk, at=minute(1))
    sitting = office.sits(office.clerk)
    for chance in range(2):
        turn = call_next(sitting, by=office.clerk, at=minute(2 + chance))
        assert turn
        assert turn.ticket == absent, "at the old place"
        mark_absent(turn, by=office.clerk, at=minute(2 + chance))
        if not chance:
            come_back(absent, by=None, at=minute(3))
    with pytest.raises(WrongState):
        come_back(absent, by=None, at=minute(4))


def test_who_has_come_is_not_absent(office: Office, minute: Minute) -> None:
    take_ticket(office.births, by=office.kiosk, at=minute(0))
    turn = call_next(office.sits(office.clerk), by=office.clerk, at=minute(1))
    assert turn
    begin(turn, by=office.clerk, at=minute(2))
    with pytest.raises(WrongState):
        mark_absent(turn, by=office.clerk)


def test_nobody_ends_a_turn_twice_or_a_colleagues(office: Office, minute: Minute) -> None:
    take_ticket(office.births, by=office.kiosk, at=minute(0))
    turn = call_next(office.sits(office.clerk), by=office.clerk, at=minute(1))
    assert turn
    with pytest.raises(NotAllowed):
        finish(turn, by=office.colleague)
    finish(turn, by=office.clerk, at=minute(2))
    with pytest.raises(WrongState):
        finish(turn, by=office.clerk, at=minute(3))


def test_a_call_out_of_turn_is_on_record(office: Office, minute: Minute) -> None:
    take_ticket(office.births, by=office.kiosk, at=minute(0))
    later = take_ticket(office.births, by=office.kiosk, at=minute(1))
    turn = call_ticket(office.sits(office.clerk), later, by=office.clerk, at=minute(2))
    assert turn.ticket == later
    assert AuditEntry.objects.get(event="queueing.called").facts["out_of_turn"] is True


def test_a_counter_holds_one_clerk_and_a_clerk_one_counter(office: Office) -> None:
    office.sits(office.clerk)
    with pytest.raises(WrongState):
        office.sits(office.colleague)
    with pytest.raises(WrongState):
        office.sits(office.clerk, 2)
    assert Sitting.objects.count() == 1
    with pytest.raises(Invalid):
        open_counter(office.counters[2], by=office.colleague, lines=[])


def test_a_counter_with_somebody_at_it_stays_open(office: Office, minute: Minute) -> None:
    take_ticket(office.births, by=office.kiosk, at=minute(0))
    sitting = office.sits(office.clerk)
    call_next(sitting, by=office.clerk, at=minute(1))
    with pytest.raises(WrongState):
        close_counter(sitting, by=office.clerk)


def test_an_open_counter_is_not_taken_away(office: Office) -> None:
    sitting = office.sits(office.colleague, 3)
    with pytest.raises(WrongState):
        set_counters(office.agency, 2, by=office.head)
    close_counter(sitting, by=office.colleague)
    set_counters(office.agency, 2, by=office.head)
    office.counters[2].refresh_from_db()
    with pytest.raises(WrongState):
        office.sits(office.colleague, 3)


def test_the_wait_follows_the_pace_of_the_day(office: Office, minute: Minute) -> None:
    tickets = [take_ticket(office.births, by=office.kiosk, at=minute(n)) for n in range(6)]
    assert outlook(tickets[0], minute(6)).minutes is None, "no counter is open"
    sitting = office.sits(office.clerk)
    assert outlook(tickets[0], minute(6)).minutes == 10, "what the office has set"
    for n in range(3):
        turn = call_next(sitting, by=office.clerk, at=minute(10 + 20 * n))
        assert turn
        finish(turn, by=office.clerk, at=minute(30 + 20 * n))
    last = outlook(tickets[5], minute(70))
    assert (last.ahead, last.minutes) == (2, 60)
    office.sits(office.colleague, 2)
    assert outlook(tickets[5], minute(70)).minutes == 30


def test_people_of_other_lines_count_where_the_same_counter_serves_them(office: Office, minute: Minute) -> None:
    take_ticket(office.collecting, by=office.kiosk, at=minute(0))
    mine = take_ticket(office.births, by=office.kiosk, at=minute(1))
    assert outlook(mine, minute(2)).ahead == 0
    office.sits(office.clerk)
    assert outlook(mine, minute(2)).ahead == 1


def test_the_board_shows_the_latest_call_first_and_a_repeated_one_again(office: Office, minute: Minute) -> None:
    for n in range(3):
        take_ticket(office.births, by=office.kiosk, at=minute(n))
    here, there = office.sits(office.clerk), office.sits(office.colleague, 2)
    first = call_next(here, by=office.clerk, at=minute(4))
    second = call_next(there, by=office.colleague, at=minute(5))
    assert first
    assert board(office.agency, minute(6)).calls == [second, first]
    call_again(first, by=office.clerk, at=minute(7))
    shown = board(office.agency, minute(8))
    assert shown.calls == [first, second]
    assert shown.calls[0].calls == 2
    assert [ticket.label for ticket in shown.waiting] == ["A003"]


def test_a_case_taken_in_meanwhile_belongs_to_the_ticket(
    office: Office, minute: Minute, submitted: Callable[..., Case], town: Town
) -> None:
    ticket = take_ticket(office.births, by=office.kiosk, at=minute(0))
    turn = call_next(office.sits(office.clerk), by=office.clerk, at=minute(1))
    assert turn
    case = submitted(at=MONDAY + timedelta(minutes=5), by=office.clerk, channel=Channel.COUNTER)
    submitted(at=MONDAY + timedelta(minutes=6))  # somebody's, online
    finish(turn, by=office.clerk, at=minute(9))
    assert list(TicketCase.objects.values_list("ticket", "case")) == [(ticket.pk, case.pk)]


def test_the_next_day_starts_empty(office: Office, minute: Minute) -> None:
    waiting, called = (take_ticket(office.births, by=office.kiosk, at=minute(n)) for n in range(2))
    turn = call_next(office.sits(office.clerk), by=office.clerk, at=minute(3))
    assert turn
    assert close_days_before(minute(60)) == 0, "the day is not over"
    assert close_days_before(minute(24 * 60)) == 2
    turn.refresh_from_db()
    assert turn.outcome == Turn.Outcome.CUT_OFF
    assert _state(waiting) == _state(called) == Ticket.State.CANCELLED
    assert not Sitting.objects.filter(closed_at=None).exists()


def test_who_gives_up_is_not_called(office: Office, minute: Minute) -> None:
    ticket = take_ticket(office.births, by=office.kiosk, at=minute(0))
    give_up(ticket, by=None)
    assert call_next(office.sits(office.clerk), by=office.clerk, at=minute(1)) is None


def test_the_set_up_is_the_heads(office: Office) -> None:
    with pytest.raises(NotAllowed):
        set_line(office.agency, "B", title="Chứng thực", by=office.clerk)
    with pytest.raises(Invalid):
        set_line(office.agency, "1", title="", minutes=0, by=office.head)
