"""Calls afterwards: the list, one call with its recording and its score sheet, those written down during an outage."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, make_aware, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tinhso.blocks.files.reading import file_response
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, Invalid, NotFound
from tinhso.kernel.paging import page_by_key
from tinhso.kernel.permissions import allowed, require
from tinhso.kernel.text.numbers import whole_number
from tinhso.kernel.time import VIETNAM
from tinhso.services.hotline.actions.desk import block_number, enter_later, unblock
from tinhso.services.hotline.actions.quality import review
from tinhso.services.hotline.actions.recordings import play
from tinhso.services.hotline.desk_tables import BlockedNumber
from tinhso.services.hotline.models import Call, Disposition, Recording
from tinhso.services.hotline.numbers import e164
from tinhso.services.hotline.quality_tables import QualityReview, Survey
from tinhso.services.hotline.queries import call_for, line_for
from tinhso.services.hotline.views.quality import review_parts, scores_from

_ONLY = {
    "": gettext_noop("Tất cả"),
    "nho": gettext_noop("Nhỡ"),
    "ghi-am": gettext_noop("Có ghi âm"),
    "cham": gettext_noop("Chưa chấm"),
    "cua-toi": gettext_noop("Của tôi"),
}


@require_safe
@staff_only
def page(request: PersonRequest) -> HttpResponse:
    """Calls of the line, newest first; `cham` picks answered calls nobody has scored."""
    require(request.person, "hotline.serve")
    line = line_for(request.person, "hotline.serve")
    asked, only = request.GET.get("so", "")[:40], request.GET.get("loc", "")
    calls = Call.objects.filter(line=line).select_related("agent__person", "person")
    if number := e164(asked):
        calls = calls.filter(number=number)
    if only == "nho":
        calls = calls.filter(state=Call.State.MISSED)
    elif only == "ghi-am":
        calls = calls.filter(recording__file__isnull=False)
    elif only == "cham":
        calls = calls.filter(state=Call.State.ENDED, review=None).exclude(agent__person=request.person)
    elif only == "cua-toi":
        calls = calls.filter(agent__person=request.person)
    context = {
        "line": line,
        "page": page_by_key(calls, order=("-started_at",), cursor=request.GET.get("trang")),
        "leads": allowed(request.person, "hotline.lead", at=line.agency),
        "blocked": BlockedNumber.objects.filter(line=line, until__gte=localdate()).order_by("-blocked_at"),
        "filters": [
            {"name": "so", "label": _("Số điện thoại"), "kind": "search", "value": asked},
            {
                "name": "loc",
                "label": _("Chỉ xem"),
                "kind": "select",
                "value": only,
                "options": [(key, _(text)) for key, text in _ONLY.items()],
            },
        ],
    }
    return render(request, "hotline/calls.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def one(request: PersonRequest, pk: int) -> HttpResponse:
    """A call: what happened, notes, recording, tickets; its score sheet for who leads the line."""
    require(request.person, "hotline.serve")
    call = call_for(request.person, pk)
    leads = allowed(request.person, "hotline.lead", at=call.line.agency)
    mine = call.agent is not None and call.agent.person_id == request.person.pk
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            review(call, scores_from(request), by=request.person, comment=request.POST.get("comment", ""))
            messages.success(request, _("Đã lưu phiếu chấm."))
            return redirect("hotline:call", pk=pk)
        except DomainError as error:
            if not error.fields:
                raise
            problem = error
    context = {
        "call": call,
        "legs": call.legs.select_related("agent__person", "handed_by__person").order_by("rang_at"),
        "tickets": call.tickets.select_related("case__procedure", "case__agency").order_by("pk"),
        "recording": Recording.objects.filter(call=call).first() if leads or mine else None,
        "reviews": leads and not mine and call.state == Call.State.ENDED,
        "survey": Survey.objects.filter(call=call).exclude(mark=None).first(),
        **review_parts(QualityReview.objects.select_related("reviewer").filter(call=call).first(), problem),
        "problem": problem,
        "leads": leads,
        "breadcrumbs": [(_("Cuộc gọi"), reverse("hotline:calls")), (f"{call.started_at.astimezone(VIETNAM):%H:%M %d/%m/%Y}", "")],
    }
    return render(request, "hotline/one_call.html", context, status=problem.status if problem else 200)


@never_cache
@require_safe
@staff_only
def sound(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The recording; that it was heard is written down."""
    require(request.person, "hotline.serve")
    recording = (
        Recording.objects.select_related("call__line__agency", "call__agent", "file")
        .filter(call=call_for(request.person, pk))
        .first()
    )
    if recording is None:
        raise NotFound(_("Cuộc gọi này không có ghi âm."))
    return file_response(play(recording, by=request.person), inline=True)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def later(request: PersonRequest) -> HttpResponse:
    """A call that was written on paper while the exchange was out."""
    require(request.person, "hotline.serve")
    line = line_for(request.person, "hotline.serve")
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            call = enter_later(
                line,
                by=request.person,
                number=request.POST.get("number", ""),
                started_at=_moment(request.POST.get("started_at", "")),
                minutes=whole_number(request.POST.get("minutes")) or 0,
                notes=request.POST.get("notes", ""),
                disposition=request.POST.get("disposition", ""),
                caller_name=request.POST.get("caller_name", ""),
            )
            messages.success(request, _("Đã nhập cuộc gọi vào đúng thời điểm của nó."))
            return redirect("hotline:call", pk=call.pk)
        except DomainError as error:
            problem = error
    context = {
        "line": line,
        "problem": problem,
        "entered": request.POST or {"started_at": f"{now().astimezone(VIETNAM):%Y-%m-%dT%H:%M}", "minutes": "3"},
        "dispositions": Disposition.choices,
        "breadcrumbs": [(_("Cuộc gọi"), reverse("hotline:calls")), (_("Nhập cuộc gọi ghi tay"), "")],
    }
    return render(request, "hotline/later.html", context, status=problem.status if problem else 200)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(_("Thông tin cuộc gọi chưa đúng."), fields={"started_at": _("Hãy nhập ngày giờ của cuộc gọi.")}) from error
    return moment if moment.tzinfo else make_aware(moment, VIETNAM)


@require_POST
@staff_only
def block(request: PersonRequest) -> HttpResponse:
    """Refuse a number, or take it again."""
    require(request.person, "hotline.lead")
    line = line_for(request.person, "hotline.lead")
    if "unblock" in request.POST:
        found = (
            BlockedNumber.objects.select_related("line__agency")
            .filter(line=line, pk=whole_number(request.POST["unblock"]) or 0)
            .first()
        )
        if found is None:
            raise NotFound(_("Số này không bị chặn."))
        unblock(found, by=request.person)
        messages.success(request, _("Đã bỏ chặn."))
        return redirect("hotline:calls")
    try:
        days = whole_number(request.POST.get("days")) or 0
        block_number(line, request.POST.get("number", ""), request.POST.get("reason", ""), by=request.person, days=days)
        messages.success(request, _("Đã chặn số này."))
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("hotline:calls")
