"""Conversations nobody goes on with are ended by themselves."""

from datetime import datetime, timedelta

from django.db.models import Q

from tinhso.kernel.actions import action, record
from tinhso.kernel.jobs import for_each
from tinhso.services.hotline.actions.answering import end
from tinhso.services.hotline.actions.conversations import Channel, State, promised
from tinhso.services.hotline.conversation_tables import Conversation
from tinhso.services.hotline.models import Disposition

GONE = timedelta(minutes=10)
"""A chat nobody has looked at since then, and that left no contact, is ended."""
_QUIET = {Channel.CHAT: timedelta(minutes=30), Channel.WEB: timedelta(days=7), Channel.EMAIL: timedelta(days=7)}


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
        end(found, Disposition.CUT_OFF, at)
        record("hotline.conversation_closed", by=None, on=found, agency=found.line.agency, disposition=found.disposition)
    return True


@action
def _close_one(pk: int, at: datetime) -> bool:
    rows = Conversation.objects.select_for_update(of=("self",), skip_locked=True).select_related("line__agency")
    found = rows.filter(pk=pk, state=State.ANSWERED).first()
    if found is None:
        return False
    ticket = found.tickets.exclude(conversation=None).exists()
    end(found, Disposition.TICKET if ticket else Disposition.ANSWERED, at)
    record("hotline.conversation_closed", by=None, on=found, agency=found.line.agency, disposition=found.disposition)
    return True
