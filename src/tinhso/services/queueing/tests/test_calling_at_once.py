"""Two counters press at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils.timezone import now

from tinhso.blocks.cases.tests.conftest import make_town
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
