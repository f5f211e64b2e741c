"""What an applicant changes in a case of theirs: put right what they entered, ask for it back, complain of how it ended."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tinhso.blocks.cases.actions.correcting import correct_case
from tinhso.blocks.cases.actions.reopening import complain as complain_of
from tinhso.blocks.cases.actions.stopping import ask_withdrawal
from tinhso.blocks.cases.forms import answered_files, form_of
from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.possible import applicant_powers
from tinhso.blocks.cases.queries import case_for_applicant
from tinhso.blocks.forms import Parsed
from tinhso.blocks.forms.uploads import names_of, store_uploads
from tinhso.blocks.identity.guards import PersonRequest, signed_in
from tinhso.kernel.errors import DomainError, WrongState
from tinhso.services.portal.views.mine import show


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def correct(request: PersonRequest, code: str) -> HttpResponse:
    """The form as it was handed in, to be put right before the agency receives it."""
    mine = case_for_applicant(code, request.person)
    if not applicant_powers(request.person, mine, unpaid=False, rated=True).correct:
        raise WrongState(_("Hồ sơ đã được tiếp nhận. Hãy liên hệ Bộ phận Một cửa để sửa thông tin."))
    if request.method != "POST":
        return _correction(request, mine, mine.form.answers)
    form = form_of(mine.version)
    parsed = form.parse(request.POST, request.FILES, keep=form.only_files(mine.form.answers))
    if not parsed.fragment:
        store_uploads(parsed, by=request.person)
    if parsed.fragment or parsed.redraw:
        return _correction(request, mine, parsed.answers, parsed=parsed)
    if parsed.errors:
        return _correction(request, mine, parsed.answers, parsed=parsed, status=422)
    try:
        correct_case(mine, parsed.answers, by=request.person, reason=request.POST.get("correct_reason", ""))
    except DomainError as error:
        return _correction(request, mine, parsed.answers, problem=error, status=error.status)
    messages.success(request, _("Đã sửa hồ sơ."))
    return redirect("portal:case", code=code)


def _correction(
    request: PersonRequest,
    case: Case,
    answers: dict[str, Any],
    *,
    parsed: Parsed | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    form, errors = form_of(case.version), parsed.errors if parsed else {}
    files = names_of(answered_files(case), address=lambda pk: reverse("portal:answered_file", args=[case.code, pk]))
    fields = form.render(None, answers, errors, post_url=request.path, files=files, focus=parsed.focus if parsed else "")
    if parsed and parsed.fragment:
        return HttpResponse(fields)
    context = {
        "case": case,
        "fields": fields,
        "summary": form.render_errors(errors),
        "problem": problem,
        "reason": request.POST.get("correct_reason", ""),
        "breadcrumbs": [
            (_("Hồ sơ của tôi"), reverse("portal:cases")),
            (case.code, reverse("portal:case", args=[case.code])),
            (_("Sửa thông tin"), ""),
        ],
    }
    return render(request, "portal/correct.html", context, status=status)


@require_POST
@signed_in
def ask_back(request: PersonRequest, code: str) -> HttpResponse:
    """Ask the agency for a case back on which it is working."""
    mine = case_for_applicant(code, request.person)
    try:
        ask_withdrawal(mine, by=request.person, reason=request.POST.get("withdraw_reason", ""))
    except DomainError as error:
        return show(request, mine, problem=error)
    messages.success(request, _("Đã gửi đề nghị rút hồ sơ. Cơ quan sẽ quyết định và báo cho bạn."))
    return redirect("portal:case", code=code)


@require_POST
@signed_in
def complain(request: PersonRequest, code: str) -> HttpResponse:
    """Complain of how a case ended."""
    mine = case_for_applicant(code, request.person)
    try:
        complain_of(mine, by=request.person, content=request.POST.get("complaint", ""))
    except DomainError as error:
        return show(request, mine, problem=error)
    messages.success(request, _("Đã gửi khiếu nại. Cơ quan sẽ quyết định và báo cho bạn."))
    return redirect("portal:case", code=code)
