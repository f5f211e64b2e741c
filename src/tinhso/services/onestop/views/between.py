"""Back to an earlier step, and what comes from outside and is recorded by hand."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.blocks.cases.actions.events import record_message
from tinhso.blocks.cases.actions.going_back import go_back, targets_of
from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.queries import case_for_staff, may_work_on
from tinhso.blocks.cases.waiting import waiting_at
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, NotAllowed, NotFound
from tinhso.kernel.permissions import require
from tinhso.services.onestop.forms import MessageForm, OfficeForm, ReturnForm
from tinhso.services.onestop.views.case import done
from tinhso.services.onestop.views.steps import step_of


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def back(request: PersonRequest, code: str, step: int) -> HttpResponse:
    """Choose the earlier step, read what that undoes, say why."""
    case, found = step_of(request, code, step)
    if not may_work_on(request.person, found):
        raise NotAllowed(_("Bước này thuộc về người hoặc bộ phận khác."))
    targets = targets_of(found) if found.open else []
    names = {target.node.id: target.node.name for target in targets}
    nearest = {"to": targets[0].node.id} if targets else {}
    form = ReturnForm(request.POST or None, steps=list(names.items()), initial=nearest)
    status = 200
    if request.method == "POST" and (form.is_valid() or not targets):
        try:
            go_back(found, request.POST.get("to", ""), by=request.person, reason=request.POST.get("reason", ""))
        except DomainError as refusal:
            form.take(refusal)
            status = refusal.status
        else:
            return done(request, case, _("Đã chuyển hồ sơ về bước “%(name)s”.") % {"name": names[form.cleaned_data["to"]]})
    context = {"case": case, "step": found, "targets": targets, "form": form, **way_to(case, _("Chuyển lại bước trước"))}
    return render(request, "onestop/go_back.html", context, status=status_of(form, status))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def message(request: PersonRequest, code: str, wait: int) -> HttpResponse:
    """Enter a paper the process waits for."""
    case = case_for_staff(code, request.person)
    require(request.person, "cases.work", at=case.agency)
    found = case.waits.select_related("case", "sub").filter(pk=wait).exclude(message="").exclude(node="").first()
    if found is None:
        raise NotFound(_("Hồ sơ này không chờ tin như thế."))
    thing = waiting_at(case, found)
    form = MessageForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            record_message(found, by=request.person, number=given["number"], dated=given["dated"], note=given["note"])
        except DomainError as refusal:
            form.take(refusal)
            status = refusal.status
        else:
            return done(request, case, _("Đã ghi nhận “%(name)s”. Hồ sơ đi tiếp.") % {"name": thing.what})
    context = {"case": case, "thing": thing, "form": form, **way_to(case, thing.what)}
    return render(request, "onestop/record_message.html", context, status=status_of(form, status))


def way_to(case: Case, here: str) -> dict[str, object]:
    """The breadcrumbs of a page below a case."""
    cases, page = (_("Hồ sơ"), reverse("onestop:cases")), (case.code, reverse("onestop:case", args=[case.code]))
    return {"breadcrumbs": [cases, page, (here, "")]}


def status_of(form: OfficeForm, status: int) -> int:
    """What a page with this form answers; `status` is that of an action's refusal."""
    return 422 if form.errors and status == 200 else status
