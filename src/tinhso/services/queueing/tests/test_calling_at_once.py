"""Several people at the same moment: two counters call, kiosks draw, citizens book."""

from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils.timezone import now

from tinhso.blocks.cases.tests.conftest import MONDAY, make_town
from tinhso.blocks.directory.actions import register_person
from tinhso.blocks.directory.models import Person
from tinhso.kernel.errors import WrongState
from tinhso.services.queueing.actions.appointments import book, plan_slots
from tinhso.services.queueing.actions.counters import call_next, finish, open_counter
from tinhso.services.queueing.actions.tickets import take_ticket
from tinhso.services.queueing.models import Sitting, Ticket, Turn
from tinhso.services.queueing.tests.conftest import make_office

_PEOPLE = 12


@pytest.mark.django_db(transaction=True)
def test_two_counters_never_call_the_same_ticket() -> None:
    office = make_office(make_town())
    drawn = [take_ticket(office.births, by=office.kiosk).number for _ in range(_PEOPLE)]
    assert drawn == list(range(1, _PEOPLE + 1))
    sittings = [
        open_counter(counter, by=clerk, lines=[office.births])
        for counter, clerk in zip(office.counters, (office.clerk, office.colleague), strict=False)
    ]
    start = Barrier(2)

    def work(sitting: Sitting) -> list[int]:
        called = []
        try:
            start.wait(10)
            while turn := call_next(sitting, by=sitting.clerk):
                called.append(turn.ticket_id)
                finish(turn, by=sitting.clerk, at=now())
        finally:
            connection.close()
        return called

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(work, sittings)
    assert sorted(one + two) == sorted(Ticket.objects.values_list("pk", flat=True))
    assert one
    assert two
    assert Turn.objects.count() == _PEOPLE


@pytest.mark.django_db(transaction=True)
def test_kiosks_draw_numbers_without_gaps_at_once() -> None:
    office = make_office(make_town())

    def draw(_: int) -> int:
        try:
            return take_ticket(office.births, by=office.kiosk).number
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(draw, range(_PEOPLE))) == list(range(1, _PEOPLE + 1))


@pytest.mark.django_db(transaction=True)
def test_the_last_place_of_a_slot_goes_to_one() -> None:
    office = make_office(make_town())
    plan_slots(office.births, weekdays=[1], start=time(9), end=time(9, 30), minutes=30, capacity=1, by=office.head)
    people = [register_person(f"Lê Văn {number}", by=None) for number in range(4)]

    def try_to_book(person: Person) -> bool:
        try:
            book(office.births, MONDAY, by=person, at=MONDAY - timedelta(days=3))
        except WrongState:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(try_to_book, people)) == [False, False, False, True]
