"""What whoever writes to the desk does: begin, write on, leave a contact. Limits of how often are the caller's to keep."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.calendars import agency_calendar
from tinhso.blocks.directory.identity_numbers import normal_phone
from tinhso.blocks.directory.models import Person
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.forms.engine.values import clean_text
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.kernel.ids import readable_code
from tinhso.kernel.time import Term, due, local
from tinhso.services.hotline.actions.alone import one_at_a_time
from tinhso.services.hotline.conversation_tables import Conversation, ConversationMessage, MessageFile
from tinhso.services.hotline.models import Disposition, Line
from tinhso.services.hotline.numbers import e164

PROMISE = Term.parse("8 hours")
"""Working hours of the line's agency within which what is written is answered."""
LONGEST = 2_000
MOST_FILES = 5
"""With one message; in a ticket, too."""
AGAIN = timedelta(days=30)
"""How long after its end a matter can be written about again."""
CODE_LENGTH = 10
_KEY_AT_LEAST = 32
Side = ConversationMessage.Side
State = Conversation.State
Channel = Conversation.Channel


@dataclass(frozen=True)
class Written:
    """What came. key: makes a second press harmless; left_out: attachments that were not taken; quoted: the letter it answers."""

    text: str
    files: Sequence[StoredFile] = field(default=())
    key: str = ""
    mail_id: str = ""
    left_out: str = ""
    quoted: str = ""


@dataclass(frozen=True)
class Contact:
    """Who writes, as they say; person: who is signed in."""

    name: str = ""
    number: str = ""
    email: str = ""
    person: Person | None = None
    language: str = "vi"


def contact_from(text: str, *, name: str = "", person: Person | None = None, language: str = "vi") -> Contact:
    """A telephone number or an e-mail address as somebody types it.

    Raises:
        Invalid: neither, or a wrong one; `fields` names "contact".
    """
    text = text.strip()[:254]
    if not text and person and (person.phone or person.email):
        return Contact(person.full_name, e164(person.phone), person.email.lower(), person, language)
    problem = _("Hãy ghi số điện thoại hoặc thư điện tử đúng, để nhận câu trả lời.")
    name = " ".join(name.split())[:150] or (person.full_name if person else "")
    try:
        if "@" in text:
            validate_email(text)
            return Contact(name, "", text.lower(), person, language)
        phone = normal_phone(text)
    except (ValidationError, Invalid):
        raise Invalid(problem, fields={"contact": problem}) from None
    if not phone:
        raise Invalid(problem, fields={"contact": problem})
    return Contact(name, e164(phone), "", person, language)


def checked_text(text: str, files: Sequence[StoredFile] = ()) -> str:
    """
    Args:
        files: what is sent along; they can go without a word.

    Raises:
        Invalid: there is nothing, or too much; `fields` names "text".
    """
    text = clean_text(text)
    if not text and not files:
        problem = _("Hãy viết điều bạn muốn hỏi.")
        raise Invalid(problem, fields={"text": problem})
    if len(text) > LONGEST:
        too_long = _("Nhiều nhất %(limit)s ký tự. Hãy viết ngắn lại.") % {"limit": LONGEST}
        raise Invalid(too_long, fields={"text": too_long})
    return text


@action
def begin(
    line: Line, channel: Channel, written: Written, contact: Contact, *, subject: str = "", at: datetime | None = None
) -> Conversation:
    """Somebody writes to the desk about something new. Pressed twice (the same key) it is the same conversation."""
    at = at or now()
    if len(written.key) >= _KEY_AT_LEAST:
        one_at_a_time(f"conversation {line.pk} {written.key}")
        before = ConversationMessage.objects.select_related("conversation__line__agency").filter(
            key=written.key, conversation__line=line, conversation__began_at__gt=at - timedelta(hours=1)
        )
        if found := before.first():
            return found.conversation
    conversation = Conversation.objects.create(
        line=line,
        code=readable_code(CODE_LENGTH),
        channel=channel,
        language=contact.language,
        subject=" ".join(subject.split())[:200],
        caller_name=" ".join(contact.name.split())[:150],
        number=contact.number,
        email=contact.email,
        person=contact.person,
        began_at=at,
        waiting_since=at,
        due_at=promised(line, channel, at),
        last_at=at,
        here_at=at if channel == Channel.CHAT else None,
    )
    _keep(conversation, written, at)
    record("hotline.conversation_begun", by=contact.person, on=conversation, agency=line.agency, channel=channel)
    return conversation


