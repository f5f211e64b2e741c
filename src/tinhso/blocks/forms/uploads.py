"""Files in forms: storing what came along with a post, and naming what is stored."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.template.defaultfilters import filesizeformat

from tinhso.blocks.directory.models import Person
from tinhso.blocks.files.actions import store_upload
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.forms.engine.parse import Parsed
from tinhso.blocks.forms.engine.summary import FileInfo, FileNames
from tinhso.kernel.errors import Invalid


def store_uploads(parsed: Parsed, *, by: Person) -> None:
    """Put what came along into the answers; what cannot be kept is said beside its question."""
    for path, uploads in parsed.uploads.items():
        for upload in uploads:
            try:
                parsed.attach(path, store_upload(upload, by=by).pk)
            except Invalid as error:
                parsed.refuse(path, f"{upload.name}: {error}")


def names_of(files: QuerySet[StoredFile], *, address: Callable[[int], str] | None = None) -> FileNames:
    """Names and sizes by id, of `files` only; `address` gives where one opens."""

    def name(file_id: Any) -> FileInfo | None:
        found = files.filter(pk=file_id).first()
        return FileInfo(found.name, address(found.pk) if address else "", filesizeformat(found.size)) if found else None

    return name
