"""The photos and films of a form: taken in and, where the form has to be sent again, kept, for a browser forgets them."""

from collections.abc import Sequence
from datetime import timedelta

from django.core import signing
from django.utils.translation import gettext as _

from tinhso.blocks.files.actions import store_photo
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.identity.guards import VisitorRequest
from tinhso.kernel.errors import Invalid
from tinhso.services.reports.actions.sending import MOST_PHOTOS

KEPT = timedelta(hours=2)
_SALT = "reports.kept_photos"


class Given:
    """What a form has brought so far: files kept from an earlier try, then those of this one."""

    def __init__(self, kept: Sequence[StoredFile] = ()) -> None:
        self.files = list(kept)

    @property
    def token(self) -> str:
        """Names the files to nobody but this server."""
        return signing.dumps([file.pk for file in self.files], salt=_SALT)

    def take(self, request: VisitorRequest) -> None:
        """Take in what was chosen. Those before one that cannot be taken are kept.

        Raises:
            Invalid: one cannot be taken, or they are too many; `fields` names "files".
        """
        uploads = request.FILES.getlist("photos")
        if len(self.files) + len(uploads) > MOST_PHOTOS:
            problem = _("Nhiều nhất %(limit)s ảnh, video.") % {"limit": MOST_PHOTOS}
            raise Invalid(problem, fields={"files": problem})
        try:
            for upload in uploads:
                self.files.append(store_photo(upload, by=request.person))
        except Invalid as error:
            raise Invalid(str(error), fields={"files": str(error)}) from error


def files_of(token: str) -> list[StoredFile]:
    """The files a token names; none where it is nobody's, too old, or they are gone."""
    try:
        numbers = signing.loads(token, salt=_SALT, max_age=KEPT) if token else []
    except signing.BadSignature:
        return []
    found = StoredFile.objects.in_bulk(numbers)
    return [found[number] for number in numbers if number in found]


def photos_of(request: VisitorRequest) -> list[StoredFile]:
    """The photos and films a form sends, kept.

    Raises:
        Invalid: as `Given.take`.
    """
    given = Given()
    given.take(request)
    return given.files
