"""The door for the portal: cases handed in there."""

import hmac
import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tinhso.kernel.errors import DomainError, NotFound
from tinhso.services.national_portal.actions.incoming import take_in


@csrf_exempt
@require_POST
@never_cache
def receive(request: HttpRequest) -> HttpResponse:
    """Take a case in. Answered like the portal's own interface: `error_code` "0", or what is wrong with which field."""
    if not settings.NATIONAL_PORTAL["accepts"]:
        raise NotFound
    key = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(key.encode(), str(settings.NATIONAL_PORTAL["inbound_key"]).encode()):
        return JsonResponse({"error_code": "11", "error_message": "Authorization"}, status=401)
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        return JsonResponse({"error_code": "20", "error_message": "JSON"}, status=400)
    try:
        arrival = take_in(said)
    except DomainError as error:
        fields = {name: str(text) for name, text in error.fields.items()}
        return JsonResponse({"error_code": str(error.status), "error_message": str(error), "fields": fields}, status=error.status)
    return JsonResponse({"error_code": "0", "error_message": "", "MaHoSo": arrival.portal_code, "SoBienNhan": arrival.case.code})
