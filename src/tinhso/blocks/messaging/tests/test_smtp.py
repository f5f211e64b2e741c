"""The mail adapter against a server that answers."""

import email
import smtplib
import socket
import ssl
from email.policy import default as modern
from pathlib import Path

import pytest

from tinhso.blocks.messaging import channels
from tinhso.blocks.messaging.actions import NotDelivered, deliver_message, send
from tinhso.blocks.messaging.adapters.base import Envelope
from tinhso.blocks.messaging.adapters.mail import message_id_of, message_number
from tinhso.blocks.messaging.adapters.smtp import Smtp
from tinhso.blocks.messaging.tests.mail_server import MailServer, self_signed

LETTER = Envelope("message-7", "chau@example.org", "Hồ sơ đã được tiếp nhận", "Kính gửi bà Châu,\nhồ sơ “H20” đã xong.\n", "vi")


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One this machine trusts."""
    made = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made))
    return made


def test_a_message_id_that_was_guessed_names_no_message_of_ours():
    ours = message_id_of("message-7")
    assert message_number(ours) == 7
    assert message_number("<message-7@tinhso.invalid>") is None
    assert message_number(ours.replace("message-7", "message-8")) is None


def test_a_letter_arrives_as_it_was_written():
    with MailServer().running() as server:
        Smtp(f"smtp://127.0.0.1:{server.port}?tls=no").send(LETTER)
    [(encrypted, content)] = server.received
    mail = email.message_from_bytes(content, policy=modern)
    assert not encrypted
    assert (mail["To"], mail["Subject"], mail["Message-ID"]) == (LETTER.address, LETTER.subject, message_id_of("message-7"))
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().replace("\r\n", "\n") == LETTER.body


@pytest.mark.parametrize(("scheme", "tls_at_once"), [("smtp", False), ("smtps", True)])
def test_it_encrypts_and_signs_in(certificate, scheme, tls_at_once):
    with MailServer(certificate, login="post:p@ss:/", tls_at_once=tls_at_once).running() as server:
        url = f"{scheme}://post:p%40ss%3A%2F@127.0.0.1:{server.port}"
        Smtp(url).send(LETTER)
        assert Smtp(url).check().state == "ok"
    assert [encrypted for encrypted, _mail in server.received] == [True]


def test_a_server_that_cannot_encrypt_gets_nothing():
    with MailServer(login="post:geheim").running() as server:
        adapter = Smtp(f"smtp://post:geheim@127.0.0.1:{server.port}")
        with pytest.raises(smtplib.SMTPNotSupportedError):
            adapter.send(LETTER)
        assert adapter.check().state == "failed"
    assert server.received == []


def test_a_server_with_a_certificate_nobody_trusts_gets_nothing(tmp_path):
    with MailServer(self_signed(tmp_path), login="post:geheim").running() as server:
        adapter = Smtp(f"smtp://post:geheim@127.0.0.1:{server.port}")
        with pytest.raises(ssl.SSLCertVerificationError):
            adapter.send(LETTER)
    assert server.received == []


@pytest.mark.parametrize("password", ["falsch", "gehéim"])
def test_a_wrong_password_is_told_on_the_status_page_and_not_shown(certificate, password):
    with MailServer(certificate, login="post:geheim").running() as server:
        check = Smtp(f"smtp://post:{password}@127.0.0.1:{server.port}").check()
    assert check.state == "failed"
    assert password not in str(check)


@pytest.mark.parametrize("url", ["http://127.0.0.1:25", "127.0.0.1:25", "smtp://", "smtp://127.0.0.1:port", "smtp//x"])
def test_an_address_that_is_none_is_told_and_nothing_goes_out_unencrypted(db, settings, url):
    with pytest.raises(ValueError, match=r"TINHSO_SMTP_URL|[Pp]ort"):
        Smtp(url)
    settings.SMTP_URL = url
    assert channels.check_channels()[0].state == "failed"


# ---------------------------------------------------------------------------------- what becomes of the message meanwhile


@pytest.fixture
def message(db, settings):
    return send("accounts.code", to="chau@example.org", context={"code": "123456", "minutes": 15, "purpose": "register"})[0]


def test_a_message_waits_while_the_server_is_away_and_goes_out_when_it_is_back(message, settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings.SMTP_URL = f"smtp://127.0.0.1:{taken.getsockname()[1]}?tls=no"
    with pytest.raises(NotDelivered):
        deliver_message(message_id=message.pk)
    message.refresh_from_db()
    assert (message.status, message.error) == ("queued", "ConnectionRefusedError")
    with MailServer().running() as server:
        settings.SMTP_URL = f"smtp://127.0.0.1:{server.port}?tls=no"
        deliver_message(message_id=message.pk)
    message.refresh_from_db()
    assert (message.status, message.error, message.attempts) == ("sent", "", 2)
    assert len(server.received) == 1


def test_a_receiver_the_server_refuses_is_noted_without_the_address(message, settings):
    with MailServer(refuses=("chau@",)).running() as server:
        settings.SMTP_URL = f"smtp://127.0.0.1:{server.port}?tls=no"
        with pytest.raises(NotDelivered):
            deliver_message(message_id=message.pk)
    message.refresh_from_db()
    assert (message.status, message.error) == ("queued", "SMTPRecipientsRefused")
    assert server.received == []
