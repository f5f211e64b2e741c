"""What agents do with what is written to the desk: take, answer, note, hand over, close; and how an answer goes out."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.timezone import now
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.models import Person
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.messaging.actions import send
from tinhso.blocks.messaging.models import Message
from tinhso.blocks.messaging.threads import ALONE, Thread
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState
from tinhso.kernel.permissions import allowed, require
from tinhso.services.hotline.actions.conversations import Channel, Side, State, locked
from tinhso.services.hotline.actions.quality import ask_satisfaction
from tinhso.services.hotline.conversation_tables import Conversation, ConversationMessage, MessageFile
from tinhso.services.hotline.conversations import here
from tinhso.services.hotline.mail.tokens import mailbox_address, reply_subject
from tinhso.services.hotline.models import Agent, Disposition
from tinhso.services.hotline.numbers import is_mobile, national

MOST_CHATS = 4
"""Chats one agent can hold at the same time."""
CLOSINGS = (Disposition.ANSWERED, Disposition.TICKET, Disposition.CALL_BACK, Disposition.ABUSE)


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
    conversation: Conversation,
    text: str,
    *,
    by: Person,
    files: Sequence[StoredFile] = (),
    key: str = "",
    at: datetime | None = None,
) -> ConversationMessage:
    """Answer; what nobody has taken becomes one's own by that. It goes to whoever asked where they can read it.

    Args:
        files: sent along; whoever asked opens them on the page.

    Raises:
        NotAllowed: it is a colleague's.
        Invalid: there is no text and no file.
        WrongState: it is closed.
    """
    at, text = at or now(), free_text(text, field="text")
    if not text and not files:
        raise Invalid(_("Hãy ghi câu trả lời."), fields={"text": _("Hãy ghi câu trả lời.")})
    fresh, agent = _mine(conversation, by)
    if key and (made := fresh.messages.filter(key=key).first()):
        return made
    if not fresh.open:
        raise WrongState(_("Cuộc trao đổi này đã đóng."))
    if fresh.agent is None:
        fresh = take(fresh, by=by, at=at)
    message = _say(fresh, text, files, by=by, key=key, at=at)
    record("hotline.conversation_answered", by=by, on=fresh, agency=fresh.line.agency, agent=agent.pk)
    return message


@action
def tell_sender(conversation: Conversation, text: str, *, by: Person, at: datetime) -> None:
    """Say what became of a ticket made from what was written. What waits goes on waiting, what was closed stays so."""
    fresh = locked(conversation)
    _put_out(fresh, text, (), by=by, key="", at=at)
    fresh.last_at = at
    fresh.save(update_fields=["last_at"])
    record("hotline.conversation_told", by=by, on=fresh, agency=fresh.line.agency)


def _say(
    conversation: Conversation, text: str, files: Sequence[StoredFile], *, by: Person, key: str, at: datetime
) -> ConversationMessage:
    message = _put_out(conversation, text, files, by=by, key=key, at=at)
    conversation.late = conversation.late or (conversation.due_at is not None and conversation.due_at < at)
    conversation.answered_at, conversation.last_at = conversation.answered_at or at, at
    conversation.waiting_since = conversation.due_at = conversation.agent_writing_at = None
    if conversation.open:
        conversation.state = State.ANSWERED
    conversation.save(update_fields=["answered_at", "last_at", "waiting_since", "due_at", "late", "agent_writing_at", "state"])
    return message


def _put_out(
    conversation: Conversation, text: str, files: Sequence[StoredFile], *, by: Person, key: str, at: datetime
) -> ConversationMessage:
    """Write it on the sender's page, and send it."""
    message = ConversationMessage.objects.create(
        conversation=conversation, side=Side.OUT, text=text, author=by, written_at=at, key=key[:64]
    )
    MessageFile.objects.bulk_create([MessageFile(message=message, file=file) for file in files])
    message.sent = _send(conversation, message, [file.name for file in files], at)
    message.save(update_fields=["sent"])
    return message


def _send(conversation: Conversation, message: ConversationMessage, files: list[str], at: datetime) -> Message | None:
    """Out by e-mail, else a text message that there is an answer; nothing to who reads it on the page at this moment."""
    if here(conversation, at) and conversation.channel == Channel.CHAT:
        return None
    text = message.text
    if files:
        with override(conversation.language):
            told = gettext("Tệp kèm theo, mở ở trang của bạn: %(names)s") % {"names": ", ".join(files)}
        text = f"{text}\n\n{told}".strip()
    context = {"subject": reply_subject(conversation), "text": text, "line": conversation.line.title}
    if conversation.email:
        asked = conversation.messages.filter(side=Side.IN).exclude(mail_id="").order_by("-pk").first()
        thread = Thread(reply_to=mailbox_address(), in_reply_to=asked.mail_id if asked else "", personal=True)
        return write_to(conversation, "hotline_reply", conversation.email, context, thread)
    if is_mobile(conversation.number) and not _told_already(conversation):
        return write_to(conversation, "hotline_answered", national(conversation.number), context, ALONE)
    return None


def _told_already(conversation: Conversation) -> bool:
    """A text message says that there is an answer, and the page was not opened since: a second would say the same."""
    texts = conversation.messages.filter(side=Side.OUT, sent__channel=Message.Channel.SMS)
    last = texts.exclude(sent__status=Message.Status.FAILED).order_by("-pk").first()
    return last is not None and (conversation.here_at is None or conversation.here_at < last.written_at)


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
def close(
    conversation: Conversation, disposition: str, *, by: Person, seen: int | None = None, at: datetime | None = None
) -> None:
    """The matter is done with. Who writes by e-mail or form within a month opens it again.

    Args:
        seen: the latest message that stood before the agent.

    Raises:
        Invalid: it is not said how it ended.
        WrongState: it was answered by nobody, and is not abuse; or something was written since.
    """
    fresh, agent = _mine(conversation, by)
    if not fresh.open:
        return
    if disposition not in CLOSINGS:
        problem = _("Hãy chọn kết quả.")
        raise Invalid(problem, fields={"disposition": problem})
    if fresh.answered_at is None and disposition == Disposition.ANSWERED:
        raise WrongState(_("Chưa có câu trả lời nào. Hãy trả lời trước khi đóng."))
    if seen is not None and fresh.messages.filter(pk__gt=seen, side=Side.IN).exists():
        raise WrongState(_("Người hỏi vừa viết thêm. Hãy đọc rồi mới đóng."))
    fresh.agent = fresh.agent or agent
    end(fresh, disposition, at or now())
    record("hotline.conversation_closed", by=by, on=fresh, agency=fresh.line.agency, disposition=disposition)


def end(conversation: Conversation, disposition: str, at: datetime) -> None:
    """Part of an action: closed, whoever closes it."""
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
