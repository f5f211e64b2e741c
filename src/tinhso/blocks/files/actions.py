"""Files come in here: an upload of a person, or bytes the system made."""

import hashlib
import io
import tempfile
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.files.content import DOCUMENTS, MP4, PHOTOS, FileType, recognise, safe_name
from tinhso.blocks.files.films import check_length
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.files.stripping import stripped
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid

if TYPE_CHECKING:
    from tinhso.blocks.directory.models import Person

_MEMORY = 1024 * 1024
_CHUNK = 256 * 1024


@action
def store_upload(
    upload: UploadedFile,
    *,
    by: "Person | None",
    allowed: tuple[FileType, ...] = DOCUMENTS,
    max_size: int | None = None,
) -> StoredFile:
    """Keep a file somebody handed in.

    The caller has already decided that `by` may hand it in. The content is streamed, never held in memory whole.

    Raises:
        Invalid: too big, of another type than allowed, broken, or protected; the message names the limit and the types.
    """
    limit = max_size or settings.MAX_UPLOAD_SIZE
    with tempfile.SpooledTemporaryFile(max_size=_MEMORY) as copy:
        digest, size = hashlib.sha256(), 0
        for chunk in upload.chunks(_CHUNK):
            size += len(chunk)
            if size > limit:
                raise too_large(limit, allowed)
            digest.update(chunk)
            copy.write(chunk)
        kind = recognise(copy, allowed)
        return _keep(copy, safe_name(upload.name or "", kind), kind.content_type, size=size, sha256=digest.hexdigest(), by=by)


@action
def store_photo(
    upload: UploadedFile,
    *,
    by: "Person | None",
    allowed: tuple[FileType, ...] = PHOTOS,
    max_size: int | None = None,
) -> StoredFile:
    """Keep a photo or short film of a place, without what the camera wrote about where, when and by whom it was taken.

    Where papers are `allowed` too, they stay as they are.

    Raises:
        Invalid: as `store_upload`; a film that is too long.
    """
    limit = max_size or settings.MAX_UPLOAD_SIZE
    if (upload.size or 0) > limit:
        raise too_large(limit, allowed)
    given = upload.read(limit + 1)
    if len(given) > limit:
        raise too_large(limit, allowed)
    kind = recognise(io.BytesIO(given), allowed)
    if kind == MP4:
        check_length(given)
    content = stripped(given, kind)
    digest = hashlib.sha256(content).hexdigest()
    name = safe_name(upload.name or "", kind)
    return _keep(io.BytesIO(content), name, kind.content_type, size=len(content), sha256=digest, by=by)


@action
def store_bytes(name: str, content: bytes, content_type: str, by: "Person | None" = None) -> StoredFile:
    """Keep bytes the system itself made; they are not judged."""
    with tempfile.SpooledTemporaryFile(max_size=max(len(content), 1)) as copy:
        copy.write(content)
        return _keep(copy, safe_name(name), content_type, size=len(content), sha256=hashlib.sha256(content).hexdigest(), by=by)


@action
def remove_unused_file(file_id: int) -> bool:
    """Remove a file that nothing refers to (`references.unused_files`); its content goes with the last row that shares it.

    Returns:
        whether it is gone; False when something has come to refer to it.
    """
    file = StoredFile.objects.filter(pk=file_id).first()
    if file is None:
        return True
    _lock_content(file.sha256)
    try:
        with transaction.atomic():
            StoredFile.objects.filter(pk=file_id).delete()
            connection.check_constraints()  # now, not at the end: the content must not go before the row can
    except (ProtectedError, IntegrityError):
        return False
    record("files.removed", by=None, on=file, sha256=file.sha256, size=file.size)
    if not StoredFile.objects.filter(path=file.path).exists():
        default_storage.delete(file.path)
    return True


def too_large(limit: int, allowed: tuple[FileType, ...] = DOCUMENTS) -> Invalid:
    """The refusal of a file over the limit."""
    return Invalid(
        _("Tệp lớn hơn %(limit)d MB. Hãy gửi tệp nhỏ hơn, thuộc loại %(types)s.")
        % {"limit": limit // (1024 * 1024), "types": ", ".join(kind.label for kind in allowed)}
    )


def _lock_content(sha256: str) -> None:
    """Until the end of the transaction nobody else stores or removes this content."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(sha256[:15], 16)])


def _keep(content: IO[bytes], name: str, content_type: str, *, size: int, sha256: str, by: "Person | None") -> StoredFile:
    _lock_content(sha256)
    stored = StoredFile.objects.create(
        name=name, content_type=content_type, size=size, sha256=sha256, path=_put(content, size, sha256), uploaded_by=by
    )
    record("files.stored", by=by, on=stored, sha256=sha256, size=size, content_type=content_type)
    return stored


def _put(content: IO[bytes], size: int, sha256: str) -> str:
    """Where the content lies. Equal content is stored once; a copy cut short by a crash is not trusted."""
    path = f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
    if default_storage.exists(path) and default_storage.size(path) == size:
        return path
    content.seek(0)
    return default_storage.save(path, File(content))
