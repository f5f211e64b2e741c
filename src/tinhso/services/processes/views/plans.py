"""A plan by which open cases move to a newer version: its map, what it would do, the road to approval, what it did."""

from collections.abc import Callable
from datetime import date

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tinhso.blocks.cases.models import Status
from tinhso.blocks.directory.models import Agency
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, Invalid, NotFound
from tinhso.kernel.paging import page_by_key
from tinhso.kernel.permissions import allowed, require
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.processes.actions import plans as actions
from tinhso.services.processes.models import MovePlan, PlannedCase
from tinhso.services.processes.plans import (
    UNDER_WAY,
    agencies_to_choose,
    counted_outcomes,
    map_rows,
    outcome,
    outcomes_of_plan,
    plan_for,
    preview_of,
    seen_by,
)
from tinhso.services.processes.queries import version_for

PLACE, UNDECIDED, STAY = "noi.", "", "-"
"""Names of the map's fields; what they say where nothing is chosen, and where the case is to stay."""


@require_POST
@staff_only
def begin(request: PersonRequest, code: str, number: str) -> HttpResponse:
    """Begin a plan from a version to a newer one."""
    require(request.person, "processes.draft")
    source = version_for(request.person, code, number)
    target = version_for(request.person, code, request.POST.get("sang", "").strip())
    return redirect("processes:plan", actions.begin_plan(source, target, by=request.person).pk)


@require_safe
@staff_only
def plan(request: PersonRequest, pk: int) -> HttpResponse:
    return _page(request, plan_for(request.person, pk))


@require_POST
@staff_only
def save(request: PersonRequest, pk: int) -> HttpResponse:
    def act(shown: MovePlan) -> None:
        given = request.POST
        mapped = {
            name.removeprefix(PLACE): "" if value == STAY else str(value)
            for name, value in given.items()
            if name.startswith(PLACE) and value != UNDECIDED
        }
        choice = actions.Choice(
            statuses=[whole_number(value) or 0 for value in given.getlist("trang_thai")],
            agency=_agency(given.get("don_vi", "")),
            first=_day(given.get("tu", "")),
            last=_day(given.get("den", "")),
            incomplete="thieu" in given,
            shorter="ngan_hon" in given,
        )
        actions.save_plan(shown, mapped, choice, revision=whole_number(given.get("revision")) or 0, by=request.person)

    return _act(request, pk, act)


@require_POST
@staff_only
def send(request: PersonRequest, pk: int) -> HttpResponse:
    return _act(request, pk, lambda shown: actions.send_plan(shown, reason=request.POST.get("reason", ""), by=request.person))


@require_POST
@staff_only
def take_back(request: PersonRequest, pk: int) -> HttpResponse:
    return _act(
        request, pk, lambda shown: actions.take_back_plan(shown, reason=request.POST.get("reason", ""), by=request.person)
    )


@require_POST
@staff_only
def approve(request: PersonRequest, pk: int) -> HttpResponse:
    revision = whole_number(request.POST.get("revision")) or 0
    return _act(request, pk, lambda shown: actions.approve_plan(shown, revision=revision, by=request.person, at=now()))


@require_POST
@staff_only
def go_on(request: PersonRequest, pk: int) -> HttpResponse:
    return _act(request, pk, lambda shown: actions.go_on_with_plan(shown, by=request.person))


@require_POST
@staff_only
def drop(request: PersonRequest, pk: int) -> HttpResponse:
    return _act(request, pk, lambda shown: actions.drop_plan(shown, by=request.person))


def _act(request: PersonRequest, pk: int, act: Callable[[MovePlan], object]) -> HttpResponse:
    """Do it and show the plan; what is refused is told on its page."""
    require(request.person, "processes.read")
    shown = plan_for(request.person, pk)
    try:
        act(shown)
    except (Invalid, NotFound) as error:
        return _page(request, plan_for(request.person, pk), problem=error)
    return redirect("processes:plan", pk)


def _page(request: PersonRequest, shown: MovePlan, *, problem: DomainError | None = None) -> HttpResponse:
    person, mine = request.person, shown.authors.filter(pk=request.person.pk).exists()
    begun = shown.state in (MovePlan.State.RUNNING, MovePlan.State.DONE)
    context = {
        "plan": shown,
        "procedure": shown.source.procedure,
        "problem": problem,
        "rows": map_rows(shown),
        "stay": STAY,
        "statuses": [(Status(value), value in shown.statuses) for value in UNDER_WAY],
        "agencies": agencies_to_choose(shown),
        "authors": shown.authors.order_by("full_name"),
        "mine": mine,
        "may_draft": allowed(person, "processes.draft") and shown.open,
        "may_approve": allowed(person, "processes.approve") and shown.state == "sent" and not mine,
        "may_take_back": shown.state == "sent" and (mine or allowed(person, "processes.approve")),
        "may_go_on": allowed(person, "processes.approve"),
        "entered": request.POST if problem else None,
        **(_results(request, shown) if begun else {} if problem else _preview(request, shown)),
    }
    return render(request, "processes/plan.html", context, status=problem.status if problem else 200)


def _preview(request: PersonRequest, shown: MovePlan) -> dict[str, object]:
    if shown.state == MovePlan.State.DROPPED:
        return {}
    only = request.GET.get("xem", "")
    part, page = (whole_number(request.GET.get(name)) or 1 for name in ("phan", "trang"))
    kind = {"di": "goes", "o-lai": "stays"}.get(only, "")
    return {
        "preview": preview_of(shown, person=request.person, at=now(), only=kind, part=part, page=page),
        "listed": only,
    }


def _results(request: PersonRequest, shown: MovePlan) -> dict[str, object]:
    state = request.GET.get("xem", "")
    page = page_by_key(outcomes_of_plan(shown, state), order=("pk",), cursor=request.GET.get("trang"))
    counts = counted_outcomes(shown)
    return {
        "page": page,
        "outcomes": [outcome(planned) for planned in page.rows],
        "seen": seen_by(request.person, [planned.case_id for planned in page.rows]),
        "counts": [(value, label, counts.get(value, 0)) for value, label in PlannedCase.State.choices],
        "listed": state,
        "failed": counts.get(PlannedCase.State.FAILED, 0),
        "waiting": counts.get(PlannedCase.State.WAITING, 0),
    }


def _agency(text: str) -> Agency | None:
    if not text:
        return None
    found = Agency.objects.filter(pk=whole_number(text) or 0).first()
    if found is None:
        raise Invalid(_("Không có cơ quan này."))
    return found


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise Invalid(_("Ngày không đúng."))
    return day
