"""Opinions of other agencies: asking, the list of what is asked of me, answering."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tinhso.blocks.cases.actions.opinions import ask_opinion, give_opinion, withdraw_opinion
from tinhso.blocks.cases.clock import remaining_until
from tinhso.blocks.cases.models import Case, Opinion, OpinionFile, Step
from tinhso.blocks.cases.queries import case_for_staff, may_answer, may_work_on, opinions_for
from tinhso.blocks.directory.calendars import agency_calendar
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.files.actions import store_upload
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.files.reading import file_response
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, Invalid, NotAllowed, NotFound, WrongState
from tinhso.kernel.paging import page_by_key
from tinhso.kernel.permissions import require
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.onestop.forms import AnswerForm, QuestionForm
from tinhso.services.onestop.queries import Work, agencies_to_ask, recipients_at
from tinhso.services.onestop.views.between import status_of, way_to
from tinhso.services.onestop.views.case import done
from tinhso.services.onestop.views.lists import work_tabs
from tinhso.services.onestop.views.steps import step_of

_FILES, _KEPT = "onestop.opinion_files", 12 * 3600


@require_safe
@staff_only
def inbox(request: PersonRequest) -> HttpResponse:
    """Questions that wait for me, most pressing first."""
    require(request.person, "cases.work")
    moment = now()
    page = page_by_key(opinions_for(request.person), order=("due_at",), cursor=request.GET.get("trang"))
    context = {
        "page": page,
        "rows": [(opinion, remaining_until(opinion.agency, opinion.due_at, moment)) for opinion in page.rows],
        "tabs": work_tabs(Work(request.person, moment), request.path),
    }
    return render(request, "onestop/opinions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def ask(request: PersonRequest, code: str, step: int) -> HttpResponse:
    """Choose the agency, then whom to ask there, what, and by when."""
    case, found = step_of(request, code, step)
    if not may_work_on(request.person, found):
        raise NotAllowed(_("Bước này thuộc về người hoặc bộ phận khác."))
    today = localdate()
    groups = agencies_to_ask(case, today)
    wanted = whole_number(request.GET.get("co-quan"))
    agency = next((one for _title, agencies in groups for one in agencies if one.pk == wanted), None)
    form = QuestionForm(request.POST or None, recipients=recipients_at(agency, today) if agency else ())
    status = 200
    if request.method == "POST" and agency and form.is_valid():
        try:
            _ask(found, agency, form.cleaned_data, by=request.person)
        except DomainError as refusal:
            form.take(refusal)
            status = refusal.status
        else:
            return done(request, case, _("Đã gửi câu hỏi tới %(agency)s.") % {"agency": agency.short_name})
    context = {"case": case, "step": found, "groups": groups, "agency": agency, "form": form}
    return render(
        request, "onestop/ask_opinion.html", {**context, **way_to(case, _("Hỏi ý kiến"))}, status=status_of(form, status)
    )


def _ask(step: Step, agency: Agency, given: dict[str, Any], *, by: Person) -> Opinion:
    role, _colon, person = given["to"].partition(":")
    return ask_opinion(
        step,
        agency,
        by=by,
        question=given["question"],
        role=role,
        person=Person.objects.get(pk=person) if person else None,
        holds_up=given["holds_up"],
        due_at=_end_of(given["due"], agency) if given["due"] else None,
    )


def _end_of(day: date, agency: Agency) -> datetime:
    """When the agency closes on a day.

    Raises:
        Invalid: it does not work on that day.
    """
    calendar = agency_calendar(agency)
    if not calendar.is_working_day(day):
        raise Invalid(_("Chưa gửi được câu hỏi."), fields={"due": _("Cơ quan được hỏi không làm việc ngày này.")})
    return calendar.closing(day)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def answer(request: PersonRequest, code: str, opinion: int) -> HttpResponse:
    """A question with the case it is about; whom it was put to answers here."""
    case, found = _opinion(request, code, opinion)
    mine = may_answer(request.person, found)
    form = AnswerForm(request.POST or None)
    kept: list[StoredFile] = []
    status = 200
    if request.method == "POST" and not mine:
        raise _refusal(found)
    if request.method == "POST":
        try:
            kept = _handed_in(request)
            if form.is_valid():
                given = form.cleaned_data
                give_opinion(found, by=request.person, answer=given["answer"], document=given["document"], files=kept)
                messages.success(request, _("Đã gửi ý kiến cho %(agency)s.") % {"agency": case.agency.short_name})
                return redirect("onestop:opinions")
        except DomainError as refusal:
            form.take(refusal)
            status = refusal.status
    context = {
        "case": case,
        "opinion": found,
        "mine": mine,
        "remaining": remaining_until(found.agency, found.due_at, now()) if found.open else None,
        "may_withdraw": found.open and may_work_on(request.person, found.step),
        "form": form,
        "kept": kept,
        "kept_token": signing.dumps([request.person.pk, [file.pk for file in kept]], salt=_FILES) if kept else "",
    }
    return render(request, "onestop/opinion.html", {**context, **way_to(case, _("Ý kiến"))}, status=status_of(form, status))


def _refusal(opinion: Opinion) -> DomainError:
    if opinion.open:
        return NotAllowed(_("Câu hỏi này dành cho cơ quan, bộ phận hoặc người khác."))
    return WrongState(_("Câu hỏi này đã được trả lời hoặc đã rút."))


@require_POST
@staff_only
def withdraw(request: PersonRequest, code: str, opinion: int) -> HttpResponse:
    case, found = _opinion(request, code, opinion)
    withdraw_opinion(found, by=request.person)
    return done(request, case, _("Đã rút câu hỏi gửi %(agency)s.") % {"agency": found.agency.short_name})


@require_safe
@staff_only
def file(request: PersonRequest, code: str, file: int) -> HttpResponseBase:
    """A file that came with an answer."""
    case = case_for_staff(code, request.person)
    found = OpinionFile.objects.select_related("file").filter(opinion__case=case, pk=file).first()
    if found is None:
        raise NotFound(_("Không có tệp này trong hồ sơ."))
    return file_response(found.file, inline=True)


def _opinion(request: PersonRequest, code: str, opinion: int) -> tuple[Case, Opinion]:
    case = case_for_staff(code, request.person)
    rows = case.opinions.select_related("case__agency", "agency", "asked_by", "answered_by", "person", "step__agency")
    found = rows.prefetch_related("files__file").filter(pk=opinion).first()
    if found is None:
        raise NotFound(_("Không có câu hỏi này trong hồ sơ."))
    return case, found


def _handed_in(request: PersonRequest) -> list[StoredFile]:
    """The files of this form: those it kept from the last time, signed, for ids never come from a browser, and new ones."""
    try:
        person, ids = signing.loads(request.POST.get("kept", ""), salt=_FILES, max_age=_KEPT)
    except signing.BadSignature:
        person, ids = 0, []
    kept = list(StoredFile.objects.filter(pk__in=ids)) if person == request.person.pk else []
    uploads: list[UploadedFile] = request.FILES.getlist("files")
    return [*kept, *(store_upload(upload, by=request.person) for upload in uploads)]
