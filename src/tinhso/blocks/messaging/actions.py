"""Writing to people. A message is a row first; carrying it out of the house is a job of its own."""

import logging
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.timezone import now
from django.utils.translation import gettext as _

from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.queries import language_of
from tinhso.blocks.messaging.adapters.base import Envelope
from tinhso.blocks.messaging.channels import adapter_for
from tinhso.blocks.messaging.models import Message
from tinhso.blocks.messaging.queries import undelivered
from tinhso.blocks.messaging.rendering import render
from tinhso.blocks.messaging.threads import ALONE, Thread
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import NotFound
from tinhso.kernel.inserts import insert
from tinhso.kernel.jobs import job
from tinhso.kernel.permissions import require

logger = logging.getLogger(__name__)
Channel = Message.Channel
_RETRIES = 10  # with tripled pauses: more than a day, the longest that a mail server may be away


@action
def send(
    template: str,
    *,
    to: Person | str,
    context: Mapping[str, Any],
    about: str = "",
    link: str = "",
    channels: Collection[str] | None = None,
    language: str = "",
    secret: bool = False,
    thread: Thread = ALONE,
) -> list[Message]:
    """Write to a person, or to a bare address, in the receiver's language.

    A person gets a notice in the system and an e-mail; an SMS instead of it when only a telephone number is known.
    A message that cannot be rendered is kept as failed and stops nothing.

    Args:
        template: code of the message, e.g. "cases.received"; see `rendering`.
        to: a person, or an e-mail address or telephone number.
        context: what the template may use; it also has `link` (absolute), `person` and `product`.
        about: what it concerns, "<app>.<model>:<id>".
        link: address of the page where the receiver can act, "/ho-so-cua-toi/…".
        channels: only these ("notice", "email", "sms").
        language: "vi" or "en"; else what the receiver chose.
        secret: the text is wiped when it has been delivered (codes).
        thread: of an e-mail, what it answers and where it is answered to.
    """
    person = to if isinstance(to, Person) else None
    language = language or (language_of(person) if person else settings.LANGUAGE_CODE)
    full = {**context, "link": settings.PUBLIC_URL + link if link else "", "person": person, "product": "Tỉnh Số"}
    subject, body, error = _rendered(template, language, full)
    messages = []
    for channel, address in _ways(to, channels):
        message = insert(
            Message(
                person=person,
                channel=channel,
                address=address,
                template=template,
                language=language,
                subject=subject,
                body=body,
                link=link,
                about=about,
                reply_to=thread.reply_to,
                in_reply_to=thread.in_reply_to,
                personal=thread.personal,
                status=_first_status(channel, error),
                error=error,
                sent_at=now() if channel == Channel.NOTICE and not error else None,
            )
        )
        if message.status == Message.Status.QUEUED:
            deliver_message.defer(message_id=message.pk, secret=secret)
        messages.append(message)
    for message in messages:
        record("messaging.sent", by=None, on=message, template=template, channel=message.channel, about=about)
    return messages


def _rendered(template: str, language: str, context: Mapping[str, Any]) -> tuple[str, str, str]:
    """Subject, body, error."""
    try:
        text = render(template, language, context)
    except Exception as error:  # a fault in one template must not undo what the person was to be told about
        logger.error("message template %s failed: %s", template, type(error).__name__)
        return template, "", f"template: {type(error).__name__}"
    return text.subject, text.body, ""


def _first_status(channel: str, error: str) -> str:
    if error:
        return Message.Status.FAILED
    return Message.Status.SENT if channel == Channel.NOTICE else Message.Status.QUEUED


def _ways(to: Person | str, channels: Collection[str] | None) -> list[tuple[str, str]]:
    if isinstance(to, str):
        return [(Channel.EMAIL if "@" in to else Channel.SMS, to)]
    ways: list[tuple[str, str]] = [(Channel.NOTICE, "")]
    if channels is not None:
        ways += [(Channel.EMAIL, to.email), (Channel.SMS, to.phone)]
        return [(channel, address) for channel, address in ways if channel in channels and (address or channel == Channel.NOTICE)]
    if to.email:
        ways.append((Channel.EMAIL, to.email))
    elif to.phone:
        ways.append((Channel.SMS, to.phone))
    return ways


class NotDelivered(Exception):
    """The adapter did not take the message. Says no more: addresses and texts stay out of the logs."""


@job(queue="messages", attempts=_RETRIES)
def deliver_message(message_id: int, secret: bool = False) -> None:
    """Carry one message out of the house. The row is locked meanwhile, so that it goes out once.

    What is given up stays as a failed message, not as a failed job: there is one list of what was not delivered.
    """
    error = _deliver(message_id, secret=secret)
    if error:
        raise NotDelivered(f"message {message_id}: {error}")


@action
def _deliver(message_id: int, *, secret: bool) -> str:
    message = Message.objects.select_for_update().filter(pk=message_id, status=Message.Status.QUEUED).first()
    if message is None:
        return ""
    message.attempts += 1
    try:
        adapter_for(message.channel).send(
            Envelope(f"message-{message.pk}", message.address, message.subject, message.body, message.language, message.thread)
        )
    except Exception as error:  # whatever the outside does; the job tries again
        message.error = type(error).__name__
        if message.attempts > _RETRIES:
            message.status = Message.Status.FAILED
    else:
        message.status, message.sent_at, message.error = Message.Status.SENT, now(), ""
    if secret and message.status != Message.Status.QUEUED:
        message.body = ""
    message.save(update_fields=["attempts", "error", "status", "sent_at", "body"])
    return message.error if message.status == Message.Status.QUEUED else ""


@action
def send_failed_again(*, since: datetime, by: Person | None) -> int:
    """Put the messages given up since then into the queue again, those whose text is still there. Returns how many.

    A code is wiped when it is given up: it has long expired.
    """
    require(by, "system.status")
    failed = undelivered(since=since).exclude(body="").exclude(channel=Channel.NOTICE).select_for_update()
    for message in failed:
        message.status, message.attempts, message.error = Message.Status.QUEUED, 0, ""
        message.save(update_fields=["status", "attempts", "error"])
        deliver_message.defer(message_id=message.pk)
        record("messaging.sent_again", by=by, on=message, template=message.template, channel=message.channel)
    return len(failed)


@action
def delete_messages(about: str) -> int:
    """Delete what was sent about a matter that is itself deleted; the caller writes that down. Returns how many."""
    return Message.objects.filter(about=about).delete()[0] if about else 0


@action
def read_notice(message_id: int, *, by: Person) -> Message:
    """
    Raises:
        NotFound: it is not a notice to `by`.
    """
    message = Message.objects.select_for_update().filter(pk=message_id, person=by, channel=Channel.NOTICE).first()
    if message is None:
        raise NotFound(_("Không có thông báo này."))
    if message.read_at is None:
        message.read_at = now()
        message.save(update_fields=["read_at"])
    return message


@action
def read_all_notices(*, by: Person) -> int:
    """Returns how many were unread."""
    return Message.objects.filter(person=by, channel=Channel.NOTICE, read_at=None).update(read_at=now())
