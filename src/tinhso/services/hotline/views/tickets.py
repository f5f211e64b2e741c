"""Tickets: made at the desk in three steps, answered by the agency they went to."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tinhso.blocks.cases.actions.reading import note_reading
from tinhso.blocks.cases.clock import due_if_received, remaining_of
from tinhso.blocks.cases.families import REPORT
from tinhso.blocks.cases.models import Case, PartFile, Party
from tinhso.blocks.cases.places import Place, commune_of
from tinhso.blocks.cases.queries import case_for_staff, may_work_on, work_of
from tinhso.blocks.cases.routing import Matter, route
from tinhso.blocks.directory.models import Agency, AgencyKind, UnitLevel
from tinhso.blocks.files.reading import file_response
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.kernel.permissions import allowed, require
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.hotline.actions.files import note_opened
from tinhso.services.hotline.actions.tickets import answer_ticket, make_ticket
from tinhso.services.hotline.callers import Caller, Certainty, served_agencies
from tinhso.services.hotline.catalogue import chosen, groups
from tinhso.services.hotline.conversation_tables import Conversation
from tinhso.services.hotline.conversations import files_sent_to
from tinhso.services.hotline.desk_tables import CallTicket
from tinhso.services.hotline.family import QUESTION, TICKETS
from tinhso.services.hotline.models import Call, Line
from tinhso.services.hotline.queries import call_for

_SHOWN = 100


def ticket_parts(call: Call | Conversation, ringing: Call | None, caller: Caller) -> dict[str, Any]:
    """What the ticket form offers: what it may be about, places (a known caller lives in the first chosen), agencies."""
    if ringing:
        return {}
    served = served_agencies(call.line).filter(active=True).exclude(code=None).select_related("unit")
    communes = served.filter(kind=AgencyKind.COMMITTEE, level=UnitLevel.COMMUNE, unit__valid_to=None).order_by("unit__name")
    known = caller.persons[0].residence if caller.certainty is Certainty.CERTAIN else None
    home = known.code if known else ""
    return {
        "groups": groups(now()),
        "communes": [(agency.unit.code, agency.unit.name, agency.unit.code == home) for agency in communes],
        "departments": served.filter(level=UnitLevel.PROVINCE).exclude(kind=AgencyKind.COMMITTEE).order_by("path")[:60],
        "sent_along": list(files_sent_to(call)) if isinstance(call, Conversation) else [],
        "tickets": [row.case for row in call.tickets.select_related("case__procedure", "case__agency").order_by("pk")],
    }


def make_from(request: PersonRequest, call: Call | Conversation) -> Case:
    """A ticket out of the desk's form."""
    given = request.POST
    return make_ticket(
        call,
        given.get("matter", ""),
        by=request.person,
        place=_place(given),
        text=given.get("text", ""),
        agency=_agency(call.line, given.get("agency", "")),
        caller_name=given.get("caller_name", ""),
        files=[number for one in given.getlist("files") if (number := whole_number(one))],
        key=given.get("key", "")[:64],
    )


def _place(given: Any) -> Place:
    return Place(address=given.get("address", "")[:300], commune=given.get("commune", "")[:10])


def _agency(line: Line, text: str) -> Agency | None:
    return served_agencies(line).filter(pk=whole_number(text) or 0, active=True).exclude(code=None).first()


@never_cache
@require_safe
@staff_only
def promise(request: PersonRequest, pk: int) -> HttpResponse:
    """What to read to the caller: which agency it goes to and by when it answers, by the legal clock."""
    require(request.person, "hotline.serve")
    return promised_for(request, call_for(request.person, pk).line)


def promised_for(request: PersonRequest, line: Line) -> HttpResponse:
    """The same, for the line."""
    at = now()
    try:
        group, kind = chosen(request.GET.get("matter", ""), at)
        commune = commune_of(_place(request.GET), localdate(at))
    except DomainError:
        return render(request, "hotline/promise.html", {})
    code = group.version.procedure.code
    own = code == QUESTION
    agency = line.agency if own else None
    if not own and group.family.code != REPORT:
        agency = _agency(line, request.GET.get("agency", ""))
    if agency is None:
        agency = route(group.family, Matter(code, kind, commune, at)).agency
    due = due_if_received(group.version, agency, at).at
    return render(request, "hotline/promise.html", {"own": own, "agency": agency, "due": due})


@require_safe
@staff_only
def page(request: PersonRequest) -> HttpResponse:
    """Tickets that wait for the person's answer, the most pressing first; for agents those of the line as well."""
    require(request.person, "tickets.search")
    steps = work_of(request.person, TICKETS).order_by("due_at", "pk")[:_SHOWN]
    rows = [(step.case, remaining_of(step.case, now())) for step in steps]
    made = CallTicket.objects.none()
    if allowed(request.person, "hotline.serve"):
        mine = Q(call__agent__person=request.person) | Q(conversation__agent__person=request.person)
        made = CallTicket.objects.select_related("case__procedure", "case__agency").filter(mine).order_by("-pk")[:_SHOWN]
    return render(request, "hotline/tickets.html", {"rows": rows, "made": [row.case for row in made]})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def one(request: PersonRequest, code: str) -> HttpResponse:
    """A ticket with who asks and what; who has to answer does so here."""
    require(request.person, "tickets.search")
    case = case_for_staff(code, request.person, TICKETS)
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            answer_ticket(case, by=request.person, text=request.POST.get("answer", ""))
            messages.success(request, _("Đã trả lời phiếu."))
            return redirect("hotline:tickets")
        except DomainError as error:
            if not error.fields:
                raise
            problem = error
    else:
        note_reading(case, by=request.person)
    step = case.steps.select_related("agency", "assignee").filter(done_at=None, cancelled=False).first()
    context = {
        "case": case,
        "remaining": remaining_of(case, now()),
        "text": case.form.answers.get("matter", {}).get("text", ""),
        "party": case.parties.get(role=Party.Role.APPLICANT),
        "place": getattr(case, "place", None),
        "files": PartFile.objects.select_related("file").filter(part__case=case).order_by("pk"),
        "ticket": CallTicket.objects.select_related("answered_by").filter(case=case).first(),
        "answers": step is not None and may_work_on(request.person, step),
        "problem": problem,
        "entered": request.POST.get("answer", ""),
        "breadcrumbs": [(_("Phiếu 1022"), reverse("hotline:tickets")), (case.code, "")],
    }
    return render(request, "hotline/ticket.html", context, status=problem.status if problem else 200)


@never_cache
@require_safe
@staff_only
def file(request: PersonRequest, code: str, pk: int) -> HttpResponseBase:
    """A file that came with a ticket; that it was opened is written down."""
    require(request.person, "tickets.search")
    case = case_for_staff(code, request.person, TICKETS)
    found = PartFile.objects.select_related("file").filter(part__case=case, pk=pk).first()
    if found is None:
        raise NotFound(_("Không có tệp này."))
    return file_response(note_opened(found.file, on=case, agency=case.agency, by=request.person), inline=True)
