"""Doing the steps: finish, hand over to a colleague, sign one or many, return the result."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from tinhso.blocks.cases.actions.results import return_result, send_back_unsigned, sign_many, sign_result
from tinhso.blocks.cases.actions.work import assign_step, complete_step
from tinhso.blocks.cases.clock import remaining_until
from tinhso.blocks.cases.models import Case, Step
from tinhso.blocks.cases.process import outcomes_of
from tinhso.blocks.cases.queries import case_for_staff, colleagues_for, work_of
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.kernel.paging import page_by_key
from tinhso.kernel.permissions import require
from tinhso.services.onestop.views.case import again, done

BATCH = 200


def _step(request: PersonRequest, code: str, step: int) -> tuple[Case, Step]:
    case = case_for_staff(code, request.person)
    found = case.steps.select_related("case", "agency").filter(pk=step).first()
    if found is None:
        raise NotFound(_("Không có bước này trong hồ sơ."))
    return case, found


@require_POST
@staff_only
def complete(request: PersonRequest, code: str, step: int) -> HttpResponse:
    case, found = _step(request, code, step)
    try:
        complete_step(found, by=request.person, outcome=request.POST.get("outcome", ""), note=request.POST.get("note", ""))
    except DomainError as error:
        return again(request, case, error)
    return done(request, case, _("Đã hoàn thành bước “%(name)s”.") % {"name": found.name})


@require_POST
@staff_only
def assign(request: PersonRequest, code: str, step: int) -> HttpResponse:
    case, found = _step(request, code, step)
    receiver = colleagues_for(found).filter(pk=request.POST.get("to") or 0).first()
    if receiver is None:
        raise NotFound(_("Không có người này trong số những người làm được bước này."))
    try:
        assign_step(found, to=receiver, by=request.person)
    except DomainError as error:
        return again(request, case, error)
    return done(request, case, _("Đã giao bước “%(name)s” cho %(to)s.") % {"name": found.name, "to": receiver.full_name})


@require_POST
@staff_only
def sign(request: PersonRequest, code: str, step: int) -> HttpResponse:
    """Sign, or send the draft back when another outcome was chosen."""
    case, found = _step(request, code, step)
    outcome, note = request.POST.get("outcome", ""), request.POST.get("note", "")
    offered = outcomes_of(case, found)
    try:
        if offered and outcome and outcome != offered[0].code:
            send_back_unsigned(found, by=request.person, outcome=outcome, note=note)
            return done(request, case, _("Đã gửi trả để chỉnh sửa."))
        sign_result(found, by=request.person, note=note)
    except DomainError as error:
        return again(request, case, error)
    return done(request, case, _("Đã ký số kết quả."))


@require_POST
@staff_only
def hand_over(request: PersonRequest, code: str, step: int) -> HttpResponse:
    case, found = _step(request, code, step)
    try:
        return_result(found, by=request.person, note=request.POST.get("note", ""))
    except DomainError as error:
        return again(request, case, error)
    return done(request, case, _("Đã trả kết quả. Hồ sơ đã khép lại."))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def signing(request: PersonRequest) -> HttpResponse:
    """Results that wait for my signature; several can be signed with one confirmation."""
    require(request.person, "papers.sign")
    waiting = work_of(request.person).filter(does="sign")
    if request.method == "POST":
        chosen = [int(pk) for pk in request.POST.getlist("steps") if pk.isdigit()][:BATCH]
        if not chosen:
            messages.error(request, _("Hãy chọn ít nhất một hồ sơ để ký."))
            return redirect("onestop:signing")
        outcomes = sign_many(waiting.filter(pk__in=chosen), by=request.person)
        signed = sum(1 for outcome in outcomes if outcome.paper)
        if signed:
            messages.success(request, ngettext("Đã ký %(n)s kết quả.", "Đã ký %(n)s kết quả.", signed) % {"n": signed})
        failed = [outcome for outcome in outcomes if not outcome.paper]
        if not failed:
            return redirect("onestop:signing")
        return _signing_page(request, failed)
    return _signing_page(request, [])


def _signing_page(request: PersonRequest, failed: list) -> HttpResponse:  # type: ignore[type-arg]
    page = page_by_key(
        work_of(request.person).filter(does="sign"), order=("due_at",), cursor=request.GET.get("trang"), size=BATCH
    )
    moment = now()
    rows = [(step, remaining_until(step.agency, step.due_at, moment)) for step in page.rows]
    return render(request, "onestop/signing.html", {"page": page, "rows": rows, "failed": failed})
