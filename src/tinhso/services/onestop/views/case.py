"""The page of a case, its papers and files; what is done to it stands in the modules beside this one."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tinhso.blocks.cases.actions.clock import LONGEST_EXTENSION, REASONS
from tinhso.blocks.cases.actions.reading import note_reading
from tinhso.blocks.cases.changes import corrections_of
from tinhso.blocks.cases.clock import promise_to, standing
from tinhso.blocks.cases.forms import answered_file, answered_files, form_of
from tinhso.blocks.cases.models import Case, CaseInvoice, Channel, PaperForm, PartFile, Petition, Step
from tinhso.blocks.cases.possible import staff_powers
from tinhso.blocks.cases.process import outcomes_of
from tinhso.blocks.cases.queries import case_for_staff, colleagues_for
from tinhso.blocks.cases.results import preview_result
from tinhso.blocks.cases.timeline import Line, timeline_of
from tinhso.blocks.cases.waiting import beside_steps
from tinhso.blocks.files.reading import file_response
from tinhso.blocks.forms.engine.summary import FileNames
from tinhso.blocks.forms.uploads import names_of
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.blocks.messaging.queries import list_about
from tinhso.blocks.papers.actions import signed_pdf_of
from tinhso.blocks.papers.models import Kind
from tinhso.blocks.payments.actions import pay_cash
from tinhso.blocks.payments.gateways.actions import ask_before_cash
from tinhso.kernel.errors import DomainError, Invalid, NotFound
from tinhso.kernel.permissions import allowed
from tinhso.kernel.time import local
from tinhso.kernel.web.policy import embeddable
from tinhso.services.onestop.case_page import applicant_of, fee_of, papers_of, parts_of, steps_of
from tinhso.services.onestop.queries import next_work


@require_safe
@staff_only
def page(request: PersonRequest, code: str) -> HttpResponse:
    """Everything about one case, with what this person can do next on top."""
    case = case_for_staff(code, request.person)
    note_reading(case, by=request.person)
    return _show(request, case)


def _show(
    request: PersonRequest,
    case: Case,
    *,
    problem: DomainError | None = None,
    entered: dict[str, str] | None = None,
    refused: Step | None = None,
) -> HttpResponse:
    moment = now()
    steps = steps_of(case)
    powers = staff_powers(request.person, case, steps, now=moment)
    stands, promise = standing(case, moment, steps), promise_to(case)
    waits_here = powers.accept or powers.answer_supplement or powers.steps
    papers = papers_of(case)
    timeline = timeline_of(case, public=False)
    beside = beside_steps(case, events={line.event for line in timeline})
    for step in steps:
        if step.sub_id:
            step.sub = beside.subs[step.sub_id]
    parts = parts_of(case)
    context = {
        "case": case,
        "held": [part for part in parts if part.held],
        "paper_forms": PaperForm.choices,
        "remaining": stands.remaining,
        "clock": stands,
        "promise": promise,
        "pause_reasons": [(reason.value, reason.label) for reason in REASONS] if powers.pause else [],
        "longest_extension": LONGEST_EXTENSION,
        "form": form_of(case.version).render_summary(
            case.form.answers, on=local(case.submitted_at).date(), dense=True, files=_answered(case)
        ),
        "party": applicant_of(case),
        "parts": parts,
        "steps": stands.steps,
        "powers": powers,
        "tasks": [_task(case, step, entered if step == refused else {}, problem) for step in powers.steps],
        "went_on": any(step.done_at for step in steps),
        "beside": beside,
        "timeline": timeline,
        "papers": papers,
        "fee": fee_of(case),
        "sent": list_about(f"cases.case:{case.pk}"),
        "problem": problem,
        "entered": entered or {},
        "receipt": next((row.paper for row in reversed(papers) if row.paper.kind == Kind.RECEIPT), None),
        "petition": _petition(case, timeline),
        "corrections": corrections_of(case) if any(line.event == "corrected" for line in timeline) else [],
        "fresh": "moi" in request.GET and allowed(request.person, "cases.receive", at=case.agency),
        "following": None if waits_here else next_work(request.person, besides=case.pk),
        "now": moment,
        "breadcrumbs": [(_("Hồ sơ"), reverse("onestop:cases")), (case.code, "")],
    }
    return render(request, "onestop/case.html", context, status=problem.status if problem else 200)


_ASKED = frozenset({"withdrawal_asked", "complained"})


def _petition(case: Case, timeline: list[Line]) -> Petition | None:
    """What waits for a decision; looked up only for a case whose history says that something was asked."""
    if not any(line.event in _ASKED for line in timeline):
        return None
    return case.petitions.select_related("asked_by").filter(decided_at=None).first()


def _answered(case: Case) -> FileNames:
    return names_of(answered_files(case), address=lambda pk: reverse("onestop:answered_file", args=[case.code, pk]))


_STEP_FIELDS = ("outcome", "note", "to", "way", "receiver", "signature", "tracking")


def _task(case: Case, step: Step, entered: dict[str, str] | None, problem: DomainError | None) -> dict[str, Any]:
    wrong = problem.fields if problem else {}
    return {
        "step": step,
        "outcomes": outcomes_of(case, step),
        "colleagues": colleagues_for(step),
        "entered": entered,
        "way": "counter" if case.channel == Channel.COUNTER else "electronic",
        "errors": {name: wrong.get(f"{name}-{step.pk}", "") for name in _STEP_FIELDS},
    }


def done(request: PersonRequest, case: Case, text: str) -> HttpResponse:
    """Back to the case, saying what was done."""
    messages.success(request, text)
    return redirect("onestop:case", code=case.code)


def again(request: PersonRequest, case: Case, error: DomainError, *, step: Step | None = None) -> HttpResponse:
    """The case's page with what was wrong; what was typed is kept, at its step when it was typed for one."""
    entered = {name: str(value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    if step:
        error.fields = {f"{name}-{step.pk}": message for name, message in error.fields.items()}
    return _show(request, case, problem=error, entered=entered, refused=step)


def carry_out(request: PersonRequest, code: str, do: Callable[[Case], Case], said: Callable[[Case], str] | str) -> HttpResponse:
    """Do something to a case and go back to it; or show its page with why not, and with what was typed."""
    case = case_for_staff(code, request.person)
    try:
        changed = do(case)
    except DomainError as error:
        return again(request, case, error)
    return done(request, changed, said if isinstance(said, str) else said(changed))


@require_POST
@staff_only
def take_cash(request: PersonRequest, code: str) -> HttpResponse:
    case = case_for_staff(code, request.person)
    fee = CaseInvoice.objects.select_related("invoice__agency").filter(case=case).first()
    if fee is None:
        raise NotFound(_("Hồ sơ này không có khoản phí nào."))
    ask_before_cash(fee.invoice)
    try:
        invoice = pay_cash(fee.invoice, by=request.person)
    except DomainError as error:
        return again(request, case, error)
    return done(request, case, _("Đã thu phí, biên lai số %(number)s.") % {"number": invoice.receipt_number})


@require_safe
@staff_only
def paper(request: PersonRequest, code: str, paper: int) -> HttpResponse:
    """A paper of the case as PDF, signed when it is signed."""
    case = case_for_staff(code, request.person)
    issued = case.papers.select_related("paper").filter(paper_id=paper).first()
    if issued is None:
        raise NotFound(_("Không có giấy tờ này trong hồ sơ."))
    return pdf(signed_pdf_of(issued.paper), f"{case.code}-{issued.paper.kind}.pdf")


def pdf(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


@require_safe
@staff_only
def file(request: PersonRequest, code: str, file: int) -> HttpResponseBase:
    """A document handed in with the case."""
    case = case_for_staff(code, request.person)
    found = PartFile.objects.select_related("file").filter(part__case=case, pk=file).first()
    if found is None:
        raise NotFound(_("Không có tệp này trong hồ sơ."))
    return file_response(found.file, inline=True)


@require_safe
@staff_only
def answered(request: PersonRequest, code: str, file: int) -> HttpResponseBase:
    """A file that stands in the case's form."""
    return file_response(answered_file(case_for_staff(code, request.person), file), inline=True)


@require_safe
@embeddable
@staff_only
def preview(request: PersonRequest, code: str) -> HttpResponse:
    """The result as it would be signed now; nothing is numbered or kept."""
    case = case_for_staff(code, request.person)
    if case.ended or case.received_at is None:
        raise Invalid(_("Chỉ xem trước được kết quả của hồ sơ đang xử lý."))
    return pdf(preview_result(case, by=request.person), f"{case.code}-xem-truoc.pdf")
