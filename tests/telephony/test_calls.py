"""Calls of the carrier ring at the agents' telephones, through a real SIP exchange; the product hears of each."""

import socket
from contextlib import closing
from datetime import timedelta

import pytest
from tests.telephony.conftest import CALLER, Sip, ready, within

from tinhso.services.hotline.actions.desk import block_number
from tinhso.services.hotline.desk_tables import Callback
from tinhso.services.hotline.health import check_lines
from tinhso.services.hotline.models import Call
from tinhso.services.hotline.queries import ringing_for, state_of

pytestmark = pytest.mark.setup


def test_a_call_rings_at_who_is_ready_is_answered_and_ends(sip: Sip) -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as colleague:
        colleague.bind(("127.0.0.1", sip.phones["202"]))
        colleague.settimeout(0.2)
        phone, caller = sip.phone("201", "answers"), sip.call(seconds=1)
        call = sip.becomes("answered")
        assert (call.agent, call.number, call.direction) == (sip.hotline.agent, CALLER, "in")
        assert state_of(sip.hotline.agent).state == "talking"
        assert sip.ends(caller)
        assert sip.ends(phone)
        with pytest.raises(TimeoutError):  # 202 is registered but takes a break: its telephone stays silent
            colleague.recv(1000)
    call = sip.becomes("ended")
    assert (call.cause, state_of(sip.hotline.agent).state) == ("normalClearing", "wrap_up")
    assert timedelta(seconds=0.8) < call.ended_at - call.answered_at < timedelta(seconds=5)
    assert [check.state for check in check_lines()] == ["ok"]


def test_a_caller_who_gives_up_is_called_back(sip: Sip) -> None:
    phone, caller = sip.phone("201", "rings"), sip.call("gives_up", seconds=1)
    call = sip.becomes("ringing")
    assert ringing_for(sip.hotline.agent, state_of(sip.hotline.agent), call.started_at) == call
    assert sip.ends(caller)
    assert sip.ends(phone)
    call = sip.becomes("missed")
    assert (call.cause, Callback.objects.get().number) == ("cancel", CALLER)


def test_a_busy_telephone_leaves_the_call_to_a_colleague(sip: Sip) -> None:
    ready(sip.hotline.colleague)
    busy, phone, caller = sip.phone("201", "busy"), sip.phone("202", "answers"), sip.call()
    assert sip.ends(caller)
    assert sip.ends(busy)
    assert sip.ends(phone)
    assert sip.becomes("ended").agent == sip.hotline.colleague


def test_telephones_that_are_busy_ring_again_and_the_caller_waits(sip: Sip) -> None:
    busy, caller = sip.phone("201", "busy"), sip.call(number="02731022")
    assert sip.ends(busy)
    phone = sip.phone("201", "answers")
    assert sip.ends(caller)
    assert sip.ends(phone)
    call = sip.becomes("ended")
    assert call.answered_at - call.started_at > timedelta(seconds=2.5)  # a round, and not rung again at once


def test_a_caller_waits_until_somebody_is_ready(sip: Sip) -> None:
    sip.hotline.agent.spells.all().delete()
    phone, caller = sip.phone("202", "answers"), sip.call()
    sip.becomes("ringing")
    ready(sip.hotline.colleague)
    assert sip.ends(caller)
    assert sip.ends(phone)
    call = sip.becomes("ended")
    assert (call.agent, Call.objects.count()) == (sip.hotline.colleague, 1)  # asked for several times, and one call


def test_a_wait_longer_than_a_telephone_may_stay_silent_does_not_end_the_call(sip_of_long_rounds: Sip) -> None:
    sip = sip_of_long_rounds
    busy, caller = sip.phone("201", "busy"), sip.call()
    assert sip.ends(busy)  # busy at once: it rings again when the round of eight seconds is over
    phone = sip.phone("201", "answers")
    assert sip.ends(caller)
    assert sip.ends(phone)
    call = sip.becomes("ended")
    assert call.answered_at - call.started_at > timedelta(seconds=6)


def test_a_refused_number_hears_that_the_line_is_busy(sip: Sip) -> None:
    block_number(sip.hotline.line, CALLER, "Quấy rối", by=sip.hotline.lead)
    assert sip.ends(sip.call("refused"))
    assert Call.objects.get().blocked


def test_a_call_goes_on_while_the_product_is_down_and_is_told_afterwards(sip: Sip) -> None:
    sip.gate.open = False
    ready(sip.hotline.colleague)
    silent, phone, caller = sip.phone("202", "rings"), sip.phone("201", "answers"), sip.call(seconds=1.5)
    assert sip.ends(caller)
    assert sip.ends(phone)
    assert sip.ends(silent)
    assert Call.objects.count() == 0
    sip.gate.open = True
    call = sip.becomes("ended")
    assert (call.agent, call.number, call.cause) == (sip.hotline.agent, CALLER, "normalClearing")
    assert timedelta(seconds=1) < call.ended_at - call.answered_at < timedelta(seconds=4)  # as it was, not as it was told


def test_an_agent_calls_out_and_the_product_knows(sip: Sip) -> None:
    carrier = sip.sipp("answers", sip.trunk)
    words = ("-s", "0987654321", "-au", "201", "-ap", sip.passwords["201"], "-key", "caller", "201", "-d", "500")
    assert sip.ends(sip.sipp("calls_out", sip.phones["201"], *words))
    assert sip.ends(carrier)
    call = sip.becomes("ended")
    assert (call.direction, call.number, call.agent) == ("out", "+84987654321", sip.hotline.agent)


def test_who_does_not_know_the_password_neither_registers_nor_calls_out(sip: Sip) -> None:
    assert not sip.register("201", "sai-mat-khau")
    words = ("-s", "0987654321", "-au", "201", "-ap", "sai-mat-khau", "-key", "caller", "201", "-d", "500")
    assert not sip.ends(sip.sipp("calls_out", sip.phones["201"], *words))
    assert not within(Call.objects.exists, 0.5)


def test_a_silent_exchange_is_a_failed_check(sip: Sip) -> None:
    sip.hotline.line.refresh_from_db()
    type(sip.hotline.line).objects.update(exchange="127.0.0.1:9")
    (check,) = check_lines()
    assert (check.state, "127.0.0.1:9" in check.detail) == ("failed", True)
