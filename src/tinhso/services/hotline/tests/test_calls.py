"""Events of the exchange: repeated, late, out of order, wrong."""

from collections.abc import Callable
from datetime import datetime
from itertools import permutations

import pytest
from django.http import QueryDict
from django.test import Client

from tinhso.blocks.cases.tests.conftest import MONDAY
from tinhso.blocks.directory.actions import register_person
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import Invalid
from tinhso.services.hotline.actions.desk import block_number, hand_over
from tinhso.services.hotline.actions.telephony import end_forgotten_calls
from tinhso.services.hotline.callers import Certainty, recognise
from tinhso.services.hotline.desk_tables import Callback
from tinhso.services.hotline.models import Call, Leg, Spell
from tinhso.services.hotline.queries import call_in_hand, ringing_for, state_of
from tinhso.services.hotline.telephony import read_event
from tinhso.services.hotline.tests.conftest import SECRET, Hotline

pytestmark = pytest.mark.django_db
CALLER = "0912345678"


def test_a_call_rings_is_answered_and_ends(hotline: Hotline, second: Callable[[float], datetime]) -> None:
    hotline.ready()
    hotline.hears("newCall", **{"from": CALLER, "to": "1022", "user": "201"})
    call = hotline.hears("answer", user="201", at=second(9))
    assert (call.state, call.agent) == (Call.State.ANSWERED, hotline.agent)
    call = hotline.hears("hangup", cause="normalClearing", at=second(99))
    assert (call.state, call.number, call.ended_at) == (Call.State.ENDED, "+84912345678", second(99))
    assert state_of(hotline.agent).state == "wrap_up"
    assert call_in_hand(hotline.agent, state_of(hotline.agent)) == call


def test_whatever_is_repeated_changes_nothing_twice(hotline: Hotline, second: Callable[[float], datetime]) -> None:
    hotline.ready()
    for at in (0, 1, 2):
        hotline.hears("newCall", **{"from": CALLER, "user": "201"}, at=second(at))
    for at in (9, 10, 11):
        hotline.hears("answer", user="201", at=second(at))
    for at in range(20, 60):
        hotline.hears("hangup", at=second(at))
    call = Call.objects.get()
    assert (call.started_at, call.answered_at, call.ended_at) == (second(0), second(9), second(20))
    assert AuditEntry.objects.filter(event__startswith="hotline.call_").count() == 3
    assert Leg.objects.count() == 1
    assert Spell.objects.filter(state="wrap_up").count() == 1


@pytest.mark.parametrize("order", list(permutations(("newCall", "answer", "hangup"))))
def test_in_any_order_there_is_one_call_with_moments_in_order(
    hotline: Hotline, second: Callable[[float], datetime], order: tuple[str, ...]
) -> None:
    for place, event in enumerate(order):
        hotline.hears(event, **{"from": CALLER, "user": "201"}, at=second(place))
        hotline.hears(event, **{"from": CALLER, "user": "201"}, at=second(place - 5))
    call = Call.objects.get()
    answered_first = order.index("answer") < order.index("hangup")
    assert call.state == (Call.State.ENDED if answered_first else Call.State.MISSED)
    assert call.started_at <= (call.answered_at or call.ended_at) <= call.ended_at
    assert Callback.objects.filter(done_at=None).count() == (0 if answered_first else 1)


def test_a_late_new_call_tells_the_number_of_a_missed_call(hotline: Hotline) -> None:
    hotline.hears("hangup")
    assert Callback.objects.count() == 0
    hotline.hears("newCall", **{"from": CALLER})
    assert Callback.objects.get().number == "+84912345678"


def test_a_missed_call_becomes_a_call_back_with_owner_and_due_time(hotline: Hotline, second: Callable[[float], datetime]) -> None:
    hotline.ready()
    hotline.hears("newCall", **{"from": CALLER})
    call = hotline.hears("hangup", cause="cancel", at=second(30))
    back = Callback.objects.get()
    assert (call.state, back.owner, back.reason, back.call) == (Call.State.MISSED, hotline.agent, "missed", call)
    assert back.due_at > second(30)
    hotline.hears("newCall", "c2", **{"from": "+84 912 345 678"}, at=second(60))
    hotline.hears("hangup", "c2", at=second(61))
    back.refresh_from_db()
    assert (Callback.objects.count(), back.calls) == (1, 2)
    hotline.hears("newCall", "c3", **{"from": CALLER}, at=second(90))
    hotline.hears("answer", "c3", user="202", at=second(95))
    back.refresh_from_db()
    assert back.outcome == Callback.Outcome.CALLED_AGAIN


def test_after_hours_the_call_back_is_due_the_next_working_day(hotline: Hotline) -> None:
    evening = MONDAY.replace(hour=21)
    hotline.hears("newCall", **{"from": CALLER}, at=evening)
    hotline.hears("hangup", at=evening)
    back = Callback.objects.get()
    assert back.reason == Callback.Reason.AFTER_HOURS
    assert back.due_at.astimezone(MONDAY.tzinfo).date() > MONDAY.date()


def test_nobody_can_be_called_back_who_withheld_the_number(hotline: Hotline) -> None:
    hotline.hears("newCall", **{"from": "anonymous"})
    call = hotline.hears("hangup")
    assert (call.state, call.number, Callback.objects.count()) == (Call.State.MISSED, "", 0)


