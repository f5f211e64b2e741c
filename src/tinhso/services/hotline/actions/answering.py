"""What agents do with what is written to the desk: take, answer, note, hand over, close; and how an answer goes out."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.models import Person
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.messaging.actions import send
from tinhso.blocks.messaging.models import Message
from tinhso.blocks.messaging.threads import ALONE, Thread
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState
from tinhso.kernel.jobs import for_each
from tinhso.kernel.permissions import allowed, require
from tinhso.services.hotline.actions.conversations import Channel, Side, State, locked, promised
from tinhso.services.hotline.actions.quality import ask_satisfaction
from tinhso.services.hotline.conversation_tables import Conversation, ConversationMessage, MessageFile
from tinhso.services.hotline.conversations import here
from tinhso.services.hotline.mail.tokens import mailbox_address, reply_subject
from tinhso.services.hotline.models import Agent, Disposition
from tinhso.services.hotline.numbers import is_mobile, national

MOST_CHATS = 4
"""Chats one agent can hold at the same time."""
CLOSINGS = (Disposition.ANSWERED, Disposition.TICKET, Disposition.CALL_BACK, Disposition.ABUSE)
GONE = timedelta(minutes=10)
"""A chat nobody has looked at since then, and that left no contact, is ended."""
_QUIET = {Channel.CHAT: timedelta(minutes=30), Channel.WEB: timedelta(days=7), Channel.EMAIL: timedelta(days=7)}


@action
def take(conversation: Conversation, *, by: Person, at: datetime | None = None) -> Conversation:
    """Take what waits into one's own hands.

    Raises:
        WrongState: a colleague was faster, or one holds as many chats as one can.
    """
    fresh, agent = _mine(conversation, by)
    if fresh.agent_id == agent.pk:
        return fresh
    if fresh.agent or not fresh.open:
        raise WrongState(_("Đồng nghiệp đã nhận cuộc trao đổi này."))
    Agent.objects.select_for_update().get(pk=agent.pk)
    held = Conversation.objects.filter(agent=agent, channel=Channel.CHAT).exclude(state=State.CLOSED).count()
    if fresh.channel == Channel.CHAT and held >= MOST_CHATS:
        raise WrongState(_("Bạn đang giữ %(count)s cuộc trò chuyện. Hãy đóng bớt trước khi nhận thêm.") % {"count": held})
    fresh.agent, fresh.state = agent, State.ASSIGNED if fresh.waiting_since else fresh.state
    fresh.save(update_fields=["agent", "state"])
    record("hotline.conversation_taken", by=by, on=fresh, agency=fresh.line.agency, agent=agent.pk)
    return fresh


@action
def answer(
    conversation: Conversation, text: str, *, by: Person, key: str = "", at: datetime | None = None
) -> ConversationMessage:
    """Answer; what nobody has taken becomes one's own by that. It goes to whoever asked where they can read it.

    Raises:
        NotAllowed: it is a colleague's.
        Invalid: there is no text.
        WrongState: it is closed.
    """
    at, text = at or now(), free_text(text, field="text")
    if not text:
        raise Invalid(_("Hãy ghi câu trả lời."), fields={"text": _("Hãy ghi câu trả lời.")})
    fresh, agent = _mine(conversation, by)
    if key and (made := fresh.messages.filter(key=key).first()):
        return made
    if not fresh.open:
        raise WrongState(_("Cuộc trao đổi này đã đóng."))
    if fresh.agent is None:
        fresh = take(fresh, by=by, at=at)
    message = _say(fresh, text, by=by, key=key, at=at)
    record("hotline.conversation_answered", by=by, on=fresh, agency=fresh.line.agency, agent=agent.pk)
    return message


@action
def tell_sender(conversation: Conversation, text: str, *, by: Person, at: datetime) -> None:
    """Say what became of a ticket made from what was written. What waits goes on waiting, what was closed stays so."""
    fresh = locked(conversation)
    _put_out(fresh, text, by=by, key="", at=at)
    fresh.last_at = at
    fresh.save(update_fields=["last_at"])
    record("hotline.conversation_told", by=by, on=fresh, agency=fresh.line.agency)


def _say(conversation: Conversation, text: str, *, by: Person, key: str, at: datetime) -> ConversationMessage:
    message = _put_out(conversation, text, by=by, key=key, at=at)
    conversation.late = conversation.late or (conversation.due_at is not None and conversation.due_at < at)
    conversation.answered_at, conversation.last_at = conversation.answered_at or at, at
    conversation.waiting_since = conversation.due_at = conversation.agent_writing_at = None
    if conversation.open:
        conversation.state = State.ANSWERED
    conversation.save(update_fields=["answered_at", "last_at", "waiting_since", "due_at", "late", "agent_writing_at", "state"])
    return message


def _put_out(conversation: Conversation, text: str, *, by: Person, key: str, at: datetime) -> ConversationMessage:
    """Write it on the sender's page, and send it."""
    message = ConversationMessage.objects.create(
        conversation=conversation, side=Side.OUT, text=text, author=by, written_at=at, key=key[:64]
    )
    message.sent = _send(conversation, message, at)
    message.save(update_fields=["sent"])
    return message


