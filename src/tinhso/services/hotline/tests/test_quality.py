"""The sample a supervisor goes through, and what people say when they are asked."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from tinhso.blocks.cases.tests.conftest import MONDAY
from tinhso.blocks.directory.models import Person
from tinhso.blocks.messaging.models import Message
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState
from tinhso.kernel.events import Event
from tinhso.services.hotline.actions.answering import answer, close
from tinhso.services.hotline.actions.conversations import Channel, Contact, Written, begin
from tinhso.services.hotline.actions.desk import write_down
from tinhso.services.hotline.actions.quality import CRITERIA, ask_satisfaction, draw_week, mark_service, review
from tinhso.services.hotline.actions.setup import set_line
from tinhso.services.hotline.conversation_tables import Conversation
from tinhso.services.hotline.jobs import ask_caller
from tinhso.services.hotline.models import Agent, Call, Line
from tinhso.services.hotline.quality_tables import Pick, Survey
from tinhso.services.hotline.tests.conftest import Hotline
from tinhso.services.hotline.written_figures import satisfaction, written_figures, written_now

pytestmark = pytest.mark.django_db
CALLER = "0912345678"
MAIL = Contact("Hoa", email="hoa@example.org")
Serve = Callable[..., Call]


@pytest.fixture
def serve(hotline: Hotline) -> Serve:
    """A call that was answered, ended and written down."""

    def served(
        call_id: str = "c1", agent: Agent = hotline.agent, number: str = CALLER, how: str = "answered", at: datetime = MONDAY
    ) -> Call:
        hotline.hears("newCall", call_id, **{"from": number}, at=at)
        hotline.hears("answer", call_id, user=agent.extension, at=at + timedelta(seconds=5))
        call = hotline.hears("hangup", call_id, at=at + timedelta(seconds=65))
        return write_down(call, by=agent.person, notes="Xong", disposition=how, finish=True, at=at + timedelta(seconds=99))

    return served


def _written(hotline: Hotline, contact: Contact = MAIL, channel: Channel = Channel.WEB, at: datetime = MONDAY) -> Conversation:
    found = begin(hotline.line, channel, Written("Hỏi lệ phí"), contact, at=at)
    answer(found, "Hai nghìn.", by=hotline.agent.person, at=at + timedelta(minutes=10))
    close(found, "answered", by=hotline.agent.person, at=at + timedelta(minutes=11))
    return Conversation.objects.get(pk=found.pk)


# ---- the sample ----


def test_of_every_agent_a_share_of_the_week_is_drawn_once_and_at_least_one(hotline: Hotline, serve: Serve) -> None:
    for number in range(6):
        serve(f"c{number}", at=MONDAY + timedelta(minutes=10 * number))
    serve("other", agent=hotline.colleague)
    serve("next week", at=MONDAY + timedelta(days=7))
    _written(hotline)
    Line.objects.update(sample_percent=40)
    hotline.line.refresh_from_db()
    asked: list[tuple[int, int]] = []

    def lot(numbers: range, count: int) -> list[int]:
        asked.append((len(numbers), count))
        return list(numbers)[-count:]

    monday = MONDAY.date() - timedelta(days=MONDAY.weekday())
    assert draw_week(hotline.line, monday, choose=lot) == 4  # type: ignore[arg-type]
    assert asked == [(7, 3), (1, 1)]
    assert draw_week(hotline.line, monday, choose=lot) == 0  # type: ignore[arg-type]
    assert Pick.objects.filter(agent=hotline.agent, conversation__isnull=False).count() == 1
    Pick.objects.all().delete()
    Line.objects.update(sample_percent=0)
    hotline.line.refresh_from_db()
    assert draw_week(hotline.line, monday) == 0


def test_the_supervisor_goes_through_the_sample(hotline: Hotline, serve: Serve, signed_in: Callable[[Person], Client]) -> None:
    serve()
    monday = MONDAY.date() - timedelta(days=MONDAY.weekday())
    draw_week(hotline.line, monday)
    lead = signed_in(hotline.lead)
    assert "đã chấm 0/1" in lead.get("/tong-dai/cham/").content.decode()
    call = Call.objects.get()
    lead.post(f"/tong-dai/cuoc-goi/{call.pk}/", dict.fromkeys(CRITERIA, "2"))
    page = lead.get("/tong-dai/cham/", {"tuan": monday.isoformat()}).content.decode()
    assert "đã chấm 1/1" in page
    assert "100" in page
    assert lead.get("/tong-dai/cham/", {"tuan": "0001-01-01"}).status_code == 200
    assert signed_in(hotline.agent.person).get("/tong-dai/cham/").status_code == 403


def test_what_is_written_is_scored_too_but_not_one_s_own(hotline: Hotline) -> None:
    found = _written(hotline)
    with pytest.raises(NotAllowed):
        review(found, dict.fromkeys(CRITERIA, 2), by=hotline.agent.person)
    with pytest.raises(Invalid):
        review(found, {}, by=hotline.lead)
    assert review(found, dict.fromkeys(CRITERIA, 1), by=hotline.lead).total == 50


# ---- what people say ----


def test_a_caller_is_asked_by_text_message_once_and_says_so_with_one_press(
    hotline: Hotline, serve: Serve, client: Client
) -> None:
    call = serve(at=now() - timedelta(hours=1))
    event = Event("hotline.call_noted", "hotline.call", str(call.pk), None, {"finished": True})
    for _time in range(2):
        ask_caller(event)
    told, survey = Message.objects.get(), Survey.objects.get()
    assert (told.channel, told.address) == ("sms", CALLER)
    page = f"/tong-dai/danh-gia/{survey.code}/"
    assert page in told.body
    assert client.get(page).status_code == 200
    survey.refresh_from_db()
    assert survey.mark is None  # looking is no mark
    assert client.post(page, {"mark": "9"}).status_code == 422
    client.post(page, {"mark": "4"})
    client.post(page, {"comment": "Chờ hơi lâu"})
    survey.refresh_from_db()
    assert (survey.mark, survey.comment, survey.agent) == (4, "Chờ hơi lâu", hotline.agent)
    assert client.get("/tong-dai/danh-gia/AAAAAAAA/").status_code == 404


@pytest.mark.parametrize("how", ["abuse", "silent", "wrong_number", "cut_off"])
def test_who_was_not_served_is_not_asked(hotline: Hotline, serve: Serve, how: str) -> None:
    ask_satisfaction(serve(how=how), at=MONDAY)
    assert not Survey.objects.exists()


def test_nobody_is_asked_twice_in_a_week_on_a_land_line_or_beyond_the_share(hotline: Hotline, serve: Serve) -> None:
    ask_satisfaction(serve("c1"), at=MONDAY)
    ask_satisfaction(serve("c2", at=MONDAY + timedelta(hours=1)), at=MONDAY + timedelta(days=6))
    ask_satisfaction(serve("c3", number="02733888999", at=MONDAY + timedelta(hours=2)), at=MONDAY)
    assert Survey.objects.count() == 1
    Line.objects.update(survey_percent=30)
    call = serve("c4", number="0987654321", at=MONDAY + timedelta(hours=3))
    call.line.refresh_from_db()
    ask_satisfaction(call, at=MONDAY, choose=lambda _of: 30)
    assert Survey.objects.count() == 1
    ask_satisfaction(call, at=MONDAY, choose=lambda _of: 29)
    assert Survey.objects.count() == 2


def test_who_wrote_is_asked_when_the_matter_is_closed(hotline: Hotline, client: Client) -> None:
    _written(hotline)
    assert Message.objects.filter(template="hotline_survey").get().address == "hoa@example.org"
    chat = _written(hotline, Contact(), Channel.CHAT)
    assert "Bạn có hài lòng không?" in client.get(f"/tong-dai/hoi/{chat.code}/").content.decode()


def test_a_mark_comes_in_time_or_not_at_all(hotline: Hotline, serve: Serve) -> None:
    ask_satisfaction(serve(), at=MONDAY)
    survey = Survey.objects.get()
    with pytest.raises(WrongState):
        mark_service(survey, 5, at=MONDAY + timedelta(days=15))
    assert mark_service(survey, 5, at=MONDAY + timedelta(days=13)).mark == 5


# ---- figures ----


def test_figures_of_what_is_written_and_of_content(hotline: Hotline, serve: Serve, signed_in: Callable[[Person], Client]) -> None:
    today = now().replace(microsecond=0)
    _written(hotline, at=today - timedelta(minutes=30))
    begin(hotline.line, Channel.WEB, Written("Chờ"), MAIL, at=today)
    late = begin(hotline.line, Channel.WEB, Written("Trễ"), MAIL, at=today)
    Conversation.objects.filter(pk=late.pk).update(due_at=today - timedelta(hours=1))
    answer(late, "Xin lỗi.", by=hotline.agent.person, at=today + timedelta(minutes=20))
    first, last = _days(today)
    (row,) = written_figures(hotline.line, first, last)
    assert (row.begun, row.answered, row.late, row.wait) == (3, 2, 1, 900)
    assert (written_now(hotline.line).waiting, written_now(hotline.line).untaken) == (1, 1)
    mark_service(Survey.objects.get(), 3)
    (told,) = satisfaction(hotline.line, first, last)
    assert (told.asked, told.given, told.mean) == (1, 1, 3)
    assert satisfaction(hotline.line, first, last, by_agent=True)[0].label == hotline.agent.person.full_name
    lead = signed_in(hotline.lead)
    assert "Biểu mẫu trên mạng" in lead.get("/tong-dai/bang/").content.decode()
    assert "Trả lời trễ" in lead.get("/tong-dai/bang/so-lieu/").content.decode()


def _days(at: datetime) -> tuple[date, date]:
    return (at - timedelta(days=1)).date(), (at + timedelta(days=1)).date()


def test_shares_are_set_between_nothing_and_all(hotline: Hotline) -> None:
    with pytest.raises(Invalid) as refused:
        set_line(hotline.line.agency, "1023", by=None, title="Khác", sample_percent=101, survey_percent=-1)
    assert refused.value.fields.keys() == {"sample_percent", "survey_percent"}
