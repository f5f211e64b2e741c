"""What was written to the line is deleted when it has been kept long enough. What it was worth in figures stays."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from tinhso.blocks.files.actions import remove_unused_file
from tinhso.blocks.messaging.actions import delete_messages
from tinhso.kernel.actions import action, record
from tinhso.kernel.jobs import for_each
from tinhso.services.hotline.conversation_tables import Conversation, MessageFile
from tinhso.services.hotline.desk_tables import CallTicket
from tinhso.services.hotline.models import Line
from tinhso.services.hotline.quality_tables import QualityReview, Survey

_MOST = 5_000
"""In one run: years that were never deleted go in several nights."""


def old_conversations(line: Line, at: datetime) -> QuerySet[Conversation]:
    """Those that ended longer ago than the line keeps them, the oldest first; none that an open ticket still answers to."""
    until = at - timedelta(days=line.conversation_days)
    awaited = CallTicket.objects.filter(conversation=OuterRef("pk"), case__ended_at=None)
    rows = Conversation.objects.filter(line=line, closed_at__lt=until, cleared_at=None)
    return rows.exclude(Exists(awaited)).order_by("closed_at", "pk")


def clear_old_conversations(at: datetime) -> int:
    """Returns how many were cleared.

    Raises:
        RuntimeError: some could not be; the others are.
    """
    due = [found for line in Line.objects.order_by("pk") for found in old_conversations(line, at)[:_MOST]]
    return for_each(due, lambda found: clear_conversation(found.pk, at=at))


@action
def clear_conversation(pk: int, *, at: datetime) -> bool:
    """Its words, its files, what was sent about it and who wrote it are deleted. False where they are gone, or it is open.

    What went along into a ticket is the case's and is kept as long as that.
    """
    rows = Conversation.objects.select_for_update(of=("self",), skip_locked=True).select_related("line__agency")
    found = rows.filter(pk=pk, closed_at__isnull=False, cleared_at=None).first()
    if found is None:
        return False
    files = list(MessageFile.objects.filter(message__conversation=found).values_list("file", flat=True))
    MessageFile.objects.filter(message__conversation=found).delete()
    messages = found.messages.count()
    found.messages.all().delete()
    for survey in Survey.objects.filter(conversation=found):
        delete_messages(f"hotline.survey:{survey.pk}")
    Survey.objects.filter(conversation=found).update(contact="", comment="")
    QualityReview.objects.filter(conversation=found).update(comment="")
    delete_messages(f"hotline.conversation:{found.pk}")
    found.subject = found.caller_name = found.number = found.email = ""
    found.person, found.cleared_at = None, at
    found.save(update_fields=["subject", "caller_name", "number", "email", "person", "cleared_at"])
    record("hotline.conversation_cleared", by=None, on=found, agency=found.line.agency, messages=messages, files=len(files))
    for file in set(files):
        remove_unused_file(file)  # it stays where a ticket holds it
    return True
