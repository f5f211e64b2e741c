"""The page of one report: what everybody sees of it, and what its sender may do."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tinhso.blocks.cases.access_code import lookup_code, lookup_code_fits
from tinhso.blocks.cases.clock import remaining_of
from tinhso.blocks.cases.models import Rating
from tinhso.blocks.cases.queries import is_applicant
from tinhso.blocks.cases.timeline import timeline_of
from tinhso.blocks.directory.models import Person
from tinhso.blocks.files.given import Given
from tinhso.blocks.files.reading import file_response
from tinhso.blocks.gis.tiles import with_map
from tinhso.blocks.identity.guards import VisitorRequest
from tinhso.blocks.identity.throttle import client_address, spend_try
from tinhso.kernel.errors import DomainError, Invalid, NotFound, WrongState
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.reports.actions.reporter import MOST_REOPENINGS, answer_question
from tinhso.services.reports.actions.reporter import rate as rate_report
from tinhso.services.reports.actions.reporter import reopen as reopen_report
from tinhso.services.reports.actions.sending import MOST_PHOTOS
from tinhso.services.reports.limits import spend_answer
from tinhso.services.reports.models import REOPEN_WINDOW, Follower, Report
from tinhso.services.reports.published import joined_to, report_of, sent_by
from tinhso.services.reports.queries import fields_open, photos_shown, public_file
from tinhso.services.reports.views.public_contact import SENT, contact_of
from tinhso.services.reports.views.public_send import kind_of
from tinhso.services.reports.words import state_of, titled

_TRIES, _WINDOW = 10, timedelta(minutes=15)


def seen_report(request: VisitorRequest, code: str) -> tuple[Report, bool]:
    """A report the visitor may see, and whether it is their own."""
    return report_of(code, person=request.person, own=code in request.session.get(SENT, ()), phone=contact_of(request))


def _sender(request: VisitorRequest, report: Report) -> Person | None:
    """As whom the sender acts: with the account it was sent from, else as nobody, known by browser, codes or telephone."""
    return request.person if is_applicant(request.person, report.case) else None


@never_cache
@with_map
@require_safe
def page(request: VisitorRequest, code: str) -> HttpResponse:
    """What happened with it."""
    report, mine = seen_report(request, code)
    return _show(request, report, mine)


def _show(request: VisitorRequest, report: Report, mine: bool, problem: DomainError | None = None) -> HttpResponse:
    case, moment = report.case, now()
    kind = kind_of(report, fields_open(moment))
    address = contact_of(request)
    followed = Follower.objects.filter(report=report)
    followed = followed.filter(person=request.person) if request.person else followed.filter(address=address or "-")
    place = getattr(case, "place", None)
    context = {
        "report": report,
        "case": case,
        "kind": kind,
        "state": state_of(case),
        "joined": joined_to(report) if case.ended_at and not report.answered_at else None,
        "question": case.supplements.filter(answered_at=None).first() if mine and not case.ended_at else None,
        "mine": mine,
        "fresh": mine and "moi" in request.GET,
        "lookup_code": lookup_code(case) if mine else "",
        # who sent it, and what was said between the sender and the agency, is not for everybody
        "timeline": [
            {"title": line.title, "at": line.at, "tone": line.tone} for line in map(titled, timeline_of(case, public=True))
        ],
        "remaining": remaining_of(case, moment),
        "where": place.address if place and mine and not report.public else report.where,
        "text": case.form.answers["matter"]["text"] if mine and not report.public else report.text,
        "photos": photos_shown(report, own=mine),
        "place": place,
        "follower": followed.first(),
        "proven": "" if request.person else address,
        "can_rate": mine and case.ended_at is not None and not Rating.objects.filter(case=case).exists(),
        "can_reopen": mine and may_reopen(report, moment),
        "problem": problem,
        "entered": request.POST,
        "breadcrumbs": [(_("Phản ánh hiện trường"), reverse("reports:list")), (kind, "")],
    }
    return render(request, "reports/public/page.html", context, status=problem.status if problem else 200)


def may_reopen(report: Report, at: datetime) -> bool:
    """Whether the sender may still say that it was not done."""
    case = report.case
    if report.answered_at is None or case.ended_at is None or case.reopened >= MOST_REOPENINGS:
        return False
    return at - case.ended_at <= REOPEN_WINDOW


@require_safe
def photo(request: VisitorRequest, code: str, photo: int) -> HttpResponseBase:
    """A photo as it may be seen: the released copy where there is one."""
    report, mine = seen_report(request, code)
    found = photos_shown(report, own=mine).filter(pk=photo).first()
    if found is None:
        raise NotFound(_("Không có ảnh này."))
    return file_response(public_file(found), inline=True)


def _by_sender(
    request: VisitorRequest, code: str, do: Callable[[Report, Person | None], object], *, refusal: str, done: str
) -> HttpResponse:
    """Something only the sender may do: what is wrong with it is said on the page, with what was entered."""
    report, mine = seen_report(request, code)
    if not mine:
        raise NotFound(refusal)
    try:
        do(report, _sender(request, report))
    except Invalid as problem:
        return _show(request, report, mine, problem)
    messages.success(request, done)
    return redirect("reports:page", code=code)


@require_POST
def answer(request: VisitorRequest, code: str) -> HttpResponse:
    """The sender answers what the agency asked."""

    def do(report: Report, by: Person | None) -> None:
        if report.case.ended_at or not report.case.supplements.filter(answered_at=None).exists():
            raise WrongState(_("Cơ quan không còn chờ trả lời này."))
        spend_answer(code=report.case.code, address=client_address(request), at=now())
        given = Given(most=MOST_PHOTOS)
        given.take(request, "photos", by=request.person)
        answer_question(report, by=by, text=request.POST.get("answer", ""), files=given.files)

    return _by_sender(request, code, do, refusal=_("Chỉ người gửi phản ánh được trả lời."), done=_("Đã gửi trả lời cho cơ quan."))


@require_POST
def rate(request: VisitorRequest, code: str) -> HttpResponse:
    """The sender's opinion."""

    def do(report: Report, by: Person | None) -> None:
        stars = whole_number(request.POST.get("stars")) or 0
        rate_report(report, by=by, stars=stars, comment=request.POST.get("comment", ""))

    return _by_sender(request, code, do, refusal=_("Chỉ người gửi phản ánh được đánh giá."), done=_("Cảm ơn bạn đã đánh giá."))


