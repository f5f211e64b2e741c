import email
from contextlib import suppress
from datetime import timedelta
from email.policy import default as modern
from types import SimpleNamespace

import pytest
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from tinhso.blocks.identity.tests import world
from tinhso.blocks.messaging import channels
from tinhso.blocks.messaging.actions import (
    NotDelivered,
    deliver_message,
    read_all_notices,
    read_notice,
    send,
    send_failed_again,
)
from tinhso.blocks.messaging.adapters.base import Adapters
from tinhso.blocks.messaging.models import Message
from tinhso.blocks.messaging.queries import messages_about, notices_of, undelivered, unread_count
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import NotAllowed, NotFound

CODE = {"code": "123456", "minutes": 15, "purpose": "register"}


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.MAIL_DIR, settings.SMS_DIR, settings.SMTP_URL = tmp_path / "mail", tmp_path / "sms", ""


def write(to, **options):
    return send("accounts.code", to=to, context=CODE, **options)


def ways(messages):
    return [(message.channel, message.address) for message in messages]


# ---------------------------------------------------------------------------------------------------------- which way


def test_a_person_gets_a_notice_and_an_email(db):
    assert ways(write(world.somebody(email="chau@example.org", phone="0912345678"))) == [
        ("notice", ""),
        ("email", "chau@example.org"),
    ]


def test_a_person_with_only_a_telephone_gets_an_sms_instead(db):
    assert ways(write(world.somebody(phone="0912345678"))) == [("notice", ""), ("sms", "0912345678")]


def test_a_person_without_addresses_gets_the_notice(db):
    assert ways(write(world.somebody())) == [("notice", "")]


def test_the_caller_may_choose_the_channels(db):
    person = world.somebody(email="chau@example.org", phone="0912345678")
    assert ways(write(person, channels=["sms"])) == [("sms", "0912345678")]
    assert ways(write(world.somebody(), channels=["email"])) == []


def test_a_bare_address_is_mail_or_sms(db):
    assert ways(write("a@example.org") + write("0912345678")) == [("email", "a@example.org"), ("sms", "0912345678")]


# ---------------------------------------------------------------------------------------------------------------- text


def test_a_message_speaks_the_language_its_receiver_chose(db):
    person = world.somebody()
    world.account(person, "chau", language="en")
    assert write(person)[0].subject == "123456 is your confirmation code"
    assert write("0912345678")[0].subject == "123456 là mã xác nhận của bạn"


def test_text_is_not_escaped_as_if_it_were_html(db):
    message = send("accounts.code", to="a@example.org", context=CODE | {"code": "<&'>"})[0]
    assert "<&'>" in message.body


def test_a_subject_is_one_line_whatever_the_facts_hold(db):
    message = send("accounts.code", to="a@example.org", context=CODE | {"code": "1\r\nBcc: x@example.org"})[0]
    assert "\n" not in message.subject


def test_a_message_that_cannot_be_rendered_is_kept_as_failed_and_stops_nothing(db):
    person = world.somebody(email="chau@example.org")
    broken = send("no.such_template", to=person, context={})
    assert {message.status for message in broken} == {"failed"}
    assert broken[0].error == "template: TemplateDoesNotExist"
    assert unread_count(person) == 0
    assert write(person)[0].status == "sent"


# ------------------------------------------------------------------------------------------------------------ delivery


def test_mail_becomes_a_file_every_mail_program_opens(db, settings):
    message = write("chau@example.org")[0]
    deliver_message(message_id=message.pk)
    [path] = settings.MAIL_DIR.iterdir()
    mail = email.message_from_bytes(path.read_bytes(), policy=modern)
    assert (mail["To"], mail["Subject"]) == ("chau@example.org", "123456 là mã xác nhận của bạn")
    assert "Mã có giá trị trong 15 phút" in mail.get_content()
    message.refresh_from_db()
    assert message.status == "sent"
    assert message.sent_at
    assert path.stat().st_mode & 0o077 == 0


def test_an_sms_becomes_a_file_with_the_number_on_top(db, settings):
    deliver_message(message_id=write("0912345678")[0].pk)
    [path] = settings.SMS_DIR.iterdir()
    assert path.read_text().startswith("0912345678\n\n")


def test_sending_is_a_job_of_the_same_transaction(db):
    message = write("chau@example.org")[0]
    job = ProcrastinateJob.objects.get(queue_name="messages")
    assert job.args == {"message_id": message.pk, "secret": False}


def test_a_notice_needs_no_job(db):
    write(world.somebody())
    assert not ProcrastinateJob.objects.filter(queue_name="messages").exists()


def test_a_job_that_runs_twice_sends_once(db, settings):
    message = write("chau@example.org")[0]
    deliver_message(message_id=message.pk)
    [path] = settings.MAIL_DIR.iterdir()
    path.unlink()
    deliver_message(message_id=message.pk)
    assert list(settings.MAIL_DIR.iterdir()) == []


class Down:
    def send(self, envelope):
        raise ConnectionRefusedError(f"server says no to {envelope.address}")


@pytest.fixture
def mail_server_down(monkeypatch):
    adapters = Adapters()
    adapters.register("demo", Down)
    monkeypatch.setattr(channels, "email_adapters", adapters)


def test_a_failed_delivery_is_tried_again_and_gives_up_visibly(db, mail_server_down):
    message = write("chau@example.org")[0]
    for run in range(1, 11):
        with pytest.raises(NotDelivered):
            deliver_message(message_id=message.pk)
        message.refresh_from_db()
        assert (message.attempts, message.status) == (run, "queued")
    deliver_message(message_id=message.pk)
    message.refresh_from_db()
    assert (message.attempts, message.status) == (11, "failed")
    assert list(undelivered(since=now() - timedelta(days=1))) == [message]


