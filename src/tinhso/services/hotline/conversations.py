"""What the desk and whoever writes to it read of conversations."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.calendars import agency_calendar
from tinhso.blocks.directory.models import Person
from tinhso.kernel.errors import NotFound
from tinhso.kernel.permissions import allowed
from tinhso.kernel.time import local
from tinhso.services.hotline.conversation_tables import Conversation, ConversationMessage, MessageFile
from tinhso.services.hotline.models import Agent, Line, Spell, State

TYPING = timedelta(seconds=8)
HERE = timedelta(seconds=45)
"""A browser that was heard of since then is still there."""
_MOST_WAITING = 30
"""Chats that wait: who comes after them is asked to leave a message instead."""
Side = ConversationMessage.Side


def public_line() -> Line | None:
    """The line the site writes to."""
    return Line.objects.select_related("agency").filter(active=True).order_by("number").first()


def conversations(line: Line) -> QuerySet[Conversation]:
    """All of a line, each with what was written first (`opening`)."""
    first = ConversationMessage.objects.filter(conversation=OuterRef("pk"), side=Side.IN).order_by("pk").values("text")[:1]
    return Conversation.objects.filter(line=line).select_related("agent__person").annotate(opening=Subquery(first))


def waiting_written(line: Line) -> QuerySet[Conversation]:
    """What nobody has taken, who has waited longest first."""
    return conversations(line).filter(state=Conversation.State.WAITING).order_by("waiting_since", "pk")


def written_of(agent: Agent) -> QuerySet[Conversation]:
    """What the agent holds and is not closed; who waits for an answer first."""
    mine = conversations(agent.line).filter(agent=agent).exclude(state=Conversation.State.CLOSED)
    return mine.order_by("-state", "waiting_since", "-last_at")


def conversation_for(person: Person, pk: int) -> Conversation:
    """A conversation of a line the person serves.

    Raises:
        NotFound: there is none.
    """
    found = Conversation.objects.select_related("line__agency", "person__residence", "agent__person").filter(pk=pk).first()
    if found is None or not allowed(person, "hotline.serve", at=found.line.agency):
        raise NotFound(_("Không có cuộc trao đổi này."))
    return found


def conversation_by_code(code: str) -> Conversation | None:
    """The conversation whose sender was given the code; hyphens and small letters are forgiven."""
    bare = "".join(code.split()).replace("-", "").upper()[:12]
    return Conversation.objects.select_related("line__agency", "agent__person").filter(code=bare, cleared_at=None).first()


def thread(conversation: Conversation, *, notes: bool) -> list[ConversationMessage]:
    """What was written, in order; notes among colleagues only where asked for."""
    rows = conversation.messages.select_related("author", "sent").order_by("pk")
    rows = rows.prefetch_related(Prefetch("files", MessageFile.objects.select_related("file")))
    return list(rows if notes else rows.exclude(side=Side.NOTE))


def version_of(conversation: Conversation, messages: list[ConversationMessage], at: datetime, *, typing: bool) -> str:
    """Changes when the page about it would look different."""
    last = messages[-1] if messages else None
    said = [last.pk if last else 0, conversation.state, conversation.agent_id, typing, conversation.closed_at]
    said += [here(conversation, at), bool(conversation.number or conversation.email), conversation.person_id]
    said += [message.sent.status for message in messages if message.sent]
    return sha256(repr(said).encode()).hexdigest()[:16]


def is_typing(since: datetime | None, at: datetime) -> bool:
    return since is not None and since > at - TYPING


def here(conversation: Conversation, at: datetime) -> bool:
    """Whether the sender's page is open somewhere."""
    return conversation.here_at is not None and conversation.here_at > at - HERE


@dataclass(frozen=True)
class Chat:
    """Whether somebody is there to chat with. opens: the agency's next working moment, where nobody is."""

    there: bool
    busy: bool
    ahead: int
    opens: datetime | None


def chat_now(line: Line, at: datetime) -> Chat:
    """Chats are open while an agent is on duty, whatever the calendar says."""
    on_duty = Spell.objects.filter(agent=OuterRef("pk"), until=None).exclude(state=State.BREAK)
    there = Agent.objects.filter(Exists(on_duty), line=line, active=True).exists()
    ahead = len(_chats_waiting(line.pk, at).values_list("pk")[: _MOST_WAITING + 1])
    opens = None if there else agency_calendar(line.agency).next_working_moment(local(at))
    return Chat(there, ahead >= _MOST_WAITING, ahead, opens if opens and opens > at else None)


def _chats_waiting(line_id: int, at: datetime) -> QuerySet[Conversation]:
    """Chats nobody has taken, of people who are still there."""
    rows = Conversation.objects.filter(line=line_id, channel=Conversation.Channel.CHAT, state=Conversation.State.WAITING)
    return rows.filter(waiting_since__isnull=False, here_at__gt=at - HERE)


def ahead_of(conversation: Conversation, at: datetime) -> int:
    """How many chats wait that came before."""
    if conversation.waiting_since is None:
        return 0
    return _chats_waiting(conversation.line_id, at).filter(waiting_since__lt=conversation.waiting_since).count()


def files_sent_to(conversation: Conversation) -> QuerySet[MessageFile]:
    """What whoever asks has sent along."""
    rows = MessageFile.objects.filter(message__conversation=conversation, message__side=Side.IN)
    return rows.select_related("file").order_by("pk")


def file_of(conversation: Conversation, pk: int) -> MessageFile:
    """A file that came with it.

    Raises:
        NotFound: none.
    """
    found = MessageFile.objects.select_related("file").filter(message__conversation=conversation, file=pk).first()
    if found is None:
        raise NotFound(_("Không có tệp này."))
    return found
