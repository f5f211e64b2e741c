"""One report before those who see to it: what was sent, what has happened, what may be done."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tinhso.blocks.cases.actions.noting import add_note
from tinhso.blocks.cases.actions.work import assign_step
from tinhso.blocks.cases.clock import standing
from tinhso.blocks.cases.models import Case, CaseLink, Step
from tinhso.blocks.cases.queries import agencies_beside, colleagues_for, may_work_on
from tinhso.blocks.cases.timeline import Line, timeline_of
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.directory.queries import holders
from tinhso.blocks.files.reading import file_response
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.kernel.permissions import allowed, require
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.reports.actions.answering import approve_answer, return_answer, write_answer
from tinhso.services.reports.actions.asking import WAIT, ask_reporter, go_on
from tinhso.services.reports.actions.commissioning import commission
from tinhso.services.reports.actions.moderating import blur, hide, publish
from tinhso.services.reports.actions.moving import forward, join, split
from tinhso.services.reports.blurring import boxes_in
from tinhso.services.reports.models import AnswerTemplate, Report
from tinhso.services.reports.queries import alike, field_open, fields_open, report_for_staff, reporter_of
from tinhso.services.reports.words import state_of, titled

_POWERS = ("work", "ask", "approve", "assign", "decide", "join", "moderate", "identity")


@require_safe
@staff_only
def report(request: PersonRequest, code: str) -> HttpResponse:
    return _show(request, report_for_staff(code, request.person))


@require_POST
@staff_only
def deed(request: PersonRequest, code: str, name: str) -> HttpResponse:
    """Do one thing to the report and show its page again, with what was typed where it could not be done."""
    found = report_for_staff(code, request.person)
    do = DEEDS.get(name)
    if do is None:
        raise NotFound(_("Không có việc này."))
    try:
        said = do(request, found)
    except DomainError as error:
        return _show(request, found, problem=error, entered=request.POST.dict(), failed=name)
    messages.success(request, said)
    try:
        report_for_staff(code, request.person)
    except NotFound:  # it went to another agency
        return redirect("reports:queue")
    return redirect("reports:report", code=code)


@require_safe
@staff_only
def photo(request: PersonRequest, code: str, number: int) -> HttpResponseBase:
    """As it was sent; only for those who may see the report."""
    found = report_for_staff(code, request.person).photos.select_related("file").filter(pk=number).first()
    if found is None:
        raise NotFound(_("Không có ảnh này."))
    return file_response(found.file, inline=True)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def blur_photo(request: PersonRequest, code: str, number: int) -> HttpResponse:
    """Draw boxes over what nobody may recognise; the public sees the copy."""
    found = report_for_staff(code, request.person)
    require(request.person, "reports.moderate", at=found.case.agency)
    chosen = found.photos.select_related("file", "released").filter(pk=number).exclude(file__content_type="video/mp4").first()
    if chosen is None:
        raise NotFound(_("Không có ảnh này."))
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            blur(chosen, boxes_in(request.POST.get("boxes", "")), by=request.person)
            messages.success(request, _("Đã che. Chỉ bản đã che được công khai."))
            return redirect(f"{reverse('reports:report', args=[code])}#cong-khai")
        except DomainError as error:
            problem = error
    context = {
        "case": found.case,
        "photo": chosen,
        "problem": problem,
        "entered": request.POST.get("boxes", ""),
        "breadcrumbs": [
            (_("Phản ánh"), reverse("reports:queue")),
            (code, reverse("reports:report", args=[code])),
            (_("Che mặt, biển số"), ""),
        ],
    }
    return render(request, "reports/blur.html", context, status=problem.status if problem else 200)


@require_safe
@staff_only
def released(request: PersonRequest, code: str, number: int) -> HttpResponseBase:
    """The copy with faces and plates made unreadable."""
    found = report_for_staff(code, request.person).photos.select_related("released").filter(pk=number).first()
    if found is None or found.released is None:
        raise NotFound(_("Không có ảnh này."))
    return file_response(found.released, inline=True)


# --- the page


def _show(
    request: PersonRequest,
    found: Report,
    *,
    problem: DomainError | None = None,
    entered: dict[str, Any] | None = None,
    failed: str = "",
) -> HttpResponse:
    moment, case, person = now(), found.case, request.person
    steps = list(case.steps.select_related("agency", "assignee", "done_by").order_by("opened_at", "pk"))
    mine = next((step for step in steps if step.open and not case.ended and case.due_at and may_work_on(person, step)), None)
    powers = {name: allowed(person, f"reports.{name}", at=case.agency) for name in _POWERS}
    stands, party = standing(case, moment, steps), reporter_of(case, person)
    field = field_open(case.procedure.code, case.submitted_at)
    matter = case.form.answers["matter"]
    kind = field.kind(found.kind)
    photos = list(found.photos.select_related("file").order_by("pk"))
    context = {
        "report": found,
        "case": case,
        "state": state_of(case),
        "field": field,
        "kind": kind.label if kind else found.kind,
        "text": matter["text"],
        "place": getattr(case, "place", None),
        "photos": photos,
        "party": party,
        "knows": powers["identity"],
        "powers": powers,
        "mine": mine,
        "step": mine.does if mine else "",
        "clock": stands,
        "steps": stands.steps,
        "open_step": next((step for step in steps if step.open), None),
        "colleagues": _colleagues(steps, case) if powers["assign"] or mine else [],
        "timeline": _timeline(case, known=party is not None),
        "alike": alike(found) if powers["join"] and not case.ended else [],
        "links": list(CaseLink.objects.filter(of=case).select_related("case")),
        "of": CaseLink.objects.filter(case=case).select_related("of").first(),
        "commissions": list(found.commissions.order_by("-sent_at")),
        "templates": _templates(case) if mine else [],
        "draft": _draft(request, found, entered),
        "agencies": agencies_beside(case) if powers["work"] and not case.ended else [],
        "fields": fields_open(moment) if powers["join"] and not case.ended else [],
        "followers": found.followers.count(),
        "question": case.supplements.filter(answered_at=None).first(),
        "wait_days": WAIT.days,
        "answers_given": list(case.supplements.exclude(answered_at=None).order_by("answered_at")),
        "rating": getattr(case, "rating", None),
        "problem": problem,
        "entered": entered or {},
        "failed": failed,
        "breadcrumbs": [(_("Phản ánh"), reverse("reports:queue")), (case.code, "")],
    }
    return render(request, "reports/report.html", context, status=problem.status if problem else 200)


def _colleagues(steps: list[Step], case: Case) -> list[Person]:
    waiting = next((step for step in steps if step.open), None)
    return list(colleagues_for(waiting)) if waiting and not case.ended else []


def _timeline(case: Case, *, known: bool) -> list[Line]:
    """The whole history; who sent it is named to those alone who may know."""
    lines = [titled(line) for line in timeline_of(case, public=False)]
    if known:
        return lines
    name = case.applicant.full_name if case.applicant else ""
    return [_unnamed(line) if name and line.who == name else line for line in lines]


def _unnamed(line: Line) -> Line:
    return replace(line, who=_("Người gửi phản ánh"))


def _templates(case: Case) -> list[AnswerTemplate]:
    found = AnswerTemplate.objects.filter(agency=None) | AnswerTemplate.objects.filter(agency=case.agency_id)
    return list(found.filter(field__in=["", case.procedure.code]).order_by("title"))


def _draft(request: PersonRequest, found: Report, entered: dict[str, Any] | None) -> str:
    """What stands in the box of the answer: what was typed, the template chosen, or what was kept."""
    if entered and "answer" in entered:
        return str(entered["answer"])
    if chosen := whole_number(request.GET.get("mau", "")):
        template = next((one for one in _templates(found.case) if one.pk == chosen), None)
        return template.text if template else found.draft
    return found.draft


# --- what may be done


Do = Callable[[PersonRequest, Report], str]


def _answer(request: PersonRequest, found: Report) -> str:
    done = "keep" not in request.POST
    write_answer(found, by=request.person, text=request.POST.get("answer", ""), done=done)
    return _("Đã chuyển trả lời cho lãnh đạo duyệt.") if done else _("Đã lưu bản soạn.")


def _approve(request: PersonRequest, found: Report) -> str:
    step = whole_number(request.POST.get("step", ""))
    approve_answer(found, by=request.person, text=request.POST.get("answer", ""), step=step)
    return _("Đã duyệt. Người gửi và người theo dõi được báo.")


def _return(request: PersonRequest, found: Report) -> str:
    return_answer(found, by=request.person, reason=request.POST.get("note", ""))
    return _("Đã trả lại để sửa.")


def _ask(request: PersonRequest, found: Report) -> str:
    ask_reporter(found, by=request.person, question=request.POST.get("content", ""))
    return _("Đã hỏi người gửi. Thời hạn tạm dừng đến khi có trả lời.")


def _go_on(request: PersonRequest, found: Report) -> str:
    go_on(found, by=request.person)
    return _("Việc xử lý tiếp tục; thời hạn được tính tiếp.")


def _forward(request: PersonRequest, found: Report) -> str:
    number = whole_number(request.POST.get("to", ""))
    to = Agency.objects.filter(pk=number).first() if number else None
    case = forward(found, by=request.person, reason=request.POST.get("reason", ""), to=to)
    return _("Đã chuyển cho %(agency)s.") % {"agency": case.agency.name}


def _commission(request: PersonRequest, found: Report) -> str:
    commission(found, by=request.person, email=request.POST.get("email", ""), task=request.POST.get("task", ""))
    return _("Đã gửi việc qua thư điện tử.")


def _assign(request: PersonRequest, found: Report) -> str:
    step = found.case.steps.filter(done_at=None, cancelled=False).select_related("agency", "case").first()
    number = whole_number(request.POST.get("to", ""))
    to = holders(step.agency, step.role, localdate()).filter(pk=number).first() if step and number else None
    if step is None or to is None:
        raise NotFound(_("Hãy chọn người nhận."))
    assign_step(step, to=to, by=request.person)
    return _("Đã giao cho %(name)s.") % {"name": to.full_name}


def _publish(request: PersonRequest, found: Report) -> str:
    chosen = [number for one in request.POST.getlist("photos") if (number := whole_number(one))]
    publish(found, by=request.person, text=request.POST.get("text", ""), where=request.POST.get("where", ""), photos=chosen)
    return _("Đã công khai phản ánh.")


def _hide(request: PersonRequest, found: Report) -> str:
    hide(found, by=request.person, why=request.POST.get("why", ""))
    return _("Phản ánh không công khai; việc xử lý vẫn tiếp tục.")


def _join(request: PersonRequest, found: Report) -> str:
    of = report_for_staff(request.POST.get("of", "").strip().upper(), request.person)
    join(found, of, by=request.person)
    return _("Đã gộp. Người gửi sẽ nhận trả lời chung.")


def _split(request: PersonRequest, found: Report) -> str:
    field, _dot, kind = request.POST.get("matter", "").partition(".")
    new = split(found, field=field, kind=kind, text=request.POST.get("text", ""), by=request.person)
    return _("Đã tách thành phản ánh %(code)s.") % {"code": new.code}


def _note(request: PersonRequest, found: Report) -> str:
    add_note(found.case, by=request.person, text=request.POST.get("note", ""))
    return _("Đã ghi chú.")


DEEDS: dict[str, Do] = {
    "tra-loi": _answer,
    "duyet": _approve,
    "tra-lai": _return,
    "hoi": _ask,
    "di-tiep": _go_on,
    "chuyen": _forward,
    "thue": _commission,
    "giao": _assign,
    "cong-khai": _publish,
    "an": _hide,
    "gop": _join,
    "tach": _split,
    "ghi-chu": _note,
}
