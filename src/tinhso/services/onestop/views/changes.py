"""What changes the course of a case: corrections, transfer to another agency, complaints and reopening."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tinhso.blocks.cases.actions.correcting import PARTICULARS, correct_case
from tinhso.blocks.cases.actions.reopening import complain as complain_of
from tinhso.blocks.cases.actions.reopening import deny_complaint, reopen_case
from tinhso.blocks.cases.actions.transferring import transfer_case
from tinhso.blocks.cases.forms import answered_files, form_of
from tinhso.blocks.cases.models import Case, Party
from tinhso.blocks.cases.possible import staff_powers
from tinhso.blocks.cases.queries import agencies_beside, case_for_staff
from tinhso.blocks.directory.models import Agency
from tinhso.blocks.forms import Parsed
from tinhso.blocks.forms.uploads import names_of, store_uploads
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, NotAllowed
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.onestop.forms import ApplicantForm
from tinhso.services.onestop.views.case import carry_out, done


def _crumbs(case: Case, title: str) -> list[tuple[str, str]]:
    return [(_("Hồ sơ"), reverse("onestop:cases")), (case.code, reverse("onestop:case", args=[case.code])), (title, "")]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def correct(request: PersonRequest, code: str) -> HttpResponse:
    """The whole form and the applicant's particulars, to be put right with a reason."""
    case = case_for_staff(code, request.person)
    if not staff_powers(request.person, case, (), now=now()).correct:
        raise NotAllowed(_("Chỉ bộ phận tiếp nhận sửa được thông tin, và chỉ khi hồ sơ chưa có kết quả."))
    party = case.parties.get(role=Party.Role.APPLICANT)
    if request.method != "POST":
        initial = {name: getattr(party, name) for name in PARTICULARS}
        return _correction(request, case, case.form.answers, ApplicantForm(initial=initial))
    form = form_of(case.version)
    parsed = form.parse(request.POST, request.FILES, keep=form.only_files(case.form.answers))
    if not parsed.fragment:
        store_uploads(parsed, by=request.person)
    particulars = ApplicantForm(request.POST)
    if parsed.fragment or parsed.redraw:
        return _correction(request, case, parsed.answers, particulars, parsed=parsed)
    if parsed.errors or not particulars.is_valid():
        return _correction(request, case, parsed.answers, particulars, parsed=parsed, status=422)
    try:
        corrected = correct_case(
            case,
            parsed.answers,
            by=request.person,
            reason=request.POST.get("correct_reason", ""),
            particulars=particulars.cleaned_data,
        )
    except DomainError as error:
        return _correction(request, case, parsed.answers, particulars, problem=error, status=error.status)
    return done(request, corrected, _("Đã sửa thông tin và báo cho người nộp."))


def _correction(
    request: PersonRequest,
    case: Case,
    answers: dict[str, Any],
    particulars: ApplicantForm,
    *,
    parsed: Parsed | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    form, errors = form_of(case.version), parsed.errors if parsed else {}
    files = names_of(answered_files(case), address=lambda pk: reverse("onestop:answered_file", args=[case.code, pk]))
    fields = form.render(None, answers, errors, post_url=request.path, files=files, focus=parsed.focus if parsed else "")
    if parsed and parsed.fragment:
        return HttpResponse(fields)
    context = {
        "case": case,
        "fields": fields,
        "summary": form.render_errors(errors),
        "particulars": particulars,
        "problem": problem,
        "reason": request.POST.get("correct_reason", ""),
        "breadcrumbs": _crumbs(case, _("Sửa thông tin")),
    }
    return render(request, "onestop/correct.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def transfer(request: PersonRequest, code: str) -> HttpResponse:
    """Choose the agency that is competent."""
    case = case_for_staff(code, request.person)
    if not staff_powers(request.person, case, (), now=now()).transfer:
        raise NotAllowed(_("Bạn không chuyển được hồ sơ này ở trạng thái hiện nay."))
    problem: DomainError | None = None
    chosen = whole_number(request.POST.get("to")) or 0
    if request.method == "POST":
        to = Agency.objects.select_related("unit").filter(pk=chosen).first() or case.agency
        try:
            transfer_case(case, to=to, by=request.person, reason=request.POST.get("transfer_reason", ""))
        except DomainError as error:
            problem = error
        else:
            return done(request, case, _("Đã chuyển hồ sơ đến %(agency)s.") % {"agency": to.name})
    context = {
        "case": case,
        "agencies": agencies_beside(case),
        "chosen": chosen,
        "reason": request.POST.get("transfer_reason", ""),
        "problem": problem,
        "breadcrumbs": _crumbs(case, _("Chuyển cơ quan khác")),
    }
    return render(request, "onestop/transfer.html", context, status=problem.status if problem else 200)


@require_POST
@staff_only
def complain(request: PersonRequest, code: str) -> HttpResponse:
    """Reception enters a complaint that came on paper or by word of mouth."""
    content = request.POST.get("complaint", "")
    said = _("Đã ghi nhận khiếu nại và báo lãnh đạo quyết định.")
    return carry_out(request, code, lambda case: complain_of(case, by=request.person, content=content), said)


@require_POST
@staff_only
def decide(request: PersonRequest, code: str) -> HttpResponse:
    """Reopen the case, or leave it as it ended."""
    answer = request.POST.get("complaint_answer", "")
    if request.POST.get("decision") == "grant":
        said = _("Đã mở lại hồ sơ và báo cho người nộp.")
        return carry_out(request, code, lambda case: reopen_case(case, by=request.person, answer=answer), said)
    said = _("Đã trả lời khiếu nại; hồ sơ giữ nguyên.")
    return carry_out(request, code, lambda case: deny_complaint(case, by=request.person, answer=answer), said)
