"""E-mail to the desk: from the mailbox into conversations, and answers back."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError
from django.test import Client
from PIL import Image

from tinhso.blocks.cases.tests.conftest import MONDAY
from tinhso.blocks.directory.models import Person
from tinhso.blocks.messaging.adapters.base import Envelope
from tinhso.blocks.messaging.adapters.mail import mail_of, message_id_of
from tinhso.blocks.messaging.models import Message
from tinhso.blocks.messaging.tests.mail_server import self_signed
from tinhso.services.hotline.actions.answering import answer, close
from tinhso.services.hotline.actions.letters import read_mailbox, take_in
from tinhso.services.hotline.conversation_tables import Conversation, ConversationMessage, Letter, Mailbox
from tinhso.services.hotline.health import check_mailbox
from tinhso.services.hotline.mail import reading
from tinhso.services.hotline.mail.folder import Folder
from tinhso.services.hotline.mail.found import Found
from tinhso.services.hotline.mail.imap import Imap
from tinhso.services.hotline.tests.conftest import Hotline
from tinhso.services.hotline.tests.imap_server import ImapServer

pytestmark = pytest.mark.django_db
HOA = "Hoa <hoa@example.org>"
Sends = Callable[..., Letter | None]


def _mail(text: str = "Lệ phí chứng thực bao nhiêu?", **heads: str) -> bytes:
    mail = EmailMessage()
    given = {"From": HOA, "To": "1022@tinh.vn", "Subject": "Hỏi lệ phí", "Message_ID": "<m1@example.org>", **heads}
    for name, value in given.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes()


def _checked() -> set[str]:
    return {check.state for check in check_mailbox()}


@pytest.fixture
def sends(hotline: Hotline, settings: Any) -> Sends:
    settings.MAILBOX_ADDRESS = "1022@tinh.vn"

    def send(text: str = "Lệ phí chứng thực bao nhiêu?", **heads: str) -> Letter | None:
        return take_in(hotline.line, Found(7, 1, "INBOX 1", _mail(text, **heads)), at=MONDAY)

    return send


def _out(message: Message) -> EmailMessage:
    """A message as it goes out."""
    envelope = Envelope(f"message-{message.pk}", message.address, message.subject, message.body, "vi", message.thread)
    found = message_from_bytes(mail_of(envelope).as_bytes(), policy=modern)
    assert isinstance(found, EmailMessage)
    return found


def test_the_letter_it_answers_is_folded_away_for_agents_and_not_shown_to_others(
    sends: Sends, hotline: Hotline, signed_in: Callable[[Person], Client]
) -> None:
    sends("Cảm ơn.\n\nOn Mon, 2 Nov 2026 at 09:00, 1022 <1022@tinh.vn> wrote:\n> Hai nghìn.")
    message = ConversationMessage.objects.get()
    assert (message.text, message.quoted.endswith("> Hai nghìn.")) == ("Cảm ơn.", True)
    found = message.conversation
    page = signed_in(hotline.agent.person).get(f"/tong-dai/hoi-thoai/{found.pk}/").content.decode()
    assert "Hai nghìn" in page.partition("said-quoted")[2]
    assert "Hai nghìn" not in Client().get(f"/tong-dai/hoi/{found.code}/").content.decode()


def test_a_letter_begins_a_conversation_and_its_sender_is_told_once(sends: Sends) -> None:
    sends()
    assert sends() is None  # the same again
    found = Conversation.objects.get()
    assert (found.channel, found.email, found.caller_name, found.subject) == ("email", "hoa@example.org", "Hoa", "Hỏi lệ phí")
    told = _out(Message.objects.get())
    assert "Hỏi lệ phí" not in str(told["Subject"])  # the sender may be another's: no word of theirs goes out
    assert (told["Auto-Submitted"], told["In-Reply-To"], told["Reply-To"]) == ("auto-replied", "<m1@example.org>", "1022@tinh.vn")
    assert "chứng thực" not in str(told.get_content())


def test_an_answer_goes_out_in_the_thread_and_the_reply_comes_back_into_it(hotline: Hotline, sends: Sends) -> None:
    sends()
    found = Conversation.objects.get()
    answer(found, "Hai nghìn đồng.", by=hotline.agent.person)
    sent = Message.objects.latest("pk")
    out = _out(sent)
    assert (out["In-Reply-To"], out["References"], out["Auto-Submitted"]) == ("<m1@example.org>", "<m1@example.org>", None)
    for number, heads in enumerate(
        (
            {"Subject": out["Subject"]},  # the token alone
            {"Subject": "chuyện khác", "In_Reply_To": out["Message-ID"]},  # our letter is named
            {"Subject": "chuyện khác", "References": "<la@x> <m1@example.org>"},  # the sender's own is
        ),
        start=2,
    ):
        sends(f"Hỏi thêm {number}", Message_ID=f"<m{number}@example.org>", **heads)
        assert Conversation.objects.get().messages.filter(side="in").count() == number
    found.refresh_from_db()
    assert (found.state, found.agent) == ("assigned", hotline.agent)


@pytest.mark.parametrize(
    "wrong", ["[1022-{pk}-AAAAAA]", "[1022-999999-3K7AC9]", "[1022-{pk}-]", "[1022-" + "9" * 30 + "-AAAAAA]"]
)
def test_a_made_up_token_and_another_sender_open_nothing(sends: Sends, wrong: str) -> None:
    sends()
    found = Conversation.objects.get()
    sends("Chen vào", Message_ID="<m2@example.org>", Subject=wrong.format(pk=found.pk))
    real = _out(Message.objects.earliest("pk"))["Subject"]
    sends("Người khác", Message_ID="<m3@x>", Subject=real, From="ke@khac.org", In_Reply_To="<m1@example.org>")
    assert found.messages.filter(side="in").count() == 1
    assert Conversation.objects.count() == 3


@pytest.mark.parametrize(
    ("heads", "outcome"),
    [
        ({"Auto_Submitted": "auto-replied"}, "automatic"),
        ({"Precedence": "bulk"}, "automatic"),
        ({"Return_Path": "<>"}, "automatic"),
        ({"From": "1022@tinh.vn"}, "own"),
        ({"From": "Không ai"}, "automatic"),
    ],
)
def test_machines_and_ourselves_are_never_answered(sends: Sends, heads: dict[str, str], outcome: str) -> None:
    letter = sends(**heads)
    assert letter is not None
    assert letter.outcome == outcome
    assert not Conversation.objects.exists()
    assert not Message.objects.exists()


def test_a_loop_of_letters_ends(sends: Sends) -> None:
    outcomes = [sends(Message_ID=f"<loop{number}@x>") for number in range(23)]
    assert [one.outcome for one in outcomes if one].count("too_many") == 3
    assert Message.objects.count() == 3  # receipts
    assert "failed" in _checked()


def test_an_answer_that_comes_back_makes_the_matter_wait_again(hotline: Hotline, sends: Sends) -> None:
    sends()
    found = Conversation.objects.get()
    answer(found, "Hai nghìn.", by=hotline.agent.person)
    letter = take_in(hotline.line, _bounce(message_id_of(f"message-{Message.objects.latest('pk').pk}")), at=MONDAY)
    found.refresh_from_db()
    assert (letter and letter.outcome, found.state) == ("bounce", "assigned")
    assert "không đến được" in found.messages.latest("pk").text


def _bounce(message_id: str, number: int = 2) -> Found:
    content = (
        "From: MAILER-DAEMON@x\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n"
        f"X-Number: {number}\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {message_id}\r\n\r\nhi\r\n--b--\r\n"
    )
    return Found(7, number, f"INBOX {number}", content.encode())


def test_a_guessed_message_id_neither_returns_an_answer_nor_opens_a_conversation(hotline: Hotline, sends: Sends) -> None:
    sends()
    found = Conversation.objects.get()
    answer(found, "Hai nghìn.", by=hotline.agent.person, at=MONDAY)
    guessed = f"<message-{Message.objects.latest('pk').pk}@tinhso.invalid>"
    take_in(hotline.line, _bounce(guessed), at=MONDAY)
    sends("Chen vào", Message_ID="<m2@example.org>", In_Reply_To=guessed)
    found.refresh_from_db()
    assert (found.state, found.messages.filter(side="note").count(), found.messages.filter(side="in").count()) == (
        "answered",
        0,
        1,
    )


def test_an_answer_comes_back_once_and_never_into_what_is_closed(hotline: Hotline, sends: Sends) -> None:
    sends()
    found = Conversation.objects.get()
    answer(found, "Hai nghìn.", by=hotline.agent.person, at=MONDAY)
    real = message_id_of(f"message-{Message.objects.latest('pk').pk}")
    for number in (2, 3):
        take_in(hotline.line, _bounce(real, number), at=MONDAY)
    assert found.messages.filter(side="note").count() == 1
    answer(found, "Hai nghìn đồng.", by=hotline.agent.person, at=MONDAY)
    close(found, "answered", by=hotline.agent.person, at=MONDAY)
    take_in(hotline.line, _bounce(message_id_of(f"message-{Message.objects.latest('pk').pk}"), 4), at=MONDAY)
    found.refresh_from_db()
    assert found.state == "closed"


def test_attachments_are_kept_within_the_limits_of_files(hotline: Hotline, settings: Any, tmp_path: Path) -> None:
    mail = message_from_bytes(_mail(), policy=modern)
    assert isinstance(mail, EmailMessage)
    png = BytesIO()
    Image.new("RGB", (2, 2)).save(png, "PNG")
    mail.add_attachment(png.getvalue(), maintype="image", subtype="png", filename="../../anh.png")
    mail.add_attachment(b"MZ\x90\0", maintype="application", subtype="octet-stream", filename="virus.exe")
    take_in(hotline.line, Found(7, 1, "INBOX 1", mail.as_bytes()), at=MONDAY)
    message = ConversationMessage.objects.get()
    assert [row.file.name for row in message.files.all()] == ["anh.png"]
    assert message.left_out == "virus.exe"
    assert default_storage.exists(message.files.get().file.path)


# ---- mailboxes ----


def test_the_folder_is_read_and_emptied(hotline: Hotline, settings: Any, tmp_path: Path) -> None:
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    assert read_mailbox(hotline.line, Folder(), MONDAY) == 0
    settings.MAILBOX_DIR.mkdir()
    (settings.MAILBOX_DIR / "a.eml").write_bytes(_mail())
    (settings.MAILBOX_DIR / "b.eml").write_bytes(_mail())
    assert read_mailbox(hotline.line, Folder(), MONDAY) == 2
    assert Conversation.objects.count() == 1
    assert sorted(path.name for path in (settings.MAILBOX_DIR / "read").iterdir()) == ["a.eml", "b.eml"]
    assert Folder().check().state == "ok: demo"


@pytest.mark.parametrize("tls", [False, True])
def test_a_mailbox_on_a_server_is_read_once_and_left_as_it_is(
    hotline: Hotline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls: bool
) -> None:
    certificate = self_signed(tmp_path) if tls else None
    if certificate:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    letters = {4: _mail(), 9: _mail("Thứ hai", Message_ID="<m2@x>")}
    with ImapServer(letters, certificate=certificate).running() as server:
        box = Imap(server.url())
        assert read_mailbox(hotline.line, box, MONDAY) == 2
        assert read_mailbox(hotline.line, box, MONDAY) == 0
        letters[12] = _mail("Thứ ba", Message_ID="<m3@x>")
        assert read_mailbox(hotline.line, box, MONDAY + timedelta(minutes=1)) == 1
        server.validity = 8  # the numbers begin anew: what is known is recognised
        assert read_mailbox(hotline.line, box, MONDAY) == 3
        assert box.check().state == "ok"
    assert Conversation.objects.count() == 3
    assert not [said for said in server.said if said.startswith(("STORE", "UID STORE", "SELECT", "EXPUNGE"))]
    state = Mailbox.objects.get()
    assert (state.validity, state.last_uid, state.error) == (8, 12, "")


def test_a_letter_too_long_is_read_without_its_files(hotline: Hotline, settings: Any) -> None:
    settings.MAX_REQUEST_SIZE = 3_000
    mail = message_from_bytes(_mail(), policy=modern)
    assert isinstance(mail, EmailMessage)
    mail.add_attachment(b"x" * 9_000, maintype="application", subtype="pdf", filename="dai.pdf")
    with ImapServer({1: mail.as_bytes()}).running() as server:
        read_mailbox(hotline.line, Imap(server.url()), MONDAY)
    message = ConversationMessage.objects.get()
    assert (message.text, message.left_out) == ("Lệ phí chứng thực bao nhiêu?", "dai.pdf")


def test_a_server_that_refuses_or_is_away_is_told_without_the_password(hotline: Hotline, settings: Any) -> None:
    with ImapServer().running() as server:
        box = Imap(server.url(login="desk:wrong"))
        with pytest.raises(OSError):  # noqa: PT011 - whatever is the matter with the server
            read_mailbox(hotline.line, box, MONDAY)
        assert box.check().state == "failed"
        assert "wrong" not in str(box.check())
        away = server.url()
    with pytest.raises(OSError):  # noqa: PT011
        read_mailbox(hotline.line, Imap(away), MONDAY)
    assert Mailbox.objects.get().error == "ConnectionRefusedError"
    for url in ("http://x", "imap://", "imaps:x"):
        settings.MAILBOX_URL = url
        assert "failed" in _checked()


def test_a_server_that_cannot_encrypt_gets_no_password(hotline: Hotline) -> None:
    with ImapServer().running() as server:
        assert Imap(server.url().partition("?")[0]).check().state == "failed"
    assert not [said for said in server.said if said.startswith("LOGIN")]


def test_one_letter_that_breaks_stops_no_other(hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    read = reading.read_letter

    def breaks(content: bytes) -> reading.Letter:
        if b"BOOM" in content:
            raise RuntimeError
        return read(content)

    monkeypatch.setattr(reading, "read_letter", breaks)
    with ImapServer({1: b"Subject: BOOM\r\n\r\n", 2: _mail()}).running() as server:
        assert read_mailbox(hotline.line, Imap(server.url()), MONDAY) == 2
    assert Conversation.objects.count() == 1
    assert Letter.objects.get(outcome="unreadable").uid == "INBOX 1"
    assert "failed" in _checked()


def test_a_letter_that_ended_the_process_is_passed_over_the_next_time(hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(content: bytes) -> reading.Letter:
        raise SystemExit

    with ImapServer({1: _mail(), 2: _mail("Thứ hai", Message_ID="<m2@x>")}).running() as server:
        with monkeypatch.context() as patched:
            patched.setattr(reading, "read_letter", dies)
            with pytest.raises(SystemExit):
                read_mailbox(hotline.line, Imap(server.url()), MONDAY)
        assert read_mailbox(hotline.line, Imap(server.url()), MONDAY) == 2
    assert [(one.uid, one.outcome) for one in Letter.objects.order_by("pk")] == [("INBOX 1", "unreadable"), ("INBOX 2", "taken")]


def test_a_fault_of_the_database_loses_no_letter(hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(content: bytes) -> reading.Letter:
        raise OperationalError

    with ImapServer({1: _mail()}).running() as server:
        with monkeypatch.context() as patched:
            patched.setattr(reading, "read_letter", breaks)
            with pytest.raises(OperationalError):
                read_mailbox(hotline.line, Imap(server.url()), MONDAY)
        assert read_mailbox(hotline.line, Imap(server.url()), MONDAY) == 1
    assert Letter.objects.get().outcome == "taken"


def test_a_letter_the_server_refuses_stops_no_other(hotline: Hotline) -> None:
    with ImapServer({1: _mail(), 2: _mail("Thứ hai", Message_ID="<m2@x>")}, refuses={1}).running() as server:
        assert read_mailbox(hotline.line, Imap(server.url()), MONDAY) == 2
    assert Letter.objects.get(outcome="unreadable").uid == "INBOX 1"
    assert Conversation.objects.count() == 1
