"""Requests far over the limit are refused by their announced length, before anything is read into memory or onto disk."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from tinhso.kernel.web.answers import Refusal, answer, bare, wants_json

Handler = Callable[[HttpRequest], HttpResponseBase]

_READ_AWAY = 128 * 1024 * 1024
_CHUNK = 256 * 1024
_MB = 1024 * 1024


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