def test_the_worker_tries_as_often_as_the_message_says(db, mail_server_down):
    attempts = 0
    while deliver_message.retry_strategy.get_retry_decision(exception=NotDelivered(), job=SimpleNamespace(attempts=attempts)):
        attempts += 1
    message = write("chau@example.org")[0]
    for _again in range(attempts):
        with pytest.raises(NotDelivered):
            deliver_message(message_id=message.pk)
    deliver_message(message_id=message.pk)
    message.refresh_from_db()
    assert message.status == "failed"


def given_up(**options):
    message = write("chau@example.org", **options)[0]
    secret = options.get("secret", False)
    while message.status == "queued":
        with suppress(NotDelivered):
            deliver_message(message_id=message.pk, secret=secret)
        message.refresh_from_db()
    return message


def test_what_was_given_up_is_sent_again_once_the_server_is_back(db, mail_server_down, monkeypatch, settings):
    message, code = given_up(), given_up(secret=True)
    monkeypatch.undo()
    settings.MAIL_DIR = settings.MAIL_DIR.parent / "back"
    ProcrastinateJob.objects.all().delete()
    assert send_failed_again(since=now() - timedelta(days=1), by=None) == 1
    assert ProcrastinateJob.objects.get(queue_name="messages").args["message_id"] == message.pk
    deliver_message(message_id=message.pk)
    message.refresh_from_db()
    assert message.status == "sent"
    assert [file.name for file in settings.MAIL_DIR.iterdir()] == [f"message-{message.pk}.eml"]
    code.refresh_from_db()
    assert (code.status, code.body) == ("failed", "")


def test_only_who_runs_the_system_sends_again(db, ward):
    with pytest.raises(NotAllowed):
        send_failed_again(since=now(), by=world.official(ward, "specialist"))


def test_the_status_page_counts_what_was_given_up_of_late(db):
    message = send("no.such_template", to="chau@example.org", context={})[0]
    assert [(check.state, check.detail) for check in channels.check_channels()][-1] == ("failed", "1")
    Message.objects.filter(pk=message.pk).update(created_at=now() - timedelta(days=15))
    assert channels.check_channels()[-1].state == "ok"


def test_what_a_failed_delivery_leaves_behind_names_no_address(db, mail_server_down):
    message = write("chau@example.org")[0]
    with pytest.raises(NotDelivered) as failure:
        deliver_message(message_id=message.pk)
    message.refresh_from_db()
    assert "chau" not in str(failure.value) + message.error
    assert message.error == "ConnectionRefusedError"


def test_a_secret_is_wiped_when_it_has_been_delivered(db):
    message = write("chau@example.org", secret=True)[0]
    deliver_message(message_id=message.pk, secret=True)
    message.refresh_from_db()
    assert message.body == ""


def test_two_adapters_cannot_have_one_name():
    adapters = Adapters()
    adapters.register("demo", Down)
    with pytest.raises(ValueError, match="demo"):
        adapters.register("demo", Down)


def test_the_status_page_says_that_mail_goes_to_a_folder(db, settings):
    found = [(check.part, check.state) for check in channels.check_channels()]
    assert found == [("e-mail", "ok: demo"), ("sms", "ok: demo"), ("undelivered messages", "ok")]


def test_the_status_page_names_an_adapter_that_does_not_exist(db, settings):
    settings.SMS_GATEWAY = "carrier-pigeon"
    check = channels.check_channels()[1]
    assert check.state == "failed"
    assert "carrier-pigeon" in check.detail


def test_a_mail_server_that_does_not_answer_is_reported_without_its_password(db, settings):
    settings.SMTP_URL = "smtp://post:geheim@127.0.0.1:9"
    check = channels.check_channels()[0]
    assert check.state == "failed"
    assert "geheim" not in str(check)


# ------------------------------------------------------------------------------------------------------------- notices


def test_unread_notices_are_counted_with_one_query_and_reading_lowers_the_count(db, django_assert_num_queries):
    person = world.somebody()
    first, _second = write(person)[0], write(person)[0]
    with django_assert_num_queries(1):
        assert unread_count(person) == 2
    read_notice(first.pk, by=person)
    assert unread_count(person) == 1
    read_all_notices(by=person)
    assert unread_count(person) == 0


def test_a_stranger_s_notice_is_not_there(db):
    message = write(world.somebody())[0]
    with pytest.raises(NotFound):
        read_notice(message.pk, by=world.somebody("Lê Hoàng Yến"))


def test_messages_about_a_thing_are_found_by_it(db):
    write(world.somebody(email="a@example.org"), about="cases.case:7")
    write("b@example.org", about="cases.case:8")
    assert {message.channel for message in messages_about("cases.case:7")} == {"notice", "email"}


def test_the_audit_log_knows_the_message_and_neither_address_nor_text(db):
    write("chau@example.org")
    entry = AuditEntry.objects.get(event="messaging.sent")
    assert entry.facts == {"template": "accounts.code", "channel": "email", "about": ""}


def test_the_page_lists_notices_newest_first_and_opening_one_leads_to_its_page(client, db):
    account = world.account(world.somebody(), "chau")
    write(account.person, link="/ho-so/1/")
    newest = write(account.person, link="/ho-so/2/")[0]
    client.force_login(account)
    page = client.get("/thong-bao/").content.decode()
    assert page.index(f"notice-{newest.pk}") < page.index(f"notice-{newest.pk - 1}")
    assert client.post(f"/thong-bao/{newest.pk}/").url == "/ho-so/2/"
    assert notices_of(account.person).get(pk=newest.pk).read_at


def test_the_page_of_nobody_leads_to_sign_in(client, db):
    assert client.get("/thong-bao/").url.startswith("/dang-nhap/")
