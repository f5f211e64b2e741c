"""The kiosk: a touch screen that gives out numbers. No personal data is asked or shown."""

import re
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tinhso.blocks.identity.throttle import spend_try
from tinhso.blocks.payments.vietqr import svg
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.services.queueing.actions.appointments import check_in
from tinhso.services.queueing.actions.tickets import AlreadyDrawn, collectable_case, take_ticket
from tinhso.services.queueing.booking_tables import SlotPlan
from tinhso.services.queueing.models import Device, Line, Priority, Ticket
from tinhso.services.queueing.queries import lines_of, outlook, ticket_by_key, waiting_by_line
from tinhso.services.queueing.slots import appointment_by_code
from tinhso.services.queueing.views.devices import device_at

_SCANS, _WINDOW = 60, timedelta(minutes=10)  # more than people with papers in their hands can do, too few to guess by
_APPOINTMENT_CODE = re.compile(r"^(?:LH)?([3-9A-Y]{8})$")
_CASE_CODE = re.compile(r"[A-Z]\d{2}(?:\.[A-Z0-9]+)*-\d{6}-\d{4,}")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a kind of service, or scan the code of a case whose result is to be collected."""
    device = device_at(token, Device.Kind.KIOSK)
    if request.method != "POST":
        return _choose(request, device)
    try:
        ticket = _draw(request, device)
    except AlreadyDrawn as drawn:
        ticket = drawn.ticket
    except DomainError as error:
        return _choose(request, device, error)
    return redirect("queueing:slip", token=token, key=ticket.key)


def _draw(request: HttpRequest, device: Device) -> Ticket:
    lines = {line.letter: line for line in lines_of(device.agency)}
    scanned = request.POST.get("code", "").strip().upper()
    key = f"kiosk:{device.pk}:{request.POST.get('key', '')[:32] or uuid4().hex}"
    priority = request.POST.get("priority", "")
    if "collect" in request.POST:
        spend_try("queueing.scan", str(device.pk), limit=_SCANS, window=_WINDOW, at=now())
        collecting = [line for line in lines.values() if line.purpose == Line.Purpose.COLLECT]
        if booked := _APPOINTMENT_CODE.match(scanned):
            return check_in(appointment_by_code(booked[1], agency=device.agency), by=device)
        found = _CASE_CODE.search(scanned)
        if not collecting or not found:
            raise NotFound(_("Mã chưa đúng. Mã hồ sơ in trên giấy hẹn, ví dụ H20.14-261120-0001; mã lịch hẹn có 8 chữ và số."))
        case = collectable_case(collecting[0], found.group())
        return take_ticket(collecting[0], by=device, priority=priority, case=case, submission_key=key)
    line = lines.get(request.POST.get("line", ""))
    if line is None:
        raise NotFound(_("Hãy chọn một loại dịch vụ trên màn hình."))
    return take_ticket(line, by=device, priority=priority, submission_key=key)


def _choose(request: HttpRequest, device: Device, problem: DomainError | None = None) -> HttpResponse:
    lines = waiting_by_line(lines_of(device.agency), now())
    context = {
        "device": device,
        "lines": lines,
        "collects": any(line.purpose == Line.Purpose.COLLECT for line, _count in lines),
        "books": SlotPlan.objects.filter(line__agency=device.agency).exists(),
        "priorities": [choice for choice in Priority if choice],
        "key": uuid4().hex,
        "problem": problem,
    }
    return render(request, "queueing/kiosk.html", context, status=problem.status if problem else 200)


@never_cache
@require_safe
def slip(request: HttpRequest, token: str, key: str) -> HttpResponse:
    """The ticket to print, with the QR that keeps the place on the telephone; then the kiosk is ready for the next person."""
    device = device_at(token, Device.Kind.KIOSK)
    ticket = ticket_by_key(key)
    if ticket.agency_id != device.agency_id:
        raise NotFound(_("Không có phiếu này."))
    address = settings.PUBLIC_URL + reverse("queueing:ticket", args=[ticket.key])
    context = {
        "device": device,
        "ticket": ticket,
        "outlook": outlook(ticket, now()),
        "qr": SafeString(svg(address, title=_("Mã QR giữ chỗ trên điện thoại"))),
        "home": reverse("queueing:kiosk", args=[token]),
    }
    return render(request, "queueing/slip.html", context)
