"""The sample portal, over HTTP, with the faults that real ones have."""

import json
import time
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tinhso.kernel.errors import NotFound
from tinhso.services.national_portal.actions.demo import answer_call, next_fault
from tinhso.services.national_portal.demo_server import new_session
from tinhso.services.national_portal.models import DemoBehaviour
from tinhso.services.national_portal.options import options

Fault = DemoBehaviour.Fault
_SLOW = 0.4  # of the time a sender waits


@csrf_exempt
@require_POST
@never_cache
def session(request: HttpRequest) -> HttpResponse:
    """A session for name and password."""
    _only_demo()
    return JsonResponse(new_session(_said(request)))


@csrf_exempt
@require_POST
@never_cache
def service(request: HttpRequest) -> HttpResponse:
    """Every other call."""
    patience = _only_demo()
    fault = next_fault()
    match fault:
        case Fault.SILENT:
            time.sleep(patience * 1.2)
            return HttpResponse(status=504)
        case Fault.BROKEN:
            return HttpResponse("Internal Server Error", status=500)
        case Fault.REFUSES:
            return JsonResponse({"error_code": "99", "error_message": "Hệ thống từ chối để thử"})
        case Fault.EXPIRED:
            return JsonResponse({"error_code": "11", "error_message": "Phiên không hợp lệ hoặc đã hết hạn"})
        case Fault.GARBLED:
            return HttpResponse("<html>502</html>")
        case Fault.SLOW:
            time.sleep(patience * _SLOW)
    answer = answer_call(_said(request))
    if fault == Fault.LOST:
        time.sleep(patience * 1.2)
        return HttpResponse(status=504)
    return JsonResponse(answer)


def _only_demo() -> float:
    """How long a sender waits; there is no sample portal where another is spoken to."""
    found = options()
    if found is None or not found.demo:
        raise NotFound
    return found.timeout


def _said(request: HttpRequest) -> dict[str, Any]:
    try:
        said = json.loads(request.body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
