"""What once went wrong on the line."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.directory.actions import register_person
from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.actions import open_account
from tinhso.blocks.identity.models import Account
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.services.hotline.actions.agents import add_agent, remove_agent
from tinhso.services.hotline.actions.callbacks import ask_back, ask_on_web, queue_callback
from tinhso.services.hotline.actions.desk import block_number, confirm_caller, decline, enter_later, hand_over, write_down
from tinhso.services.hotline.actions.knowledge import approve, write_article
from tinhso.services.hotline.actions.setup import set_line
from tinhso.services.hotline.actions.telephony import end_lost
from tinhso.services.hotline.desk_tables import Callback
from tinhso.services.hotline.figures import figures
from tinhso.services.hotline.knowledge_tables import Article
from tinhso.services.hotline.models import Call, Leg, Line
from tinhso.services.hotline.queries import call_in_hand, ringing_for, state_of
from tinhso.services.hotline.tests.conftest import SECRET, Hotline

pytestmark = pytest.mark.django_db
CALLER = "0912345678"


def _client(person: Person) -> Client:
    client = Client()
    client.force_login(open_account(kind=Account.Kind.STAFF, person=person, username=f"m{person.pk}", by=None))
    return client


# ---- call-backs ----


def test_call_backs_go_to_whoever_on_duty_has_fewest_however_often_they_were_on_duty(hotline: Hotline) -> None:
    hotline.ready(hotline.agent, hotline.colleague)
    owners = [
        queue_callback(hotline.line, f"+8491234560{number}", Callback.Reason.MISSED, at=MONDAY).owner for number in range(4)
    ]
    assert owners == [hotline.agent, hotline.colleague] * 2


def test_the_site_neither_overwrites_nor_sees_what_the_desk_promised(hotline: Hotline) -> None:
    then = now() + timedelta(days=2)
    made = ask_back(hotline.line, CALLER, by=hotline.agent.person, note="Gọi sau 17 giờ", due_at=then)
    assert ask_on_web(hotline.line, CALLER, name="", text="Hỏi giấy khai sinh") is None
    made.refresh_from_db()
    assert (made.note, made.calls, made.due_at) == ("Gọi sau 17 giờ · trên mạng: Hỏi giấy khai sinh", 1, then)


def test_a_blocked_number_is_not_called_back_from_the_site(hotline: Hotline) -> None:
    block_number(hotline.line, CALLER, "Quấy rối", by=hotline.lead)
    with pytest.raises(WrongState):
        ask_on_web(hotline.line, CALLER, name="", text="Hỏi giấy khai sinh")


# ---- the telephone ----


def test_an_answer_at_a_new_call_ends_the_one_whose_hang_up_was_lost(
    hotline: Hotline, second: Callable[[float], datetime]
) -> None:
    hotline.ready()
    hotline.hears("newCall", **{"from": CALLER, "user": "201"})
    first = hotline.hears("answer", user="201", at=second(5))
    second_call = hotline.hears("newCall", "c2", **{"from": "0900000001", "user": "201"}, at=second(100))
    hotline.hears("answer", "c2", user="201", at=second(105))
    first.refresh_from_db()
    assert (first.state, first.cause) == (Call.State.ENDED, "lost")
    assert call_in_hand(hotline.agent, state_of(hotline.agent)) == second_call
    assert state_of(hotline.agent).state == "talking"
    (total,) = figures(hotline.line, MONDAY.date(), MONDAY.date())
    assert (total.answered, total.talk) == (2, None)
    first = hotline.hears("hangup", cause="normalClearing", at=second(110))  # it was late only
    assert (first.cause, first.ended_at) == ("normalClearing", second(110))


def test_the_agent_says_that_a_call_is_over(hotline: Hotline, second: Callable[[float], datetime]) -> None:
    hotline.ready()
    hotline.hears("newCall", **{"from": CALLER, "user": "201"})
    call = hotline.hears("answer", user="201", at=second(5))
    end_lost(call, by=hotline.agent.person, at=second(60))
    call.refresh_from_db()
    assert (call.state, call.cause, state_of(hotline.agent).state) == (Call.State.ENDED, "lost", "wrap_up")


def test_a_call_for_a_telephone_nobody_knows_rings_nobody(hotline: Hotline) -> None:
    hotline.ready(hotline.agent, hotline.colleague)
    hotline.hears("newCall", **{"from": CALLER, "user": "999"})
    assert ringing_for(hotline.agent, state_of(hotline.agent), MONDAY) is None


def test_who_handed_a_call_over_writes_of_the_own_part(hotline: Hotline, second: Callable[[float], datetime]) -> None:
    hotline.ready(hotline.agent, hotline.colleague)
    hotline.hears("newCall", **{"from": CALLER, "user": "201"})
    call = hotline.hears("answer", user="201", at=second(5))
    hand_over(call, hotline.colleague, "Đất đai", by=hotline.agent.person, at=second(30))
    hotline.hears("answer", user="202", at=second(40))
    state = state_of(hotline.agent)
    assert (state.state, call_in_hand(hotline.agent, state)) == ("wrap_up", call)
    assert "Đã chuyển máy cho" in _client(hotline.agent.person).get("/tong-dai/").content.decode()
    write_down(call, by=hotline.agent.person, notes="Hỏi sổ đỏ", finish=True, at=second(50))
    call.refresh_from_db()
    assert (call.notes, call.agent, Leg.objects.get(agent=hotline.agent).notes) == ("", hotline.colleague, "Hỏi sổ đỏ")
    assert state_of(hotline.agent).state == "ready"


def test_an_offered_call_can_be_declined_and_stands_behind_new_ones(
    hotline: Hotline, second: Callable[[float], datetime]
) -> None:
    hotline.ready(hotline.agent, hotline.colleague)
    hotline.hears("newCall", **{"from": CALLER, "user": "201"})
    call = hotline.hears("answer", user="201", at=second(5))
    hand_over(call, hotline.colleague, "", by=hotline.agent.person, at=second(30))
    fresh = hotline.hears("newCall", "c2", **{"from": "0900000001", "user": "202"}, at=second(35))
    assert ringing_for(hotline.colleague, state_of(hotline.colleague), second(36)) == fresh
    hotline.hears("hangup", "c2", at=second(37))
    assert ringing_for(hotline.colleague, state_of(hotline.colleague), second(38)) == call
    decline(call, hotline.colleague, by=hotline.colleague.person)
    assert ringing_for(hotline.colleague, state_of(hotline.colleague), second(39)) is None


def test_the_character_nul_is_refused_not_an_error(hotline: Hotline, client: Client) -> None:
    form = {"event": "newCall", "callId": "a\0b", "direction": "in", "from": CALLER}
    assert client.post(f"/tong-dai/cti/{SECRET}/", form).status_code == 422
    assert client.post(f"/tong-dai/cti/{SECRET}/ghi-am/", {"callId": "a\0b"}).status_code == 422


def test_a_caller_known_by_number_can_be_denied(hotline: Hotline, second: Callable[[float], datetime]) -> None:
    hotline.ready(at=now())
    person = register_person("Nguyễn Thị Hoa", by=None)
    hotline.hears("newCall", **{"from": CALLER, "user": "201"}, at=now())
    first = hotline.hears("answer", user="201", at=now())
    confirm_caller(first, person, by=hotline.agent.person)
    hotline.hears("newCall", "c2", **{"from": CALLER, "user": "201"}, at=now())
    hotline.hears("answer", "c2", user="201", at=now())
    page = _client(hotline.agent.person).get("/tong-dai/").content.decode()
    assert "Không phải" in page
    assert "Đúng người này" in page


# ---- what leads set and see ----


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_days_at_the_ends_of_time_are_no_error(hotline: Hotline, day: str) -> None:
    client = _client(hotline.lead)
    assert client.get(f"/tong-dai/bang/?tu={day}&den={day}").status_code == 200
    assert client.get(f"/tong-dai/bang/so-lieu/?tu={day}&den={day}").status_code == 200
    entered = {"started_at": f"{day}T23:59", "minutes": "3", "disposition": "answered"}
    assert client.post("/tong-dai/cuoc-goi/ghi-tay/", entered).status_code == 422


def test_calls_entered_later_say_nothing_of_waiting(hotline: Hotline) -> None:
    enter_later(
        hotline.line, by=hotline.agent.person, number=CALLER, started_at=MONDAY, minutes=3, notes="", disposition="answered",
        at=MONDAY + timedelta(hours=1),
    )  # fmt: skip
    (total,) = figures(hotline.line, MONDAY.date(), MONDAY.date(), by="day")
    assert (total.answered, total.wait, total.level, total.label) == (1, None, None, f"{MONDAY:%d/%m/%Y}")


def test_an_extension_is_free_again_when_its_agent_has_left(hotline: Hotline) -> None:
    remove_agent(hotline.agent, by=None)
    assert add_agent(hotline.line, hotline.lead, "201", by=None).extension == "201"
    with pytest.raises(Invalid):
        add_agent(hotline.line, hotline.agent.person, "201", by=None)


def test_a_line_is_changed_by_itself_and_gets_a_new_secret_when_a_real_exchange_joins(hotline: Hotline, town: Town) -> None:
    with pytest.raises(Invalid):
        set_line(town.agency, "1022", by=None, title="Nữa")
    with pytest.raises(Invalid):
        set_line(town.agency, "10²2", by=None, title="Nữa")
    values = {"by": None, "line": hotline.line, "title": "Tên mới", "prompt": "Có ghi âm", "recording_days": 30}
    same, secret = set_line(town.agency, "1022", adapter=Line.Adapter.DEMO, **values)  # type: ignore[arg-type]
    assert (same.title, same.recording_days, secret) == ("Tên mới", 30, "")
    _joined, secret = set_line(town.agency, "1022", adapter=Line.Adapter.CTI, **values)  # type: ignore[arg-type]
    assert secret


# ---- knowledge ----


def test_what_was_read_is_approved_and_a_draft_moves_nothing(hotline: Hotline) -> None:
    agency, author = hotline.line.agency, hotline.agent.person
    read = write_article(agency, by=author, title="Tìm", topic="Hộ tịch", body="Một")
    assert read.article.slug == "tim-2"
    newer = write_article(agency, by=author, article=read.article, title="Tìm", topic="Đất đai", body="Hai")
    with pytest.raises(WrongState):
        approve(read, by=hotline.lead)
    client = _client(hotline.lead)
    client.post("/tong-dai/tri-thuc/tim-2/duyet/", {"version": "1"})
    assert Article.objects.get().published is None
    client.post("/tong-dai/tri-thuc/tim-2/duyet/", {"version": "2"})
    assert Article.objects.get().published == newer
    write_article(agency, by=author, article=read.article, title="Tìm", topic="Đầu tư", body="Ba")
    assert Article.objects.get().topic == "Đất đai"


def test_a_case_looked_up_without_script_comes_as_a_page(hotline: Hotline) -> None:
    client = _client(hotline.agent.person)
    assert "<html" in client.get("/tong-dai/ho-so/?ma=H1").content.decode()
    assert "<html" not in client.get("/tong-dai/ho-so/?ma=H1", headers={"HX-Request": "true"}).content.decode()