@require_POST
def reopen(request: VisitorRequest, code: str) -> HttpResponse:
    """The sender says that it is not done."""

    def do(report: Report, by: Person | None) -> None:
        reopen_report(report, by=by, why=request.POST.get("why", ""))

    refusal = _("Chỉ người gửi phản ánh được đề nghị xử lý lại.")
    return _by_sender(request, code, do, refusal=refusal, done=_("Phản ánh được xử lý lại."))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: VisitorRequest) -> HttpResponse:
    """One's own reports, and back to another of them with its two codes, from any device."""
    code, errors = request.POST.get("code", request.GET.get("ma", "")).strip().upper()[:60], {}
    if request.method == "POST":
        spend_try("reports.find", client_address(request), limit=_TRIES, window=_WINDOW, at=now())
        report = Report.objects.select_related("case").filter(case__code=code).first()
        if report and lookup_code_fits(report.case, request.POST.get("lookup", "")):
            request.session[SENT] = [*request.session.get(SENT, ()), code][-50:]
            return redirect("reports:page", code=code)
        errors = {"code": _("Hai mã không khớp với phản ánh nào. Hãy xem lại từng chữ.")}
    breadcrumbs = [(_("Phản ánh hiện trường"), reverse("reports:list")), (_("Tra cứu"), "")]
    fields, proven = fields_open(now()), contact_of(request)
    own = sent_by(request.person, proven, request.session.get(SENT, ()))
    context = {
        "rows": [(report, kind_of(report, fields), state_of(report.case)) for report in own],
        "proven": "" if request.person else proven,
        "code": code,
        "errors": errors,
        "breadcrumbs": breadcrumbs,
    }
    return render(request, "reports/public/find.html", context, status=422 if errors else 200)
