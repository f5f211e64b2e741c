"""Events of cases become messages to the portal; messages are sent; once a night the two are compared."""

from datetime import UTC, datetime, timedelta

from django.utils.timezone import localdate

from tinhso.kernel.events import Event, subscribe
from tinhso.kernel.jobs import job, periodic
from tinhso.services.national_portal.actions.catalogue import download
from tinhso.services.national_portal.actions.comparing import compare
from tinhso.services.national_portal.actions.queueing import queue_case, queue_since
from tinhso.services.national_portal.actions.sending import send_due
from tinhso.services.national_portal.options import options, switched_on

# more than there are today: a name nobody announces costs nothing, and the time line is what is read
TOLD = (
    "submitted",
    "accepted",
    "refused",
    "supplement_asked",
    "supplement_answered",
    "withdrawn",
    "stopped",
    "paused",
    "resumed",
    "extended",
    "rescheduled",
    "term_shortened",
    "transferred",
    "corrected",
    "reopened",
    "step_done",
    "digitised",
    "result_signed",
    "returned",
)
_LOOKED_BACK = timedelta(days=7)


def follow_case(event: Event) -> None:
    """The job was written in the transaction of the event; it makes messages of all that the time line holds by now."""
    queue_case(int(event.object_id))


if switched_on():  # where nothing is exchanged an event costs nothing
    subscribe(*(f"cases.{name}" for name in TOLD))(follow_case)


@periodic("* * * * *", queue="national_portal")
def send_messages(timestamp: int) -> None:
    """Send what is due."""
    if found := options():
        send_due(found)


@periodic("20 1 * * *", queue="national_portal")
def queue_forgotten(timestamp: int) -> None:
    """Cases of the last days of which the portal knows nothing: the exchange was off when they were handed in."""
    if switched_on():
        queue_since(localdate(datetime.fromtimestamp(timestamp, UTC)) - _LOOKED_BACK)


@periodic("40 1 * * *", queue="national_portal")
def compare_nightly(timestamp: int) -> None:
    """Does the portal have what we told it?"""
    compare_now()


@periodic("10 1 * * 0", queue="national_portal")
def download_weekly(timestamp: int) -> None:
    """The portal's catalogue."""
    download_now()


@job(queue="national_portal", attempts=3)
def compare_now() -> None:
    """Compare when somebody asks for it."""
    if found := options():
        compare(found)


@job(queue="national_portal", attempts=3)
def download_now() -> None:
    """Download the catalogue when somebody asks for it."""
    if found := options():
        download(found)
