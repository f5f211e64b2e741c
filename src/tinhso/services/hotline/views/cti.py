"""The door for telephone exchanges. Whoever knows a line's secret address is its exchange."""

from datetime import timedelta

from django.http import HttpRequest, JsonResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tinhso.blocks.identity.throttle import TooManyTries, client_address, spend_try
from tinhso.kernel.errors import DomainError, Invalid
from tinhso.services.hotline.actions.recordings import keep_recording
from tinhso.services.hotline.actions.telephony import hear
from tinhso.services.hotline.models import Call, Line
from tinhso.services.hotline.queries import first_to_ring, line_by_token
from tinhso.services.hotline.telephony import read_event

_WINDOW = timedelta(minutes=1)
_RUNG = 60  # a call has no more rounds
_EVENTS, _STRANGERS = 3000, 30  # a minute: of one exchange, and wrong secrets from one place


@csrf_exempt
@require_POST
@never_cache
def event(request: HttpRequest, token: str) -> JsonResponse:
    """One event. Answered 200 with {}, or {"action": "reject"} for a number on the block list, as Zammad does.

    An exchange that asks `wants=users` with its newCall is told at which telephones the call is to ring, those first that have
    been ready longest, `rung` (earlier ones) last: {"users": "202,201"}.
    """
    try:
        line = _line(request, token)
        said = read_event(request.POST)
        call = hear(line, said, at=said.moment(now()))
    except DomainError as error:
        return _refused(error)
    if call.blocked:
        return JsonResponse({"action": "reject", "reason": "busy"})
    if request.POST.get("wants") == "users" and call.state == Call.State.RINGING:
        return JsonResponse({"users": ",".join(first_to_ring(line, request.POST.get("rung", "").split(",")[:_RUNG]))})
    return JsonResponse({})


@csrf_exempt
@require_POST
@never_cache
def recording(request: HttpRequest, token: str) -> JsonResponse:
    """The recording of a call: multipart `callId`, `recording`, and `prompted=1` where the caller was told."""
    try:
        line = _line(request, token)
        call_id, upload = request.POST.get("callId", ""), request.FILES.get("recording")
        if "\0" in call_id:
            raise Invalid(_("Sự kiện của tổng đài chưa đúng."), fields={"callId": _("Ký tự NUL không được nhận.")})
        if upload is None:
            raise Invalid(_("Thiếu tệp ghi âm."), fields={"recording": _("Hãy gửi tệp ghi âm trong trường recording.")})
        keep_recording(line, call_id, upload, prompted=request.POST.get("prompted") == "1")
    except DomainError as error:
        return _refused(error)
    return JsonResponse({}, status=201)


def _line(request: HttpRequest, token: str) -> Line:
    line = line_by_token(token)
    if line is None:
        spend_try("hotline.token", client_address(request), limit=_STRANGERS, window=_WINDOW, at=now())
        raise _Unauthorized(_("Địa chỉ bí mật của đường dây không đúng hoặc đã đổi."))
    spend_try("hotline.events", str(line.pk), limit=_EVENTS, window=_WINDOW, at=now())
    return line


class _Unauthorized(DomainError):
    status = 401
    code = "unauthorized"


def _refused(error: DomainError) -> JsonResponse:
    answer = JsonResponse(
        {"error": str(error), "code": error.code, "fields": {name: str(text) for name, text in error.fields.items()}},
        status=error.status,
    )
    if isinstance(error, TooManyTries):
        answer["Retry-After"] = "60"
    return answer