def test_only_the_agents_concerned_are_rung(hotline: Hotline) -> None:
    hotline.ready(hotline.agent, hotline.colleague)
    named = hotline.hears("newCall", "c1", **{"from": CALLER, "user": "202"})
    assert ringing_for(hotline.colleague, state_of(hotline.colleague), MONDAY) == named
    assert ringing_for(hotline.agent, state_of(hotline.agent), MONDAY) is None
    for_all = hotline.hears("newCall", "c2", **{"from": "0900000001"})
    assert ringing_for(hotline.agent, state_of(hotline.agent), MONDAY) == for_all


def test_who_is_not_ready_hears_nothing(hotline: Hotline) -> None:
    hotline.hears("newCall", **{"from": CALLER, "user": "201"})
    assert ringing_for(hotline.agent, state_of(hotline.agent), MONDAY) is None


def test_a_call_is_handed_over_when_the_colleague_answers(hotline: Hotline, second: Callable[[float], datetime]) -> None:
    hotline.ready(hotline.agent, hotline.colleague)
    hotline.hears("newCall", **{"from": CALLER, "user": "201"})
    call = hotline.hears("answer", user="201", at=second(5))
    hand_over(call, hotline.colleague, "Hỏi về đất đai", by=hotline.agent.person, at=second(30))
    assert ringing_for(hotline.colleague, state_of(hotline.colleague), second(31)) == call
    hotline.hears("answer", user="201", at=second(32))  # repeated by the exchange
    assert hotline.hears("answer", user="202", at=second(40)).agent == hotline.colleague
    assert hotline.hears("answer", user="201", at=second(41)).agent == hotline.colleague
    assert (state_of(hotline.agent).state, state_of(hotline.colleague).state) == ("wrap_up", "talking")


def test_a_blocked_number_is_refused_and_not_called_back(hotline: Hotline, client: Client) -> None:
    block_number(hotline.line, CALLER, "Quấy rối", by=hotline.lead)
    form = {"event": "newCall", "callId": "x", "direction": "in", "from": "+84912345678"}
    for _again in range(2):
        assert client.post(f"/tong-dai/cti/{SECRET}/", form).json() == {"action": "reject", "reason": "busy"}
    assert Call.objects.get().blocked
    assert Callback.objects.count() == 0


def test_calls_whose_hang_up_never_came_are_ended(hotline: Hotline, second: Callable[[float], datetime]) -> None:
    hotline.hears("newCall", **{"from": CALLER})
    assert end_forgotten_calls(second(3600)) == 0
    assert end_forgotten_calls(second(5 * 3600)) == 1
    assert Call.objects.get().state == Call.State.MISSED


# ---- who is calling ----


def test_a_number_of_one_person_is_certain_of_two_only_maybe(hotline: Hotline) -> None:
    call = hotline.hears("newCall", **{"from": CALLER})
    assert recognise(call).certainty is Certainty.UNKNOWN
    register_person("Nguyễn Thị Hoa", phone=CALLER, by=None)
    assert recognise(call).certainty is Certainty.CERTAIN
    register_person("Nguyễn Văn Hai", phone=CALLER, by=None)
    assert recognise(call).certainty is Certainty.MAYBE


# ---- the door ----


def test_users_come_once_as_a_list_or_in_brackets() -> None:
    for text in ("user=201&user=202", "user[]=201&user[]=202", "user[0]=201&user[1]=202", "user=201&user[]=202"):
        assert read_event(QueryDict(f"event=newCall&callId=1&{text}")).users == ("201", "202")


def test_the_door_opens_to_the_secret_alone_and_says_what_is_wrong(hotline: Hotline, client: Client) -> None:
    good = {"event": "newCall", "callId": "k" * 250, "direction": "in", "from": CALLER}
    assert client.post("/tong-dai/cti/khong-dung/", good).status_code == 401
    assert (client.post(f"/tong-dai/cti/{SECRET}/", good).status_code, Call.objects.count()) == (200, 1)
    assert client.post(f"/tong-dai/cti/{SECRET}/", good | {"callId": "k" * 251}).json()["fields"].keys() == {"callId"}
    assert client.post(f"/tong-dai/cti/{SECRET}/", good | {"event": "explode"}).status_code == 422
    assert client.post(f"/tong-dai/cti/{SECRET}/", good | {"direction": "up"}).json()["fields"].keys() == {"direction"}
    assert client.get(f"/tong-dai/cti/{SECRET}/").status_code == 405
    assert Call.objects.count() == 1


def test_guessing_secrets_is_slowed_down(hotline: Hotline, client: Client) -> None:
    answers = [client.post(f"/tong-dai/cti/sai-{number}/", {}).status_code for number in range(32)]
    assert answers[0] == 401
    assert answers[-1] == 429


@pytest.mark.parametrize("missing", ["event", "callId"])
def test_an_event_needs_its_kind_and_its_call(missing: str) -> None:
    form = QueryDict(mutable=True)
    form.update({name: "x" for name in ("event", "callId") if name != missing})
    with pytest.raises(Invalid) as refused:
        read_event(form)
    assert missing in refused.value.fields
