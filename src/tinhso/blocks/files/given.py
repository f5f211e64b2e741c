"""The files of a form: taken in and, where the form has to be sent again, kept, for a browser forgets them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tinhso.blocks.files.actions import store_photo
from tinhso.blocks.files.content import MP4, PHOTOS, FileType
from tinhso.blocks.files.models import StoredFile
from tinhso.kernel.errors import Invalid

if TYPE_CHECKING:
    from tinhso.blocks.directory.models import Person

KEPT = timedelta(hours=2)
_SALT = "files.given"


class Given:
    """What a form has brought so far: files kept from an earlier try, then those of this one."""

    def __init__(self, kept: Sequence[StoredFile] = (), *, most: int, allowed: tuple[FileType, ...] = PHOTOS) -> None:
        self.files, self.most, self.allowed = list(kept), most, allowed

    @property
    def token(self) -> str:
        """Names the files to nobody but this server."""
        return signing.dumps([file.pk for file in self.files], salt=_SALT)

    def take(self, request: HttpRequest, name: str, *, by: "Person | None") -> None:
        """Take in what was chosen. Those before one that cannot be taken are kept.

        Raises:
            Invalid: one cannot be taken, or they are too many; `fields` names "files".
        """
        uploads = request.FILES.getlist(name)
        if len(self.files) + len(uploads) > self.most:
            films = MP4 in self.allowed
            words = _("Nhiều nhất %(limit)s ảnh, video.") if films else _("Nhiều nhất %(limit)s tệp.")
            problem = words % {"limit": self.most}
            raise Invalid(problem, fields={"files": problem})
        for upload in uploads:
            try:
                self.files.append(store_photo(upload, by=by, allowed=self.allowed))
            except Invalid as error:
                problem = f"{upload.name}: {error}" if len(uploads) > 1 else str(error)
                raise Invalid(problem, fields={"files": problem}) from error


def files_of(token: str) -> list[StoredFile]:
    """The files a token names; none where it is nobody's, too old, or they are gone."""
    try:
        numbers = signing.loads(token, salt=_SALT, max_age=KEPT) if token else []
    except signing.BadSignature:
        return []
    found = StoredFile.objects.in_bulk(numbers)
    return [found[number] for number in numbers if number in found]
