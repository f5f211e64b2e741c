"""My cases; and a case by code and follow-up code, without an account."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tinhso.blocks.cases.access_code import lookup_code
from tinhso.blocks.cases.actions.intake import HandedIn
from tinhso.blocks.cases.actions.results import rate_case
from tinhso.blocks.cases.actions.stopping import withdraw_case
from tinhso.blocks.cases.actions.supplement import answer_supplement
from tinhso.blocks.cases.clock import Segment, remaining_of, standing
from tinhso.blocks.cases.forms import answered_file, answered_files, form_of
from tinhso.blocks.cases.kept import CONTENTS
from tinhso.blocks.cases.models import Case, CaseInvoice, PartFile, Rating
from tinhso.blocks.cases.possible import applicant_powers
from tinhso.blocks.cases.queries import all_cases, case_by_follow_up_code, case_for_applicant, cases_of
from tinhso.blocks.cases.timeline import Line, timeline_of
from tinhso.blocks.files.actions import store_upload
from tinhso.blocks.files.reading import file_response
from tinhso.blocks.forms.engine.summary import FileNames
from tinhso.blocks.forms.uploads import names_of
from tinhso.blocks.identity.guards import PersonRequest, VisitorRequest, signed_in
from tinhso.blocks.identity.throttle import client_address, spend_try
from tinhso.blocks.papers.actions import signed_pdf_of
from tinhso.blocks.payments.queries import invoice_panel
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.kernel.paging import page_by_key
from tinhso.kernel.text.numbers import whole_number
from tinhso.kernel.time import local
from tinhso.services.portal.queries import drafts_of
from tinhso.services.portal.views.uploads import upload_limits

FOLLOWED = "followed_cases"
KEPT = 20
_DRAFTS = 50
WINDOW = timedelta(minutes=15)
TRIES = 10


@require_safe
@signed_in
def cases(request: PersonRequest) -> HttpResponse:
    """What I have begun and what I have handed in."""
    page = page_by_key(
        cases_of(request.person).select_related("procedure", "version", "agency").defer(*CONTENTS),
        order=("-submitted_at",),
        cursor=request.GET.get("trang"),
        size=20,
    )
    moment = now()
    rows = [(case, remaining_of(case, moment)) for case in page.rows]
    return render(request, "portal/cases.html", {"page": page, "rows": rows, "drafts": drafts_of(request.person)[:_DRAFTS]})


def _case(request: VisitorRequest, code: str) -> Case:
    """My case, or one this visitor has opened with its follow-up code.

    Raises:
        NotFound: neither.
    """
    if request.person:
        try:
            return case_for_applicant(code, request.person)
        except NotFound:
            pass
    if code in request.session.get(FOLLOWED, ()):
        return all_cases().select_related("procedure", "version", "agency", "form").defer(*CONTENTS).get(code=code)
    raise NotFound(_("Không tìm thấy hồ sơ %(code)s trong các hồ sơ của bạn.") % {"code": code})


@require_safe
def case(request: VisitorRequest, code: str) -> HttpResponse:
    if request.person is None and code not in request.session.get(FOLLOWED, ()):
        return redirect(reverse("portal:follow") + f"?ma={code}")
    return show(request, _case(request, code))


def show(request: VisitorRequest | PersonRequest, case: Case, *, problem: DomainError | None = None) -> HttpResponse:
    fee = CaseInvoice.objects.select_related("invoice__agency").filter(case=case).first()
    rated = Rating.objects.filter(case=case).exists()
    powers = applicant_powers(request.person, case, unpaid=bool(fee and fee.invoice.status == "unpaid"), rated=rated)
    papers = list(case.papers.select_related("paper").order_by("pk"))
    timeline = timeline_of(case, public=True)
    context = {
        "case": case,
        "fresh": "moi" in request.GET,
        "lookup_code": lookup_code(case),
        "remaining": remaining_of(case, now()),
        "timeline": timeline,
        "segments": _segments(case, timeline),
        "result": next((row.paper for row in papers if row.is_result), None),
        "papers": [row.paper for row in papers if not row.is_result],
        "panel": invoice_panel(fee.invoice, return_url=request.path) if fee else None,
        "powers": powers,
        "request_open": None if case.ended else case.supplements.filter(answered_at=None).first(),
        "asked": _asked(case, timeline),
        "parts": case.parts.order_by("pk").prefetch_related("files__file"),
        "answers": form_of(case.version).render_summary(
            case.form.answers, on=local(case.submitted_at).date(), heading="h3", files=_answered(request, case)
        ),
        "problem": problem,
        "rated": rated,
        "entered": request.POST,
        **upload_limits(),
        "breadcrumbs": [(_("Hồ sơ của tôi"), reverse("portal:cases")), (case.code, "")] if request.person else [],
    }
    return render(request, "portal/case.html", context, status=problem.status if problem else 200)


_ASKED = frozenset({"withdrawal_asked", "complained"})


def _asked(case: Case, timeline: list[Line]) -> str:
    """The kind of petition on which the agency has still to decide; looked up only for a case whose history tells of one."""
    if not any(line.event in _ASKED for line in timeline):
        return ""
    return case.petitions.filter(decided_at=None).values_list("kind", flat=True).first() or ""


_STOPS = frozenset({"supplement_asked", "paused"})


def _segments(case: Case, timeline: list[Line]) -> tuple[Segment, ...]:
    """When the clock ran and stood still; looked up only for a case whose history says that it stood."""
    return standing(case, now()).segments if any(line.event in _STOPS for line in timeline) else ()


def _answered(request: VisitorRequest | PersonRequest, case: Case) -> FileNames:
    """Who follows a case by its codes sees what the files are called, no more."""
    if request.person is None:
        return names_of(answered_files(case))
    return names_of(answered_files(case), address=lambda pk: reverse("portal:answered_file", args=[case.code, pk]))


@require_safe
def paper(request: VisitorRequest, code: str, paper: int) -> HttpResponse:
    """A paper of my case; the result as it was signed."""
    found = _case(request, code).papers.select_related("paper").filter(paper_id=paper).first()
    if found is None:
        raise NotFound(_("Không có giấy tờ này trong hồ sơ."))
    name = f"{code}-{found.paper.kind}.pdf"
    return HttpResponse(
        signed_pdf_of(found.paper),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_safe
@signed_in
def file(request: PersonRequest, code: str, file: int) -> HttpResponseBase:
    """A document I handed in."""
    found = PartFile.objects.select_related("file").filter(part__case=case_for_applicant(code, request.person), pk=file).first()
    if found is None:
        raise NotFound(_("Không có tệp này trong hồ sơ."))
    return file_response(found.file)


@require_safe
@signed_in
def answered(request: PersonRequest, code: str, file: int) -> HttpResponseBase:
    """A file I put into the form."""
    return file_response(answered_file(case_for_applicant(code, request.person), file))


@require_POST
@signed_in
def supplement(request: PersonRequest, code: str) -> HttpResponse:
    """Answer a request for more papers."""
    mine = case_for_applicant(code, request.person)
    try:
        parts = {
            part.code: HandedIn(files=[store_upload(upload, by=request.person) for upload in request.FILES.getlist(part.code)])
            for part in mine.parts.all()
        }
        answer_supplement(mine, by=request.person, answer=request.POST.get("answer", ""), parts=parts)
    except DomainError as error:
        return show(request, mine, problem=error)
    messages.success(request, _("Đã gửi phần bổ sung. Thời hạn giải quyết được tính tiếp."))
    return redirect("portal:case", code=code)


@require_POST
@signed_in
def withdraw(request: PersonRequest, code: str) -> HttpResponse:
    mine = case_for_applicant(code, request.person)
    try:
        withdraw_case(mine, by=request.person)
    except DomainError as error:
        return show(request, mine, problem=error)
    messages.success(request, _("Đã rút hồ sơ."))
    return redirect("portal:case", code=code)


@require_POST
def rate(request: VisitorRequest, code: str) -> HttpResponse:
    found = _case(request, code)
    stars = whole_number(request.POST.get("stars"))
    try:
        rate_case(found, by=request.person, stars=stars or 0, comment=request.POST.get("comment", ""))
    except DomainError as error:
        return show(request, found, problem=error)
    messages.success(request, _("Cảm ơn bạn đã đánh giá."))
    return redirect("portal:case", code=code)


def _count_try(code: str, address: str) -> None:
    """Tries at one case from elsewhere do not keep its applicant from it before they are many."""
    for what, limit in ((("follow-from", address), 3 * TRIES), (("follow", code, address), TRIES), (("follow", code), 6 * TRIES)):
        spend_try(*what, limit=limit, window=WINDOW, at=now())


@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: VisitorRequest) -> HttpResponse:
    """Open a case with its code and follow-up code. Tries are limited per address and per case."""
    code = request.GET.get("ma", "").strip()
    errors: dict[str, str] = {}
    if request.method != "POST" and code and request.person and cases_of(request.person).filter(code=code).exists():
        return redirect("portal:case", code=code)
    if request.method == "POST":
        code, given = request.POST.get("code", "").strip().upper(), request.POST.get("lookup", "").strip()
        if not code:
            errors["code"] = _("Hãy nhập mã hồ sơ.")
        if not given:
            errors["lookup"] = _("Hãy nhập mã tra cứu in trên giấy tiếp nhận.")
        if not errors:
            _count_try(code, client_address(request))
            found = case_by_follow_up_code(code, given)
            if found:
                request.session[FOLLOWED] = [
                    *[kept for kept in request.session.get(FOLLOWED, ()) if kept != found.code],
                    found.code,
                ][-KEPT:]
                return redirect("portal:case", code=found.code)
            errors["code"] = _("Mã hồ sơ và mã tra cứu không khớp. Hãy xem lại trên giấy tiếp nhận.")
    return render(request, "portal/follow.html", {"code": code, "errors": errors}, status=422 if errors else 200)
