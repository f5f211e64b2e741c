"""Handing files out. Who may have a file is decided by the caller; how it is handed out safely is decided here."""

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.http import FileResponse

from tinhso.blocks.files.content import JPEG, MP4, PDF, PNG, SOUNDS
from tinhso.blocks.files.models import StoredFile

_PLAYED = {kind.content_type for kind in (MP4, *SOUNDS)}
_SHOWN_IN_PLACE = {kind.content_type for kind in (PDF, JPEG, PNG)} | _PLAYED


def open_file(stored: StoredFile) -> File:
    """The content, open for reading."""
    return default_storage.open(stored.path, "rb")


def read_file(stored: StoredFile) -> bytes:
    """The whole content; for documents that are small by nature."""
    with open_file(stored) as file:
        content: bytes = file.read()
        return content


def file_response(stored: StoredFile, *, inline: bool = False) -> FileResponse:
    """Stream a file to the browser as a download, or shown in place when asked and of a harmless type (PDF, images, what plays).

    Of sounds and films a browser may ask for a part (`middleware.hand_out_parts`).

    The headers keep a browser from running anything in it. A PDF gets no `sandbox`: browsers' viewers refuse to start in one.
    """
    shown = inline and stored.content_type in _SHOWN_IN_PLACE
    response = FileResponse(open_file(stored), as_attachment=not shown, filename=stored.name, content_type=stored.content_type)
    policy = "default-src 'none'; frame-ancestors 'self'"
    if stored.content_type != PDF.content_type:
        policy += "; img-src 'self'; media-src 'self'; sandbox"
    response["Content-Security-Policy"] = policy
    if stored.content_type in _PLAYED:
        response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