def _send(conversation: Conversation, message: ConversationMessage, at: datetime) -> Message | None:
    """Out by e-mail, else a text message that there is an answer; nothing to who reads it on the page at this moment."""
    if here(conversation, at) and conversation.channel == Channel.CHAT:
        return None
    context = {"subject": reply_subject(conversation), "text": message.text, "line": conversation.line.title}
    if conversation.email:
        asked = conversation.messages.filter(side=Side.IN).exclude(mail_id="").order_by("-pk").first()
        thread = Thread(reply_to=mailbox_address(), in_reply_to=asked.mail_id if asked else "", personal=True)
        return write_to(conversation, "hotline_reply", conversation.email, context, thread)
    if is_mobile(conversation.number):
        return write_to(conversation, "hotline_answered", national(conversation.number), context, ALONE)
    return None


def write_to(conversation: Conversation, template: str, address: str, context: dict[str, str], thread: Thread) -> Message:
    """A message about the conversation, with the address of its page."""
    return send(
        template,
        to=address,
        context=context,
        about=f"hotline.conversation:{conversation.pk}",
        link=page_of(conversation),
        language=conversation.language,
        thread=thread,
    )[0]


def page_of(conversation: Conversation) -> str:
    """The sender's page."""
    return f"/tong-dai/hoi/{conversation.code}/"


@action
def note(conversation: Conversation, text: str, *, by: Person, at: datetime | None = None) -> None:
    """A word among colleagues; the sender never sees it."""
    require(by, "hotline.serve", at=conversation.line.agency)
    text = free_text(text, field="note")
    if not text:
        raise Invalid(_("Hãy ghi nội dung."), fields={"note": _("Hãy ghi nội dung.")})
    ConversationMessage.objects.create(conversation=conversation, side=Side.NOTE, text=text, author=by, written_at=at or now())
    record("hotline.conversation_noted", by=by, on=conversation, agency=conversation.line.agency)


@action
def hand_on(conversation: Conversation, to: Agent | None, *, by: Person, at: datetime | None = None) -> None:
    """Give it to a colleague, or back to all who wait for work (None).

    Raises:
        WrongState: it is closed, or the colleague answers no more at this line.
    """
    fresh, _agent = _mine(conversation, by)
    if not fresh.open or (to and (to.line_id != fresh.line_id or not to.active)):
        raise WrongState(_("Không chuyển được. Hãy mở lại trang rồi chọn người khác."))
    fresh.agent = to
    if fresh.waiting_since is None and to is None:
        fresh.waiting_since = at or now()
    if fresh.waiting_since:
        fresh.state = State.ASSIGNED if to else State.WAITING
    fresh.save(update_fields=["agent", "state", "waiting_since"])
    record("hotline.conversation_given", by=by, on=fresh, agency=fresh.line.agency, agent=to.pk if to else None)


@action
def close(conversation: Conversation, disposition: str, *, by: Person, at: datetime | None = None) -> None:
    """The matter is done with. Who writes by e-mail or form within a month opens it again.

    Raises:
        Invalid: it is not said how it ended.
        WrongState: it was answered by nobody, and is not abuse.
    """
    fresh, agent = _mine(conversation, by)
    if not fresh.open:
        return
    if disposition not in CLOSINGS:
        problem = _("Hãy chọn kết quả.")
        raise Invalid(problem, fields={"disposition": problem})
    if fresh.answered_at is None and disposition == Disposition.ANSWERED:
        raise WrongState(_("Chưa có câu trả lời nào. Hãy trả lời trước khi đóng."))
    fresh.agent = fresh.agent or agent
    _close(fresh, disposition, at or now())
    record("hotline.conversation_closed", by=by, on=fresh, agency=fresh.line.agency, disposition=disposition)


