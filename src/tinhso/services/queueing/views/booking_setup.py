"""Slots of an office, and who is expected today."""

from datetime import time

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tinhso.blocks.directory.models import Agency
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, Invalid, NotFound
from tinhso.kernel.permissions import allowed, require
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.queueing.actions.appointments import end_slots, plan_slots
from tinhso.services.queueing.booking_tables import SlotPlan
from tinhso.services.queueing.queries import lines_of, office_for, open_sitting
from tinhso.services.queueing.slots import appointments_of_day

WEEKDAYS = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def plans(request: PersonRequest) -> HttpResponse:
    """See and add slots."""
    require(request.person, "queueing.manage")
    given = request.POST if request.method == "POST" else request.GET
    agency = office_for(request.person, "queueing.manage", given.get("co-quan", ""))
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            _add(request, agency)
            messages.success(request, _("Đã mở giờ hẹn."))
            return redirect(f"{reverse('queueing:slot_plans')}?co-quan={agency.code}")
        except DomainError as error:
            problem = error
    found = (
        SlotPlan.objects.filter(line__agency=agency, active=True).select_related("line").order_by("line__letter", "start", "pk")
    )
    context = {
        "agency": agency,
        "plans": [(plan, ", ".join(WEEKDAYS[day - 1] for day in plan.weekdays)) for plan in found],
        "lines": lines_of(agency),
        "weekdays": [(number, name) for number, name in enumerate(WEEKDAYS, 1)],
        "problem": problem,
        "entered": request.POST,
        "chosen": [whole_number(day) for day in request.POST.getlist("days")] or [1, 2, 3, 4, 5],
        "breadcrumbs": [
            (_("Hàng chờ"), reverse("queueing:figures")),
            (_("Thiết lập"), f"{reverse('queueing:setup')}?co-quan={agency.code}"),
            (_("Giờ hẹn"), ""),
        ],
    }
    return render(request, "queueing/slot_plans.html", context, status=problem.status if problem else 200)


def _add(request: PersonRequest, agency: Agency) -> None:
    line = next((one for one in lines_of(agency) if str(one.pk) == request.POST.get("line")), None)
    if line is None:
        raise Invalid(_("Hãy chọn loại dịch vụ."))
    plan_slots(
        line,
        weekdays=[day for text in request.POST.getlist("days") if (day := whole_number(text))],
        start=_time(request.POST.get("start", "")),
        end=_time(request.POST.get("end", "")),
        minutes=whole_number(request.POST.get("minutes")) or 0,
        capacity=whole_number(request.POST.get("capacity")) or 0,
        by=request.person,
    )


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise Invalid(_("Hãy nhập giờ, ví dụ 07:30.")) from error


@require_POST
@staff_only
def ended(request: PersonRequest, pk: int) -> HttpResponse:
    """Offer these slots no more."""
    require(request.person, "queueing.manage")
    plan = SlotPlan.objects.select_related("line__agency").filter(pk=pk).first()
    if plan is None or not allowed(request.person, "queueing.manage", at=plan.line.agency):
        raise NotFound(_("Không có giờ hẹn này."))
    end_slots(plan, by=request.person)
    messages.success(request, _("Đã đóng giờ hẹn; lịch đã đặt vẫn giữ."))
    return redirect(f"{reverse('queueing:slot_plans')}?co-quan={plan.line.agency.code}")


@require_safe
@staff_only
def today(request: PersonRequest) -> HttpResponse:
    """Who is expected at the office today, by code."""
    require(request.person, "queueing.serve")
    sitting = open_sitting(request.person)
    agency = sitting.counter.agency if sitting else office_for(request.person, "queueing.serve", request.GET.get("co-quan", ""))
    context = {
        "agency": agency,
        "rows": appointments_of_day(agency, now()),
        "breadcrumbs": [(_("Quầy gọi số"), reverse("queueing:desk")), (_("Lịch hẹn hôm nay"), "")],
    }
    return render(request, "queueing/appointments.html", context)
