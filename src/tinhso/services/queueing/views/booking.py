"""Appointments for citizens: with an account, or with a telephone number and the code sent to it."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tinhso.blocks.cases.queries import catalogue
from tinhso.blocks.directory.identity_numbers import normal_phone
from tinhso.blocks.identity.guards import VisitorRequest
from tinhso.blocks.identity.throttle import client_address, spend_try
from tinhso.blocks.payments.vietqr import svg
from tinhso.kernel.errors import DomainError, Invalid
from tinhso.services.queueing.actions.appointments import book, cancel, confirm
from tinhso.services.queueing.booking_tables import Appointment
from tinhso.services.queueing.models import Line
from tinhso.services.queueing.slots import (
    appointment_by_code,
    appointment_by_key,
    bookable_line,
    bookable_lines,
    days_with_slots,
    open_appointments,
)

_WINDOW = timedelta(hours=1)
_FROM_ONE_ADDRESS, _TO_ONE_PHONE, _CODES = 20, 3, 10  # an hour


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: VisitorRequest) -> HttpResponse:
    """Where one can book, and what one has booked; without an account found by telephone number and code."""
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            spend_try("queueing.find", client_address(request), limit=_FROM_ONE_ADDRESS, window=_WINDOW, at=now())
            phone = normal_phone(request.POST.get("phone", ""))
            return redirect("queueing:appointment", key=appointment_by_code(request.POST.get("code", ""), phone=phone).key)
        except DomainError as error:
            problem = error
    procedure = catalogue().filter(code=request.GET.get("thu-tuc", "")[:60]).first()
    offices: dict[str, list[Line]] = {}
    for line in bookable_lines(procedure):
        offices.setdefault(line.agency.name, []).append(line)
    context = {
        "offices": offices,
        "procedure": procedure,
        "mine": open_appointments(person=request.person, phone="", at=now()) if request.person else [],
        "problem": problem,
        "entered": request.POST,
    }
    return render(request, "queueing/book.html", context, status=problem.status if problem else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def slots(request: VisitorRequest, line: int) -> HttpResponse:
    """Choose a time."""
    found = bookable_line(line)
    if request.method != "POST":
        return _slots(request, found)
    try:
        appointment = book(found, _moment(request.POST.get("slot", "")), by=request.person, phone=_phone(request))
    except DomainError as error:
        return _slots(request, found, error)
    return redirect("queueing:appointment", key=appointment.key)


def _slots(request: VisitorRequest, line: Line, problem: DomainError | None = None) -> HttpResponse:
    days = days_with_slots(line, now())
    asked = request.GET.get("ngay", "")
    day = next((one for one in days if one.isoformat() == asked), next(iter(days), None))
    context = {
        "line": line,
        "days": [(one, one == day) for one in days],
        "slots": days[day] if day else [],
        "day": day,
        "problem": problem,
        "entered": request.POST,
        "breadcrumbs": [(_("Đặt lịch hẹn"), reverse("queueing:book")), (line.title, "")],
    }
    return render(request, "queueing/slots.html", context, status=problem.status if problem else 200)


def _phone(request: VisitorRequest) -> str:
    """The number of a visitor without an account.

    Raises:
        Invalid: it is missing or wrong.
        TooManyTries: too many codes were sent to it, or asked for from one place.
    """
    if request.person:
        return ""
    phone = normal_phone(request.POST.get("phone", ""))
    if not phone:
        raise Invalid(_("Hãy nhập số điện thoại để nhận mã."), fields={"phone": _("Hãy nhập số điện thoại để nhận mã.")})
    spend_try("queueing.book", client_address(request), limit=_FROM_ONE_ADDRESS, window=_WINDOW, at=now())
    spend_try("queueing.code", phone, limit=_TO_ONE_PHONE, window=_WINDOW, at=now())
    return phone


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Invalid(_("Hãy chọn giờ hẹn."), fields={"slot": _("Hãy chọn giờ hẹn.")})
    return moment


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: VisitorRequest, key: str) -> HttpResponse:
    """One appointment: enter the code, show the QR to the kiosk, cancel."""
    found = appointment_by_key(key)
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            _act(request, found)
            return redirect("queueing:appointment", key=key)
        except DomainError as error:
            problem = error
    open_now = found.state in {Appointment.State.BOOKED, Appointment.State.PENDING}
    held = found.state != Appointment.State.PENDING or bool(found.holds_until and found.holds_until > now())
    booked = found.state == Appointment.State.BOOKED
    context = {
        "appointment": found,
        "open": open_now,
        "pending": found.state == Appointment.State.PENDING and held,
        "lapsed": not held,
        "booked": booked,
        "qr": SafeString(svg(f"LH{found.code}", title=_("Mã QR của lịch hẹn"))) if booked else "",
        "problem": problem,
    }
    return render(request, "queueing/appointment.html", context, status=problem.status if problem else 200)


def _act(request: VisitorRequest, appointment: Appointment) -> None:
    if request.POST.get("act") == "huy":
        cancel(appointment, by=request.person)
        messages.success(request, _("Đã hủy lịch hẹn."))
    elif request.POST.get("act") == "xac-nhan":
        spend_try("queueing.confirm", appointment.key, limit=_CODES, window=_WINDOW, at=now())
        confirm(appointment, request.POST.get("code", ""))
        messages.success(request, _("Đã đặt lịch hẹn."))
