"""What is written to the desk: by form and chat, and what agents make of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.timezone import now

from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.tests.conftest import MONDAY
from tinhso.blocks.directory.actions import appoint, create_post, register_person
from tinhso.blocks.directory.models import Person
from tinhso.blocks.messaging.models import Message
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState
from tinhso.services.hotline.actions.agents import remove_agent, set_state
from tinhso.services.hotline.actions.answering import (
    MOST_CHATS,
    answer,
    close,
    hand_on,
    name_sender,
    note,
    take,
)
from tinhso.services.hotline.actions.conversations import (
    AGAIN,
    Channel,
    Contact,
    Written,
    begin,
    contact_from,
    leave_contact,
    write,
)
from tinhso.services.hotline.actions.quiet import close_quiet, end_left_chats
from tinhso.services.hotline.actions.tickets import answer_ticket
from tinhso.services.hotline.callers import Certainty, recognise
from tinhso.services.hotline.conversation_tables import Conversation, ConversationMessage
from tinhso.services.hotline.conversations import chat_now
from tinhso.services.hotline.desk_tables import CallTicket
from tinhso.services.hotline.tests.conftest import Hotline

pytestmark = pytest.mark.django_db
FORM = {"text": "Làm khai sinh cho con cần giấy gì?", "contact": "0912 345 678", "name": "Hoa"}
MOBILE = Contact("Hoa", "+84912345678")
MAIL = Contact("Hoa", email="hoa@example.org")
Begin = Callable[..., Conversation]


@pytest.fixture
def asks(hotline: Hotline) -> Begin:
    def ask(channel: Channel = Channel.WEB, contact: Contact = MOBILE, at: datetime = MONDAY) -> Conversation:
        return begin(hotline.line, channel, Written("Hỏi lệ phí chứng thực"), contact, at=at)

    return ask


def test_a_question_by_form_gets_a_page_a_promise_and_an_answer(
    hotline: Hotline, client: Client, signed_in: Callable[[Person], Client]
) -> None:
    sent = client.post("/tong-dai/hoi/", FORM | {"key": uuid4().hex})
    found = Conversation.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, f"/tong-dai/hoi/{found.code}/?moi")
    assert (found.channel, found.state, found.number, found.caller_name) == ("web", "waiting", "+84912345678", "Hoa")
    assert "Bạn được trả lời trước" in client.get(sent["Location"]).content.decode()
    agent = signed_in(hotline.agent.person)
    assert FORM["text"] in agent.get("/tong-dai/hoi-thoai/").content.decode()
    assert FORM["text"] in agent.get(f"/tong-dai/hoi-thoai/{found.pk}/").content.decode()
    agent.post(f"/tong-dai/hoi-thoai/{found.pk}/tra-loi/", {"text": "Cần giấy chứng sinh.", "key": "k"})
    found.refresh_from_db()
    assert (found.state, found.agent, found.waiting_since) == ("answered", hotline.agent, None)
    assert "Cần giấy chứng sinh." in client.get(f"/tong-dai/hoi/{found.code}/").content.decode()
    told = Message.objects.get()
    assert (told.channel, told.address, f"/tong-dai/hoi/{found.code}/" in told.body) == ("sms", "0912345678", True)
    assert "chứng sinh" not in told.body


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": "  "}, "text"),
        ({"text": "x" * 2001}, "text"),
        ({"contact": ""}, "contact"),
        ({"contact": "12"}, "contact"),
        ({"contact": "a@b"}, "contact"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(
    hotline: Hotline, client: Client, wrong: dict[str, str], field: str
) -> None:
    refused = client.post("/tong-dai/hoi/", FORM | wrong)
    assert refused.status_code == 422
    assert f'href="#{field}"' in refused.content.decode()
    assert "Hoa" in refused.content.decode()
    assert not Conversation.objects.exists()


def test_pressed_twice_it_is_one_question_but_a_short_key_opens_nothing_of_another(hotline: Hotline, client: Client) -> None:
    form = FORM | {"key": uuid4().hex}
    first, second = client.post("/tong-dai/hoi/", form), client.post("/tong-dai/hoi/", form)
    assert first["Location"] == second["Location"]
    client.post("/tong-dai/hoi/", FORM | {"key": "1"})
    client.post("/tong-dai/hoi/", FORM | {"key": "1"})
    assert Conversation.objects.count() == 3


def test_bursts_are_refused(hotline: Hotline, client: Client) -> None:
    answers = [client.post("/tong-dai/hoi/", FORM | {"key": uuid4().hex}).status_code for _time in range(6)]
    assert answers == [302] * 5 + [429]
    codes = [client.get("/tong-dai/hoi/AAAAAAAAAA/").status_code for _time in range(21)]
    assert codes == [404] * 20 + [429]
    found = Conversation.objects.first()
    assert found is not None
    assert client.get(f"/tong-dai/hoi/{found.code}/").status_code == 429


def test_a_code_is_found_however_it_is_typed_and_script_stays_text(hotline: Hotline, client: Client, asks: Begin) -> None:
    found = begin(hotline.line, Channel.WEB, Written("<script>alert(1)</script>"), MOBILE)
    typed = f"{found.code[:5]}-{found.code[5:]}".lower()
    assert client.get("/tong-dai/hoi/", {"ma": typed})["Location"] == f"/tong-dai/hoi/{found.code}/"
    page = client.get(f"/tong-dai/hoi/{found.code}/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_who_writes_again_waits_for_the_same_agent(hotline: Hotline, asks: Begin) -> None:
    found = asks()
    answer(found, "Hai nghìn đồng.", by=hotline.agent.person, at=MONDAY + timedelta(hours=1))
    later = MONDAY + timedelta(hours=2)
    found = write(found, Written("Còn bản thứ hai?"), at=later)
    assert (found.state, found.agent, found.waiting_since) == ("assigned", hotline.agent, later)
    assert found.due_at is not None
    close(found, "answered", by=hotline.agent.person, at=later)
    assert write(found, Written("Cảm ơn, còn hỏi thêm"), at=later + timedelta(days=1)).state == "assigned"
    close(found, "answered", by=hotline.agent.person, at=later)
    with pytest.raises(WrongState):
        write(found, Written("Lâu quá"), at=later + AGAIN)


def test_what_a_colleague_holds_is_not_mine(hotline: Hotline, asks: Begin) -> None:
    found = take(asks(), by=hotline.agent.person)
    other = hotline.colleague.person
    for act in (
        lambda: take(found, by=other),
        lambda: answer(found, "x", by=other),
        lambda: close(found, "ticket", by=other),
        lambda: hand_on(found, None, by=other),
        lambda: name_sender(found, other, by=other),
    ):
        with pytest.raises((NotAllowed, WrongState)):
            act()
    hand_on(found, hotline.colleague, by=hotline.agent.person)
    assert answer(found, "Tôi trả lời.", by=other).author == other
    hand_on(found, None, by=other)
    found.refresh_from_db()
    assert (found.state, found.agent) == ("waiting", None)


def test_an_answer_is_not_sent_twice_and_an_unanswered_matter_is_not_closed_as_answered(hotline: Hotline, asks: Begin) -> None:
    found = asks()
    for _time in range(2):
        answer(found, "Hai nghìn.", by=hotline.agent.person, key="k1")
    assert ConversationMessage.objects.filter(side="out").count() == 1
    other = asks()
    with pytest.raises(WrongState):
        close(other, "answered", by=hotline.agent.person)
    with pytest.raises(Invalid):
        close(other, "wrong", by=hotline.agent.person)
    close(other, "abuse", by=hotline.agent.person)
    assert Conversation.objects.get(pk=other.pk).state == "closed"


def test_what_was_closed_as_abuse_is_not_opened_by_one_more_line(hotline: Hotline, asks: Begin) -> None:
    found = asks()
    close(found, "abuse", by=hotline.agent.person, at=MONDAY)
    with pytest.raises(WrongState):
        write(found, Written("Nữa đây"), at=MONDAY)


def test_what_an_agent_held_waits_for_anybody_when_they_go(hotline: Hotline, asks: Begin) -> None:
    found = take(asks(), by=hotline.agent.person)
    remove_agent(hotline.agent, by=None)
    found.refresh_from_db()
    assert (found.state, found.agent) == ("waiting", None)


def test_notes_among_colleagues_are_not_on_the_sender_s_page(hotline: Hotline, client: Client, asks: Begin) -> None:
    found = asks()
    note(found, "Khách quen, nói chậm", by=hotline.agent.person)
    assert "Khách quen" not in client.get(f"/tong-dai/hoi/{found.code}/").content.decode()


def test_an_answer_goes_by_e_mail_in_its_thread(hotline: Hotline, asks: Begin) -> None:
    found = asks(contact=MAIL)
    answer(found, "Hai nghìn đồng.", by=hotline.agent.person)
    mail = Message.objects.get()
    assert (mail.channel, mail.address, mail.personal) == ("email", "hoa@example.org", True)
    assert "Hai nghìn đồng." in mail.body
    assert f"[1022-{found.pk}-" in mail.subject


def test_a_typed_number_is_a_hint_until_the_agent_confirms(hotline: Hotline, asks: Begin) -> None:
    person = hotline.lead
    Person.objects.filter(pk=person.pk).update(phone="0912345678")
    found = take(asks(), by=hotline.agent.person)
    assert recognise(found).certainty is Certainty.MAYBE
    name_sender(found, person, by=hotline.agent.person)
    assert recognise(Conversation.objects.get(pk=found.pk)).certainty is Certainty.CERTAIN


def test_a_ticket_is_made_of_what_was_written_and_its_answer_comes_back(
    hotline: Hotline, signed_in: Callable[[Person], Client], asks: Begin
) -> None:
    found = take(asks(), by=hotline.agent.person)
    client, given = signed_in(hotline.agent.person), {"matter": "TD-YC.late", "text": "Hồ sơ trễ hẹn", "key": "k"}
    for _time in range(2):
        client.post(f"/tong-dai/hoi-thoai/{found.pk}/lap-phieu/", given | {"commune": hotline.line.agency.unit.code})
    ticket = CallTicket.objects.get()
    assert (ticket.conversation, ticket.call) == (found, None)
    case = Case.objects.get(pk=ticket.case_id)
    assert case.parties.get().phone == "0912345678"
    handler = _handler(hotline)
    answer_ticket(case, by=handler, text="Đã trả sáng nay.")
    last = found.messages.last()
    assert (last.side, "Đã trả sáng nay." in last.text, case.code in last.text) == ("out", True, True)


def test_what_the_sender_asked_meanwhile_still_waits_when_a_ticket_is_answered(
    hotline: Hotline, signed_in: Callable[[Person], Client], asks: Begin
) -> None:
    found = take(asks(), by=hotline.agent.person)
    given = {"matter": "TD-YC.late", "text": "Hồ sơ trễ hẹn", "key": "k", "commune": hotline.line.agency.unit.code}
    signed_in(hotline.agent.person).post(f"/tong-dai/hoi-thoai/{found.pk}/lap-phieu/", given)
    answer(found, "Đã chuyển.", by=hotline.agent.person)
    asked = write(found, Written("Còn lệ phí thì sao?"))
    answer_ticket(CallTicket.objects.get().case, by=_handler(hotline), text="Đã trả sáng nay.")
    found.refresh_from_db()
    assert found.messages.last().text.endswith("Đã trả sáng nay.")
    assert (found.state, found.waiting_since, found.due_at) == ("assigned", asked.waiting_since, asked.due_at)


def _handler(hotline: Hotline) -> Person:
    person = register_person("Đỗ Văn Trả", by=None)
    post = create_post(hotline.line.agency, "Trả lời", roles=["ticket_handler"], by=None)
    appoint(person, post, valid_from=MONDAY.date().replace(month=1), by=None)
    return person


# ---- chat ----


def test_nobody_there_leads_to_the_form(hotline: Hotline, client: Client) -> None:
    page = client.get("/tong-dai/tro-chuyen/").content.decode()
    assert "/tong-dai/hoi/" in page
    assert "Bắt đầu trò chuyện" not in page
    assert client.post("/tong-dai/tro-chuyen/", {"text": "Xin chào"}).status_code == 409


def test_a_chat_goes_to_and_fro(hotline: Hotline, client: Client, signed_in: Callable[[Person], Client]) -> None:
    set_state(hotline.agent, "ready", by=hotline.agent.person)
    begun = client.post("/tong-dai/tro-chuyen/", {"text": "Xin chào", "key": uuid4().hex})
    found = Conversation.objects.get()
    page = client.get(begun["Location"]).content.decode()
    assert "Đang chờ người trực nhận" in page
    version = page.split('{"co": "')[1].split('"')[0]
    assert client.post(f"/tong-dai/hoi/{found.code}/moi/", {"co": version}).status_code == 204
    agent = signed_in(hotline.agent.person)
    desk = agent.get("/tong-dai/").content.decode()
    assert "Xin chào" in desk
    agent.post(f"/tong-dai/hoi-thoai/{found.pk}/nhan/")
    agent.get(f"/tong-dai/hoi-thoai/{found.pk}/moi/?go=1&co=x")
    heard = client.post(f"/tong-dai/hoi/{found.code}/moi/", {"co": version, "go": "1"}).content.decode()
    assert "Tổng đài đang viết" in heard
    assert "Người hỏi đang viết" in agent.get(f"/tong-dai/hoi-thoai/{found.pk}/moi/?co=x").content.decode()
    agent.post(f"/tong-dai/hoi-thoai/{found.pk}/tra-loi/", {"text": "Chào bạn.", "key": "a"}, headers={"HX-Request": "true"})
    assert not Message.objects.exists()
    assert "Chào bạn." in client.post(f"/tong-dai/hoi/{found.code}/moi/", {"co": version}).content.decode()
    words = {"text": "Cảm ơn <b data-over", "key": "b"}  # whatever they write, the page comes anew only when it is over
    said = client.post(f"/tong-dai/hoi/{found.code}/", words, headers={"HX-Request": "true"})
    assert "HX-Refresh" not in said
    assert "Cảm ơn" in said.content.decode()
    agent.post(f"/tong-dai/hoi-thoai/{found.pk}/dong/", {"disposition": "answered"})
    over = client.post(f"/tong-dai/hoi/{found.code}/moi/", {"co": version})
    assert "đã kết thúc" in over.content.decode()
    assert over["HX-Refresh"] == "true"
    assert client.post(f"/tong-dai/hoi/{found.code}/", {"text": "Còn ai không?"}).status_code == 409


def test_an_agent_holds_only_so_many_chats(hotline: Hotline, asks: Begin) -> None:
    for _number in range(MOST_CHATS):
        take(asks(Channel.CHAT), by=hotline.agent.person)
    with pytest.raises(WrongState):
        take(asks(Channel.CHAT), by=hotline.agent.person)
    take(asks(Channel.WEB), by=hotline.agent.person)


def test_who_leaves_the_chat_with_a_contact_gets_the_answer_there(hotline: Hotline, asks: Begin) -> None:
    found = asks(Channel.CHAT, Contact("Hoa"), now() - timedelta(minutes=5))
    leave_contact(found, MAIL)
    answer(found, "Hai nghìn.", by=hotline.agent.person)
    assert Message.objects.get().address == "hoa@example.org"


def test_a_telephone_is_told_once_until_the_page_was_opened(hotline: Hotline, asks: Begin, client: Client) -> None:
    found = asks()
    for text in ("Một.", "Hai."):
        answer(found, text, by=hotline.agent.person)
    assert Message.objects.count() == 1
    client.get(f"/tong-dai/hoi/{found.code}/")
    answer(found, "Ba.", by=hotline.agent.person)
    assert Message.objects.count() == 2


def test_the_contact_left_last_is_where_the_answer_goes(hotline: Hotline, asks: Begin) -> None:
    found = asks(Channel.CHAT, MAIL, now() - timedelta(minutes=5))
    leave_contact(found, MOBILE)
    answer(found, "Hai nghìn.", by=hotline.agent.person)
    assert Message.objects.get().address == "0912345678"
    with pytest.raises(WrongState):
        leave_contact(asks(Channel.WEB, MAIL), MOBILE)


def test_who_is_signed_in_without_telephone_or_e_mail_has_to_give_one(hotline: Hotline) -> None:
    with pytest.raises(Invalid):
        contact_from("", person=hotline.agent.person)


def test_a_desk_with_too_many_waiting_takes_no_more(hotline: Hotline, asks: Begin) -> None:
    set_state(hotline.agent, "ready", by=hotline.agent.person)
    for _number in range(30):
        asks(Channel.CHAT, at=MONDAY)
    assert chat_now(hotline.line, MONDAY).busy
    later = chat_now(hotline.line, MONDAY + timedelta(minutes=1))  # they have left
    assert (later.busy, later.ahead) == (False, 0)
    set_state(hotline.agent, "break", by=hotline.agent.person)
    assert not chat_now(hotline.line, now()).there


def test_a_chat_nobody_looks_at_ends_and_one_with_a_contact_is_promised_an_answer(hotline: Hotline, asks: Begin) -> None:
    gone, held, reachable = asks(Channel.CHAT, Contact("Hoa")), asks(Channel.CHAT, Contact()), asks(Channel.CHAT, MAIL)
    take(held, by=hotline.agent.person)
    assert end_left_chats(MONDAY + timedelta(minutes=9)) == 0
    assert end_left_chats(MONDAY + timedelta(minutes=11)) == 3
    assert end_left_chats(MONDAY + timedelta(minutes=12)) == 0
    for one in (gone, held, reachable):
        one.refresh_from_db()
    assert [(one.state, one.disposition) for one in (gone, held)] == [("closed", "cut_off")] * 2
    assert (reachable.state, reachable.due_at is None) == ("waiting", False)


def test_what_was_answered_and_is_quiet_is_closed(hotline: Hotline, asks: Begin) -> None:
    chat, written, waiting = asks(Channel.CHAT), asks(), asks(Channel.CHAT)
    for one in (chat, written):
        answer(one, "Hai nghìn.", by=hotline.agent.person, at=MONDAY)
    assert close_quiet(MONDAY + timedelta(minutes=29)) == 0
    assert close_quiet(MONDAY + timedelta(minutes=31)) == 1
    assert close_quiet(MONDAY + timedelta(days=8)) == 1
    waiting.refresh_from_db()
    assert waiting.state == "waiting"


def test_what_is_put_before_the_agent_and_done_is_written_down_without_what_was_said(
    hotline: Hotline, signed_in: Callable[[Person], Client], asks: Begin
) -> None:
    found = asks()
    Person.objects.filter(pk=hotline.lead.pk).update(phone="0912345678")
    signed_in(hotline.agent.person).get(f"/tong-dai/hoi-thoai/{found.pk}/")
    answer(found, "Riêng tư.", by=hotline.agent.person)
    entries = AuditEntry.objects.filter(object_type="hotline.conversation").values_list("event", "facts")
    assert [event for event, _facts in entries] == [
        "hotline.conversation_begun",
        "hotline.caller_shown",
        "hotline.conversation_taken",
        "hotline.conversation_answered",
    ]
    assert "0912345678" not in str(list(entries))
    assert "Riêng tư" not in str(list(entries))