def _close(conversation: Conversation, disposition: str, at: datetime) -> None:
    conversation.state, conversation.closed_at, conversation.disposition = State.CLOSED, at, disposition
    conversation.waiting_since = conversation.due_at = conversation.writing_at = conversation.agent_writing_at = None
    names = ["agent", "state", "closed_at", "disposition", "waiting_since", "due_at", "writing_at", "agent_writing_at"]
    conversation.save(update_fields=names)
    ask_satisfaction(conversation, at=at)


@action
def name_sender(conversation: Conversation, person: Person | None, *, by: Person) -> None:
    """The sender has said who they are, and it fits; None: it is somebody else. A number that was typed becomes nobody's."""
    fresh, _agent = _mine(conversation, by)
    Conversation.objects.filter(pk=fresh.pk).update(person=person)
    event = "hotline.sender_confirmed" if person else "hotline.sender_denied"
    record(event, by=by, on=fresh, agency=fresh.line.agency, person=person.pk if person else fresh.person_id)


@action
def note_agent_writing(conversation: Conversation, *, by: Person, at: datetime) -> None:
    """The agent types an answer; nothing is recorded of it."""
    Conversation.objects.filter(pk=conversation.pk, agent__person=by).update(agent_writing_at=at)


@action
def open_file(conversation: Conversation, found: MessageFile, *, by: Person) -> StoredFile:
    """A file that came with it; that it was opened is written down."""
    require(by, "hotline.serve", at=conversation.line.agency)
    record("hotline.file_opened", by=by, on=conversation, agency=conversation.line.agency, file=found.file_id)
    return found.file


def _mine(conversation: Conversation, by: Person) -> tuple[Conversation, Agent]:
    """The conversation, locked, and the agent, whose it is or who leads the line; what nobody has is anybody's.

    Raises:
        NotAllowed: it is a colleague's, or one is no agent of the line.
    """
    fresh = locked(conversation)
    require(by, "hotline.serve", at=fresh.line.agency)
    agent = Agent.objects.filter(person=by, line=fresh.line_id, active=True).first()
    if agent is None:
        raise NotAllowed(_("Bạn chưa được giao máy nào ở tổng đài."))
    if fresh.agent_id not in (None, agent.pk) and not allowed(by, "hotline.lead", at=fresh.line.agency):
        raise NotAllowed(_("Cuộc trao đổi này do người khác giữ."))
    return fresh, agent


def close_quiet(at: datetime) -> int:
    """Close what was answered and not written about since: chats after half an hour, the rest after a week."""
    due = [
        conversation
        for channel, quiet in _QUIET.items()
        for conversation in Conversation.objects.filter(state=State.ANSWERED, channel=channel, last_at__lt=at - quiet).order_by(
            "last_at"
        )[:1000]
    ]
    return for_each(due, lambda conversation: _close_one(conversation.pk, at))


def end_left_chats(at: datetime) -> int:
    """Chats that wait for an answer while nobody looks on: ended, or, where a contact was left, answered there by a time."""
    left = Conversation.objects.filter(channel=Channel.CHAT, waiting_since__isnull=False, here_at__lt=at - GONE)
    nowhere = Q(number="", email="")
    due = left.filter(nowhere | Q(due_at=None)).order_by("pk")[:1000]
    return for_each(due, lambda conversation: _end_left(conversation.pk, at))


@action
def _end_left(pk: int, at: datetime) -> bool:
    rows = Conversation.objects.select_for_update(of=("self",), skip_locked=True).select_related("line__agency")
    found = rows.filter(pk=pk, waiting_since__isnull=False, here_at__lt=at - GONE).first()
    if found is None:
        return False
    if found.number or found.email:
        found.due_at = promised(found.line, Channel.WEB, at)
        found.save(update_fields=["due_at"])
        record("hotline.contact_promised", by=None, on=found, agency=found.line.agency)
    else:
        _close(found, Disposition.CUT_OFF, at)
        record("hotline.conversation_closed", by=None, on=found, agency=found.line.agency, disposition=found.disposition)
    return True


@action
def _close_one(pk: int, at: datetime) -> bool:
    rows = Conversation.objects.select_for_update(of=("self",), skip_locked=True).select_related("line__agency")
    found = rows.filter(pk=pk, state=State.ANSWERED).first()
    if found is None:
        return False
    ticket = found.tickets.exclude(conversation=None).exists()
    _close(found, Disposition.TICKET if ticket else Disposition.ANSWERED, at)
    record("hotline.conversation_closed", by=None, on=found, agency=found.line.agency, disposition=found.disposition)
    return True
