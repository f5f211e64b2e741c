"""One report before those who see to it: what was sent, what has happened, what may be done."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tinhso.blocks.cases.clock import standing
from tinhso.blocks.cases.models import Case, CaseLink, Step
from tinhso.blocks.cases.queries import agencies_beside, colleagues_for, may_work_on
from tinhso.blocks.cases.timeline import Line, timeline_of
from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.kernel.permissions import allowed
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.reports.actions.asking import WAIT
from tinhso.services.reports.models import Report
from tinhso.services.reports.queries import alike, field_open, fields_open, report_for_staff, reporter_of, writer_of
from tinhso.services.reports.views.staff_deeds import DEEDS
from tinhso.services.reports.wording import filled, template_for, templates_for
from tinhso.services.reports.words import state_of, titled

_POWERS = ("work", "ask", "approve", "assign", "decide", "join", "moderate", "identity")


_FETCHING = timedelta(days=1)
"""A picture named by an address that is not there by then does not come any more."""


_CONTROLS = {
    "cong-khai": {"text": "public-text"},
    "ghi-chu": {"text": "note"},
    "tach": {"matter.kind": "matter", "matter.text": "split-text"},
    "tra-lai": {"note": "note-back"},
}
"""Where a field of a deed stands on the page under another id than its name: the list of what is wrong leads there."""


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
        if name == "tra-loi" and "template" in request.POST:
            return _show(request, found, entered={"answer": _with_template(request, found)})
        said = do(request, found)
    except DomainError as error:
        return _show(request, found, problem=error, entered=request.POST.dict(), failed=name)
    messages.success(request, said)
    try:
        report_for_staff(code, request.person)
    except NotFound:  # it went to another agency
        return redirect("reports:queue")
    return redirect("reports:report", code=code)


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
        "linked": list(found.linked_pictures.all()),
        "fetching": moment - case.submitted_at < _FETCHING,
        "party": party,
        "knows": powers["identity"],
        "powers": powers,
        "mine": mine,
        "step": mine.does if mine else "",
        "approvers": _approvers(mine, steps, person) if mine and mine.does == "sign" else None,
        "clock": stands,
        "steps": stands.steps,
        "open_step": next((step for step in steps if step.open), None),
        "colleagues": _colleagues(steps, case) if powers["assign"] or mine else [],
        "timeline": _timeline(case, known=party is not None),
        "alike": alike(found) if powers["join"] and not case.ended else [],
        "links": list(CaseLink.objects.filter(of=case).select_related("case")),
        "of": CaseLink.objects.filter(case=case).select_related("of").first(),
        "commissions": list(found.commissions.order_by("-sent_at")),
        "templates": templates_for(case) if mine and mine.does == "draft" else [],
        "draft": (entered or {}).get("answer", found.draft),
        "agencies": agencies_beside(case) if powers["work"] and not case.ended else [],
        "fields": fields_open(moment) if powers["join"] and not case.ended else [],
        "followers": found.followers.count(),
        "question": case.supplements.filter(answered_at=None).first(),
        "wait_days": WAIT.days,
        "answers_given": list(case.supplements.exclude(answered_at=None).order_by("answered_at")),
        "rating": getattr(case, "rating", None),
        "problem": problem,
        "wrong": {_CONTROLS.get(failed, {}).get(name, name): text for name, text in problem.fields.items()} if problem else {},
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


def _approvers(mine: Step, steps: list[Step], person: Person) -> list[Person] | None:
    """Who can approve in the person's stead, where the person wrote the answer and so may not; None where they may."""
    if writer_of(steps) != person.pk:
        return None
    return [one for one in colleagues_for(mine) if one.pk != person.pk]


def _with_template(request: PersonRequest, found: Report) -> str:
    """What was typed, and below it the words of the template that was chosen, filled in."""
    template = template_for(found.case, whole_number(request.POST["template"]))
    return "\n\n".join(filter(None, (request.POST.get("answer", "").strip(), filled(template.text, found))))
