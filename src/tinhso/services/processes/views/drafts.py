"""One draft: what it changes, what is wrong with it, and the road to approval."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tinhso.blocks.cases.loading import DECLARATION, LAW_SAYS
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, Invalid, NotFound
from tinhso.kernel.permissions import allowed, require
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.processes.actions import drafts as actions
from tinhso.services.processes.checking import check, lacks_law
from tinhso.services.processes.difference import difference
from tinhso.services.processes.drawing import draw
from tinhso.services.processes.models import ProcessDraft
from tinhso.services.processes.queries import draft_for, next_number, version_for
from tinhso.services.processes.steps import step_rows
from tinhso.services.processes.views.trying import trying


@require_POST
@staff_only
def begin(request: PersonRequest, code: str, number: str) -> HttpResponse:
    """Begin a draft from a version."""
    base = version_for(request.person, code, number)
    begun = actions.begin_draft(base, by=request.person, at=now())
    return redirect("processes:editor", begun.pk)


@require_safe
@staff_only
def draft(request: PersonRequest, pk: int) -> HttpResponse:
    return _page(request, draft_for(request.person, pk))


@require_safe
@staff_only
def try_draft(request: PersonRequest, pk: int) -> HttpResponse:
    """A dry run of a draft without faults; nothing is written."""
    shown = draft_for(request.person, pk)
    definition = check(shown).definition
    if definition is None:
        raise Invalid(_("Quy trình còn lỗi nên chưa chạy thử được; hãy sửa hết các lỗi được nêu."))
    context = trying(request, request.person, definition, shown.xml)
    return render(request, "processes/try.html", {**context, "draft": shown, "procedure": shown.base.procedure})


@require_POST
@staff_only
def send(request: PersonRequest, pk: int) -> HttpResponse:
    def act(shown: ProcessDraft) -> None:
        day = _day(request.POST.get("valid_from", ""))
        given = {"version": request.POST.get("version", "").strip(), "reason": request.POST.get("reason", "")}
        actions.send_draft(shown, valid_from=day, by=request.person, **given)

    return _act(request, pk, act)


@require_POST
@staff_only
def say_law(request: PersonRequest, pk: int) -> HttpResponse:
    given = {name: request.POST.get(name, "") for name in ("law_says", "basis")}
    return _act(request, pk, lambda shown: actions.say_law(shown, by=request.person, at=now(), **given))


@require_POST
@staff_only
def take_back(request: PersonRequest, pk: int) -> HttpResponse:
    return _act(
        request, pk, lambda shown: actions.take_back_draft(shown, reason=request.POST.get("reason", ""), by=request.person)
    )


@require_POST
@staff_only
def approve(request: PersonRequest, pk: int) -> HttpResponse:
    revision = whole_number(request.POST.get("revision")) or 0
    return _act(request, pk, lambda shown: actions.approve_draft(shown, revision=revision, by=request.person, at=now()))


@require_POST
@staff_only
def drop(request: PersonRequest, pk: int) -> HttpResponse:
    return _act(request, pk, lambda shown: actions.drop_draft(shown, by=request.person))


def _act(request: PersonRequest, pk: int, act: Callable[[ProcessDraft], object]) -> HttpResponse:
    """Do it and show the draft; what is refused is told on its page, with what was entered."""
    require(request.person, "processes.read")
    shown = draft_for(request.person, pk)
    try:
        act(shown)
    except (Invalid, NotFound) as error:
        return _page(request, shown, problem=error)
    return redirect("processes:draft", pk)


def _day(text: str) -> Any:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise Invalid(_("Hãy chọn ngày có hiệu lực."))
    return day


def _page(request: PersonRequest, shown: ProcessDraft, *, problem: DomainError | None = None) -> HttpResponse:
    checked, base = check(shown), graph_of(shown.base)
    graph = checked.definition.graph if checked.definition else None
    changes = difference(base, graph) if graph else None
    mine = shown.authors.filter(pk=request.person.pk).exists()
    context = {
        "draft": shown,
        "procedure": shown.base.procedure,
        "checked": checked,
        "changes": changes,
        "steps": step_rows(graph, checked.definition.term) if graph and checked.definition else [],
        "drawing": draw(graph, shown.xml, changes.marks) if graph and changes else None,
        "authors": shown.authors.order_by("full_name"),
        "problem": problem,
        "may_draft": allowed(request.person, "processes.draft") and shown.open,
        "may_approve": allowed(request.person, "processes.approve") and shown.state == "sent" and not mine,
        "may_take_back": shown.state == "sent" and (mine or allowed(request.person, "processes.approve")),
        "mine": mine,
        "law_words": LAW_SAYS if lacks_law(shown.base.files[DECLARATION]) else (),
        "term": shown.base.definition.get("term", {}),
        "today": localdate(),
        "entered": request.POST if problem else None,
        "next_number": next_number(shown.base.procedure),
    }
    return render(request, "processes/draft.html", context, status=problem.status if problem else 200)