@action
def write(conversation: Conversation, written: Written, *, at: datetime | None = None) -> Conversation:
    """Who asked writes on; it waits for the agent who has it, else for anybody.

    Raises:
        WrongState: a chat that is over, or a matter closed long ago.
    """
    at, fresh = at or now(), locked(conversation)
    if written.key and fresh.messages.filter(key=written.key).exists():
        return fresh
    if not can_write(fresh, at):
        raise WrongState(_("Cuộc trao đổi này đã đóng. Mời bạn gửi câu hỏi mới."))
    wait_again(fresh, at)
    _keep(fresh, written, at)
    record("hotline.conversation_written", by=None, on=fresh, agency=fresh.line.agency, state=fresh.state)
    return fresh


def can_write(conversation: Conversation, at: datetime) -> bool:
    if conversation.open:
        return True
    if conversation.channel == Channel.CHAT or conversation.disposition == Disposition.ABUSE:
        return False
    return (conversation.closed_at or at) > at - AGAIN


@action
def leave_contact(conversation: Conversation, contact: Contact, *, at: datetime | None = None) -> Conversation:
    """Who chats leaves a number or an address: the answer comes there, by a time."""
    at, fresh = at or now(), locked(conversation)
    if not fresh.open or fresh.channel != Channel.CHAT:
        raise WrongState(_("Cuộc trao đổi này đã đóng. Mời bạn gửi câu hỏi mới."))
    fresh.number, fresh.email = contact.number, contact.email  # the one left last counts
    fresh.caller_name = fresh.caller_name or contact.name
    fresh.due_at = fresh.due_at or (promised(fresh.line, Channel.WEB, at) if fresh.waiting_since else None)
    fresh.save(update_fields=["number", "email", "caller_name", "due_at"])
    record("hotline.contact_left", by=None, on=fresh, agency=fresh.line.agency)
    return fresh


@action
def note_here(conversation: Conversation, *, writing: bool, at: datetime) -> None:
    """The sender's browser is there, and perhaps they are typing. Nothing is recorded of it."""
    Conversation.objects.filter(pk=conversation.pk).update(here_at=at, writing_at=at if writing else None)


def locked(conversation: Conversation) -> Conversation:
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("line__agency", "agent", "person")
    return rows.get(pk=conversation.pk)


def wait_again(conversation: Conversation, at: datetime) -> None:
    """Somebody waits for an answer: for the agent who has it, else for anybody."""
    agent = conversation.agent
    held = agent is not None and agent.active and agent.line_id == conversation.line_id
    conversation.agent = conversation.agent if held else None
    conversation.state = State.ASSIGNED if held else State.WAITING
    if conversation.waiting_since is None:
        conversation.waiting_since, conversation.due_at = at, promised(conversation.line, Channel(conversation.channel), at)
    conversation.last_at, conversation.closed_at, conversation.writing_at = at, None, None
    names = ["agent", "state", "waiting_since", "due_at", "last_at", "closed_at", "writing_at"]
    conversation.save(update_fields=names)


def promised(line: Line, channel: Channel, at: datetime) -> datetime | None:
    """By when what was written is answered; nothing is promised to who looks on."""
    return None if channel == Channel.CHAT else due(PROMISE, local(at), agency_calendar(line.agency)).at


def _keep(conversation: Conversation, written: Written, at: datetime) -> None:
    message = ConversationMessage.objects.create(
        conversation=conversation,
        side=Side.IN,
        text=written.text,
        written_at=at,
        key=written.key[:64],
        mail_id=written.mail_id[:250],
        left_out=written.left_out[:500],
        quoted=written.quoted,
    )
    MessageFile.objects.bulk_create([MessageFile(message=message, file=file) for file in written.files])
