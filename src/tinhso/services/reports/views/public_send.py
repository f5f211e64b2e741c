"""Sending a report from a phone: one page, which works as a plain form and, with scripts, also without network."""

import uuid
from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tinhso.blocks.cases.access_code import lookup_code
from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.places import Place
from tinhso.blocks.directory.identity_numbers import normal_phone
from tinhso.blocks.files.films import FILM_SECONDS
from tinhso.blocks.files.given import Given, files_of
from tinhso.blocks.gis.background import communes, reach_of
from tinhso.blocks.gis.clusters import point_from
from tinhso.blocks.gis.tiles import with_map
from tinhso.blocks.identity.guards import VisitorRequest
from tinhso.blocks.identity.throttle import client_address
from tinhso.kernel.errors import DomainError, Invalid, NotAllowed
from tinhso.kernel.text.numbers import whole_number
from tinhso.kernel.web.answers import wants_json
from tinhso.services.reports.actions import send_report
from tinhso.services.reports.actions.sending import MOST_PHOTOS
from tinhso.services.reports.limits import spend_report
from tinhso.services.reports.queries import Field, fields_open, nearby
from tinhso.services.reports.views.public_contact import SENT, contact_of

_REMEMBERED = 50
# the form's names of what the action calls otherwise
_NAMES = {"matter.kind": "kind", "matter.text": "text", "files": "photos"}


@never_cache
@with_map
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: VisitorRequest) -> HttpResponse:
    """The form, and what it sends; programs of ours get the code and the address as JSON."""
    if request.method != "POST":
        return _form(request, {"key": uuid.uuid4().hex})
    given = Given(files_of(request.POST.get("kept", "")) if "drop_kept" not in request.POST else [], most=MOST_PHOTOS)
    try:
        case = _sent(request, given)
    except DomainError as error:
        if wants_json(request):
            raise
        fields = {_NAMES.get(name, name): str(text) for name, text in error.fields.items()}
        return _form(request, request.POST.dict(), errors=fields or {"": str(error)}, status=error.status, given=given)
    request.session[SENT] = [*request.session.get(SENT, ()), case.code][-_REMEMBERED:]
    address = reverse("reports:page", args=[case.code]) + "?moi"
    if wants_json(request):
        return JsonResponse({"code": case.code, "lookup": lookup_code(case), "url": address}, status=201)
    return redirect(address)


def _sent(request: VisitorRequest, files: Given) -> Case:
    given = request.POST
    phone = "" if request.person else _phone(request)
    address = client_address(request)
    who = f"person:{request.person.pk}" if request.person else phone or address
    spend_report(who=who, address=address, at=now(), unproven="" if phone == contact_of(request) else phone)
    files.take(request, "photos", by=request.person)
    field, _dot, kind = given.get("kind", "").partition(".")
    if not kind:
        problem = _("Hãy chọn việc bạn muốn phản ánh.")
        raise Invalid(problem, fields={"kind": problem})
    return send_report(
        field,
        {"kind": kind},
        place=_place(given),
        text=given.get("text", ""),
        files=files.files,
        phone=phone,
        by=request.person,
        key=given.get("key", "")[:64],
    )


def _phone(request: VisitorRequest) -> str:
    """The number of a visitor without an account; the one this device has proven where the province asks for that.

    Raises:
        NotAllowed: none was proven.
        Invalid: not a Vietnamese number; `fields` names "phone".
    """
    if not settings.REPORTS_PHONE_PROVEN:
        return normal_phone(request.POST.get("phone", ""))
    proven = contact_of(request)
    if not proven or "@" in proven:
        raise NotAllowed(_("Hãy xác nhận số điện thoại trước khi gửi phản ánh."))
    return proven


def _place(given: Any) -> Place:
    """Where, as the form says it: a point, an address, a commune. Of a commune alone its centre is the point."""
    point = point_from(given.get("lon"), given.get("lat"))
    address, code = given.get("address", ""), given.get("unit", "")[:10]
    accuracy = whole_number(given.get("accuracy"))
    unit = communes(localdate()).filter(code=code).first() if code else None
    if point is None and unit and unit.centre:
        point, accuracy = unit.centre, reach_of(unit)
    if unit and not address.strip():
        address = unit.name
    return Place((point.x, point.y) if point else None, address, accuracy, unit.code if unit else "")


def _form(
    request: VisitorRequest,
    values: dict[str, Any],
    *,
    errors: dict[str, str] | None = None,
    status: int = 200,
    given: Given | None = None,
) -> HttpResponse:
    context = {
        "fields": fields_open(now()),
        "values": values,
        "errors": errors or {},
        "kept": given if given and given.files else None,
        "prove_phone": settings.REPORTS_PHONE_PROVEN and not request.person and "@" in (contact_of(request) or "@"),
        "ask_phone": not request.person and not settings.REPORTS_PHONE_PROVEN,
        "limits": {"bytes": settings.MAX_UPLOAD_SIZE, "seconds": FILM_SECONDS, "files": MOST_PHOTOS},
        "breadcrumbs": [(_("Phản ánh hiện trường"), reverse("reports:list")), (_("Gửi phản ánh"), "")],
    }
    return render(request, "reports/public/send.html", context, status=status)


@never_cache
@require_safe
def token(request: VisitorRequest) -> JsonResponse:
    """The form guard's token, for a form that was opened without network, or long ago."""
    return JsonResponse({"token": get_token(request)})


@never_cache
@require_safe
def near(request: VisitorRequest) -> HttpResponse:
    """What was reported close by lately: perhaps the same matter."""
    point = point_from(request.GET.get("lon"), request.GET.get("lat"))
    field = request.GET.get("kind", "").partition(".")[0]
    known = field in {one.code for one in fields_open(now())}
    found = list(nearby((point.x, point.y), field)[:3]) if point and known else []
    return render(request, "reports/public/near.html", {"reports": found})


def kind_of(report: Any, fields: list[Field]) -> str:
    """What a report is about, in words."""
    field = next((one for one in fields if one.code == report.case.procedure.code), None)
    kind = field.kind(report.kind) if field else None
    return kind.label if kind else report.case.procedure.title
