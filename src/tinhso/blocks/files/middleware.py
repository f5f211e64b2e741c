"""Two things that hold for whole requests: those far over the limit are refused before anything is read, and parts of sounds
and films are handed out."""

import re
from collections.abc import Callable
from typing import IO

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from tinhso.kernel.web.answers import Refusal, answer, bare, wants_json

Handler = Callable[[HttpRequest], HttpResponseBase]

_READ_AWAY = 128 * 1024 * 1024
_CHUNK = 256 * 1024
_MB = 1024 * 1024
_PART = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)


def refuse_oversized_requests(handler: Handler) -> Handler:
    """Answer 413 with a page people understand. Stands before the middleware that reads the body (CSRF).

    WSGI passes on no more bytes than announced, so the announced length is the true upper bound. Browsers show "connection
    reset" instead of the answer when a server stops reading, so a moderate excess is read and dropped first.
    """

    def handle(request: HttpRequest) -> HttpResponseBase:
        length = _announced_length(request)
        if length <= settings.MAX_REQUEST_SIZE:
            return handler(request)
        if length <= _READ_AWAY:
            while request.read(_CHUNK):
                pass
        refusal = Refusal(
            413,
            "too_large",
            _("Tệp gửi lên quá lớn"),
            _("Một lần gửi nhận tối đa %(request)d MB, mỗi tệp tối đa %(file)d MB.")
            % {"request": settings.MAX_REQUEST_SIZE // _MB, "file": settings.MAX_UPLOAD_SIZE // _MB},
            _("Hãy quay lại, quét ở 200 dpi hoặc tách thành nhiều tệp nhỏ rồi gửi lại. Những gì bạn đã lưu vẫn còn."),
        )
        return answer(request, refusal) if wants_json(request) else bare(refusal)

    return handle


def _announced_length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def hand_out_parts(handler: Handler) -> Handler:
    """Answer `Range` where `file_response` offers it: players jump within a film, and Safari plays none without.

    What cannot be made out is answered with the whole, as the protocol allows.
    """

    def handle(request: HttpRequest) -> HttpResponseBase:
        response = handler(request)
        asked = request.headers.get("Range")
        if asked and response.status_code == 200 and response.headers.get("Accept-Ranges") and isinstance(response, FileResponse):
            _cut(response, asked)
        return response

    return handle


class _Part:
    """Some bytes of an open file, read as a file is."""

    def __init__(self, file: IO[bytes], start: int, length: int) -> None:
        file.seek(start)
        self._file, self._left = file, length

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(content)
        return content

    def close(self) -> None:
        self._file.close()


def _cut(response: FileResponse, asked: str) -> None:
    size, found = int(response.headers["Content-Length"]), _PART.fullmatch(asked.strip())
    if not found or not any(found.groups()):
        return
    first, last = found.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if start > end:
        return
    file = response.file_to_stream
    if file is None:
        return
    response.streaming_content = _Part(file, start, end - start + 1)  # type: ignore[assignment]
    response.status_code = 206
    response["Content-Range"] = f"bytes {start}-{end}/{size}"
    response["Content-Length"] = str(end - start + 1)
