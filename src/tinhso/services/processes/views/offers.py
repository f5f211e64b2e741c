"""A version that came with the product beside the province's own: compared, taken or declined."""

from collections.abc import Callable, Mapping
from datetime import date

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tinhso.blocks.cases.bpmn.graph import Graph
from tinhso.blocks.cases.loading import DECLARATION, FORM, PROCESS
from tinhso.blocks.cases.models import ProcedureOffer
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, Invalid, WrongState
from tinhso.kernel.permissions import allowed, require
from tinhso.kernel.time import Term
from tinhso.services.processes.actions.offers import decline_offer, take_offer
from tinhso.services.processes.checking import renumbered
from tinhso.services.processes.difference import difference
from tinhso.services.processes.drawing import draw
from tinhso.services.processes.queries import next_number, offer_for
from tinhso.services.processes.steps import step_rows


@require_safe
@staff_only
def offer(request: PersonRequest, pk: int) -> HttpResponse:
    return _page(request, offer_for(request.person, pk))


@require_POST
@staff_only
def take(request: PersonRequest, pk: int) -> HttpResponse:
    def act(shown: ProcedureOffer) -> None:
        try:
            day = parse_date(request.POST.get("valid_from", ""))
        except ValueError:
            day = None
        if day is None:
            raise Invalid(_("Hãy chọn ngày có hiệu lực."))
        take_offer(shown, version=request.POST.get("version", "").strip(), valid_from=day, by=request.person, at=now())

    return _act(request, pk, act)


@require_POST
@staff_only
def decline(request: PersonRequest, pk: int) -> HttpResponse:
    return _act(request, pk, lambda shown: decline_offer(shown, by=request.person, at=now()))


def _text(files: Mapping[str, str], name: str) -> str:
    """A file's text, number and days in force left out: those differ always."""
    text = files.get(name, "")
    return renumbered(text, "", date.min) if name == DECLARATION and text else text


def _act(request: PersonRequest, pk: int, act: Callable[[ProcedureOffer], None]) -> HttpResponse:
    require(request.person, "processes.approve")
    shown = offer_for(request.person, pk)
    try:
        act(shown)
    except (Invalid, WrongState) as error:
        return _page(request, offer_for(request.person, pk), problem=error)
    return redirect("processes:offer", pk)


def _page(request: PersonRequest, shown: ProcedureOffer, *, problem: DomainError | None = None) -> HttpResponse:
    graph, today = Graph.from_json(shown.graph), localdate()
    versions = shown.procedure.versions.order_by("-valid_from")
    own = next((one for one in versions if one.in_force(today)), versions.first())
    changes = difference(graph_of(own), graph) if own else None
    names = {PROCESS: _("Quy trình"), FORM: _("Biểu mẫu"), DECLARATION: _("Nội dung thủ tục: thời hạn, giấy tờ, phí, căn cứ")}
    other = own.files if own else {}
    files = [names.get(name, name) for name in sorted({*shown.files, *other}) if _text(shown.files, name) != _text(other, name)]
    context = {
        "offer": shown,
        "procedure": shown.procedure,
        "own": own,
        "changes": changes,
        "changed_files": files,
        "drawing": draw(graph, shown.files[PROCESS], changes.marks if changes else None),
        "steps": step_rows(graph, Term.parse(shown.definition["term"]["text"])),
        "problem": problem,
        "entered": request.POST if problem else None,
        "today": today,
        "next_number": next_number(shown.procedure),
        "may_approve": allowed(request.person, "processes.approve") and shown.open,
    }
    return render(request, "processes/offer.html", context, status=problem.status if problem else 200)
