"""Setting up the queue of an office."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tinhso.blocks.directory.models import Agency
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.kernel.permissions import allowed, require
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.queueing.actions.setup import add_device, revoke_device, set_counters, set_line
from tinhso.services.queueing.forms import DeviceForm, LineForm
from tinhso.services.queueing.models import Counter, Device, Line
from tinhso.services.queueing.queries import office_for, offices_of


@require_safe
@staff_only
def page(request: PersonRequest) -> HttpResponse:
    """Lines, counters, devices of one office."""
    require(request.person, "queueing.manage")
    agency = _office(request)
    letter = request.GET.get("loai", "")
    line = Line.objects.filter(agency=agency, letter=letter).first() if letter else None
    return _show(request, agency, line_form=_line_form(line))


def _line_form(line: Line | None) -> LineForm:
    if line is None:
        return LineForm()
    values = {name: getattr(line, name) for name in ("letter", "title", "purpose", "minutes", "active")}
    return LineForm(initial=values | {"fields_served": line.fields})


def _show(
    request: PersonRequest,
    agency: Agency,
    *,
    line_form: LineForm | None = None,
    device_form: DeviceForm | None = None,
    made: tuple[Device, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "agency": agency,
        "offices": offices_of(request.person, "queueing.manage").filter(queue_lines__isnull=False).distinct()[:50],
        "lines": Line.objects.filter(agency=agency).order_by("letter"),
        "counters": Counter.objects.filter(agency=agency, active=True).count(),
        "devices": Device.objects.filter(agency=agency, revoked_at=None).order_by("kind", "pk"),
        "line_form": line_form or LineForm(),
        "device_form": device_form or DeviceForm(),
        "made": made[0] if made else None,
        "address": _address(*made) if made else "",
        "now": now(),
        "breadcrumbs": [(_("Hàng chờ"), reverse("queueing:figures")), (_("Thiết lập"), "")],
    }
    return render(request, "queueing/setup.html", context, status=status)


def _address(device: Device, token: str) -> str:
    return settings.PUBLIC_URL + reverse(
        "queueing:kiosk" if device.kind == Device.Kind.KIOSK else "queueing:screen", args=[token]
    )


@require_POST
@staff_only
def line(request: PersonRequest) -> HttpResponse:
    """Add or change a kind of service."""
    require(request.person, "queueing.manage")
    agency, form = _office(request), LineForm(request.POST)
    if not form.is_valid():
        return _show(request, agency, line_form=form, status=422)
    given = form.cleaned_data
    try:
        set_line(
            agency,
            given["letter"],
            title=given["title"],
            purpose=given["purpose"],
            fields=given["fields_served"],
            minutes=given["minutes"],
            active=given["active"],
            by=request.person,
        )
    except DomainError as error:
        for name, message in error.fields.items():
            form.add_error(name, str(message))
        return _show(request, agency, line_form=form, status=error.status)
    return _done(request, agency, _("Đã lưu loại dịch vụ."))


@require_POST
@staff_only
def counters(request: PersonRequest) -> HttpResponse:
    """How many counters there are."""
    require(request.person, "queueing.manage")
    agency = _office(request)
    try:
        set_counters(agency, whole_number(request.POST.get("count")) or 0, by=request.person)
    except DomainError as error:
        messages.error(request, str(error))
        return _show(request, agency, status=error.status)
    return _done(request, agency, _("Đã lưu số quầy."))


@require_POST
@staff_only
def device(request: PersonRequest) -> HttpResponse:
    """Make the address of a device, and show it this once."""
    require(request.person, "queueing.manage")
    agency, form = _office(request), DeviceForm(request.POST)
    if not form.is_valid():
        return _show(request, agency, device_form=form, status=422)
    made = add_device(agency, form.cleaned_data["kind"], form.cleaned_data["name"], by=request.person)
    return _show(request, agency, made=made)


@require_POST
@staff_only
def revoked(request: PersonRequest, pk: int) -> HttpResponse:
    """Let an address open nothing any more."""
    require(request.person, "queueing.manage")
    found = Device.objects.select_related("agency").filter(pk=pk).first()
    if found is None or not allowed(request.person, "queueing.manage", at=found.agency):
        raise NotFound(_("Không có thiết bị này."))
    revoke_device(found, by=request.person)
    return _done(request, found.agency, _("Đã thu hồi địa chỉ của thiết bị."))


def _office(request: PersonRequest) -> Agency:
    given = request.POST if request.method == "POST" else request.GET
    return office_for(request.person, "queueing.manage", given.get("co-quan", ""))


def _done(request: PersonRequest, agency: Agency, told: str) -> HttpResponse:
    messages.success(request, told)
    return redirect(f"{reverse('queueing:setup')}?co-quan={agency.code}")
