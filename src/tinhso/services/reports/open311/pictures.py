"""Pictures that a program names by an address: fetched by a job, where the operator lets the product reach out."""

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.encoding import iri_to_uri

from tinhso.blocks.files.actions import store_photo
from tinhso.blocks.files.fetching import Guard, NotFetched, fetch
from tinhso.kernel.errors import Invalid
from tinhso.kernel.events import Event, subscribe
from tinhso.kernel.jobs import job
from tinhso.services.reports.actions.pictures import keep_picture, note_try, refuse_picture
from tinhso.services.reports.models import LinkedPicture

SCHEMES: Mapping[str, Sequence[str]] = {"off": (), "https": ("https",), "http": ("https", "http")}
"""By `TINHSO_OPEN311_FETCH`: what may be fetched."""
_TRIES = 3


@subscribe("reports.picture_named")
def fetch_named(event: Event) -> None:
    """A host may let one wait: the work is put off, so that it holds up no other event."""
    fetch_linked.defer(number=int(event.object_id))


@job(queue="fetch", lock="open311.fetch", attempts=_TRIES)
def fetch_linked(number: int) -> None:
    """Fetch and keep it, one at a time; what the network held up is tried again."""
    guard = Guard(schemes=SCHEMES[settings.OPEN311_FETCH], most_bytes=settings.MAX_UPLOAD_SIZE)
    fetch_one(number, guard)


def fetch_one(number: int, guard: Guard) -> None:
    """
    Raises:
        NotFetched: the network held it up this time.
    """
    link = LinkedPicture.objects.filter(pk=number, state=LinkedPicture.State.WAITING).first()
    if link is None:
        return
    try:
        file = store_photo(SimpleUploadedFile("anh", fetch(iri_to_uri(link.url), guard)), by=None)
    except NotFetched as problem:
        if problem.code == "network" and note_try(link) < _TRIES:
            raise
        refuse_picture(link, problem.code)
    except Invalid:
        refuse_picture(link, "file")
    else:
        keep_picture(link, file)
