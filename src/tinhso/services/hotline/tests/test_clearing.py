"""What was written is deleted when it was kept long enough; what it was worth in figures stays."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from typer.testing import CliRunner

from tinhso.blocks.cases.places import Place
from tinhso.blocks.cases.tests.conftest import MONDAY
from tinhso.blocks.directory.models import Person
from tinhso.blocks.files.actions import store_bytes
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.messaging.models import Message
from tinhso.config.commands.hotline import app
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import Invalid
from tinhso.services.hotline.actions.answering import answer, close, take
from tinhso.services.hotline.actions.clearing import clear_old_conversations, old_conversations
from tinhso.services.hotline.actions.conversations import Channel, Contact, Written, begin, write
from tinhso.services.hotline.actions.setup import set_line
from tinhso.services.hotline.actions.tickets import make_ticket
from tinhso.services.hotline.conversation_tables import Conversation, ConversationMessage
from tinhso.services.hotline.tests.conftest import Hotline
from tinhso.services.hotline.written_figures import written_figures

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(days=366)
HOA = Contact("Hoa", email="hoa@example.org")


@pytest.fixture
def over(hotline: Hotline) -> Conversation:
    """Asked with a file, answered, closed."""
    file = store_bytes("giay.pdf", b"%PDF-1.7 giay to", "application/pdf")
    found = begin(hotline.line, Channel.WEB, Written("Riêng tư", [file]), HOA, subject="Khai sinh", at=MONDAY)
    answer(found, "Hai nghìn đồng.", by=hotline.agent.person, at=MONDAY)
    close(found, "answered", by=hotline.agent.person, at=MONDAY)
    return Conversation.objects.get(pk=found.pk)


def test_words_files_and_who_wrote_go_and_the_figures_stay(
    over: Conversation, hotline: Hotline, client: Client, signed_in: Callable[[Person], Client]
) -> None:
    before = written_figures(hotline.line, MONDAY.date(), MONDAY.date())
    assert clear_old_conversations(LATER - timedelta(days=2)) == 0
    assert clear_old_conversations(LATER) == 1
    assert clear_old_conversations(LATER) == 0
    over.refresh_from_db()
    assert (over.subject, over.caller_name, over.email, over.person, over.cleared_at) == ("", "", "", None, LATER)
    assert not ConversationMessage.objects.exists()
    assert not StoredFile.objects.exists()
    assert not Message.objects.filter(about=f"hotline.conversation:{over.pk}").exists()
    assert written_figures(hotline.line, MONDAY.date(), MONDAY.date()) == before
    entry = AuditEntry.objects.get(event="hotline.conversation_cleared")
    assert entry.facts == {"messages": 2, "files": 1}
    assert client.get(f"/tong-dai/hoi/{over.code}/").status_code == 404
    agent = signed_in(hotline.agent.person)
    assert "Đã xóa theo thời hạn lưu" in agent.get("/tong-dai/hoi-thoai/?loc=tat-ca").content.decode()
    assert "Đã xóa theo thời hạn lưu" in agent.get(f"/tong-dai/hoi-thoai/{over.pk}/").content.decode()


def test_what_is_open_or_was_opened_again_stays(over: Conversation, hotline: Hotline) -> None:
    begin(hotline.line, Channel.WEB, Written("Chờ mãi"), HOA, at=MONDAY)
    write(over, Written("Còn nữa"), at=MONDAY + timedelta(days=1))
    assert clear_old_conversations(LATER) == 0


def test_what_an_open_ticket_answers_to_stays_and_the_file_of_a_ticket_is_the_ticket_s(hotline: Hotline) -> None:
    file = store_bytes("giay.pdf", b"%PDF-1.7 giay to", "application/pdf")
    found = take(begin(hotline.line, Channel.WEB, Written("Trễ hẹn", [file]), HOA, at=MONDAY), by=hotline.agent.person)
    place = Place(commune=hotline.line.agency.unit.code)
    case = make_ticket(found, "TD-YC.late", by=hotline.agent.person, place=place, text="Trễ", files=[file.pk], at=MONDAY)
    close(found, "ticket", by=hotline.agent.person, at=MONDAY)
    assert clear_old_conversations(LATER) == 0
    type(case).objects.filter(pk=case.pk).update(ended_at=MONDAY)
    assert clear_old_conversations(LATER) == 1
    assert StoredFile.objects.filter(pk=file.pk).exists()


def test_a_line_keeps_what_was_written_as_long_as_it_says_but_no_shorter_than_one_may_write_again(
    over: Conversation, hotline: Hotline
) -> None:
    line = hotline.line
    with pytest.raises(Invalid) as refused:
        set_line(line.agency, line.number, by=None, title=line.title, conversation_days=30, line=line)
    assert "conversation_days" in refused.value.fields
    changed, _secret = set_line(line.agency, line.number, by=None, title=line.title, conversation_days=31, line=line)
    assert [found.pk for found in old_conversations(changed, MONDAY + timedelta(days=32))] == [over.pk]


def test_an_operator_sees_what_would_go_before_it_goes(over: Conversation) -> None:
    Conversation.objects.update(closed_at=MONDAY - timedelta(days=400))
    shown = json.loads(CliRunner().invoke(app, ["old", "--json"]).stdout)
    assert shown["lines"] == [{"line": "1022", "days": 365, "conversations": 1, "files": 1, "bytes": 16}]
    assert (shown["removed"], ConversationMessage.objects.count()) == (0, 2)
    assert json.loads(CliRunner().invoke(app, ["old", "--remove", "--json"]).stdout)["removed"] == 1
