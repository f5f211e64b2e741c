"""Recordings and what was written are deleted on their day; calls and conversations nobody goes on with are ended."""

from datetime import datetime, timedelta

from tinhso.kernel.events import Event, subscribe
from tinhso.kernel.jobs import for_each, periodic
from tinhso.kernel.time import VIETNAM
from tinhso.services.hotline.actions.clearing import clear_old_conversations
from tinhso.services.hotline.actions.letters import read_mailbox
from tinhso.services.hotline.actions.quality import ask_satisfaction, draw_week
from tinhso.services.hotline.actions.quiet import close_quiet, end_left_chats
from tinhso.services.hotline.actions.recordings import delete_due_recordings, fetch_recordings
from tinhso.services.hotline.actions.telephony import end_forgotten_calls
from tinhso.services.hotline.conversations import public_line
from tinhso.services.hotline.mail.boxes import mailbox
from tinhso.services.hotline.models import Call, Line


@periodic("40 1 * * *", queue="housekeeping")
def delete_old_recordings(timestamp: int) -> None:
    delete_due_recordings(datetime.fromtimestamp(timestamp, VIETNAM).date())


@periodic("50 1 * * *", queue="housekeeping")
def delete_old_conversations(timestamp: int) -> None:
    clear_old_conversations(datetime.fromtimestamp(timestamp, VIETNAM))


@periodic("* * * * *", queue="housekeeping")
def fetch_finished_recordings(timestamp: int) -> None:
    for line in Line.objects.select_related("agency").filter(adapter=Line.Adapter.SIP).exclude(voice=""):
        fetch_recordings(line, at=datetime.fromtimestamp(timestamp, VIETNAM))


@periodic("*/15 * * * *", queue="housekeeping")
def close_forgotten_calls(timestamp: int) -> None:
    end_forgotten_calls(datetime.fromtimestamp(timestamp, VIETNAM))


@periodic("*/10 * * * *", queue="housekeeping")
def close_quiet_conversations(timestamp: int) -> None:
    at = datetime.fromtimestamp(timestamp, VIETNAM)
    close_quiet(at)
    end_left_chats(at)


@periodic("30 5 * * *", queue="housekeeping")
def draw_samples(timestamp: int) -> None:
    """Of the week before. Every morning, should Monday's have been missed: what is drawn stays."""
    today = datetime.fromtimestamp(timestamp, VIETNAM).date()
    monday = today - timedelta(days=today.weekday() + 7)
    for_each(Line.objects.select_related("agency").filter(active=True), lambda line: draw_week(line, monday))


@subscribe("hotline.call_noted")
def ask_caller(event: Event) -> None:
    """When the agent has finished with a call, the caller is asked how content they are."""
    call = Call.objects.select_related("line__agency", "agent").get(pk=int(event.object_id))
    if event.facts.get("finished") and call.wrapped_at:
        ask_satisfaction(call, at=call.wrapped_at)


@periodic("* * * * *", queue="messages")
def read_letters(timestamp: int) -> None:
    """Take in e-mail to the desk; for the line the site writes to."""
    if line := public_line():
        read_mailbox(line, mailbox(), datetime.fromtimestamp(timestamp, VIETNAM))
