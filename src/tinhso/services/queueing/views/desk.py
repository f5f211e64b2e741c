"""The clerk's counter: who is here, who is next."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tinhso.blocks.directory.models import Agency
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.kernel.permissions import require
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.queueing.actions.counters import (
    begin,
    call_again,
    call_next,
    call_ticket,
    close_counter,
    finish,
    mark_absent,
    open_counter,
    transfer,
)
from tinhso.services.queueing.actions.tickets import come_back, give_up, set_priority, take_ticket
from tinhso.services.queueing.models import Counter, Line, Priority, Sitting, Ticket, Turn
from tinhso.services.queueing.queries import (
    absent_today,
    callable_by,
    cases_taken_in,
    desks_of,
    lines_of,
    office_for,
    offices_of,
    open_sitting,
    open_turn,
    ticket_for,
    turn_of,
    waiting_by_line,
)

NOW = "queueing_now"  # the number being served, for the strip above the other pages of the workspace
_SHOWN = 40


@require_safe
@staff_only
def page(request: PersonRequest) -> HttpResponse:
    """Open a counter, or work at the open one."""
    require(request.person, "queueing.serve")
    sitting = open_sitting(request.person)
    if sitting is None:
        return _choose(request, _office(request))
    turn = open_turn(sitting.counter)
    _remember(request, turn)
    context = _queue(sitting) | {
        "turn": turn,
        "words": None,
        "cases": list(cases_taken_in(turn)) if turn else [],
        "counters": [
            counter for counter, there in desks_of(sitting.counter.agency) if there and counter.pk != sitting.counter_id
        ],
        "lines": lines_of(sitting.counter.agency),
        "priorities": _priorities(),
    }
    return render(request, "queueing/desk.html", context)


def _office(request: PersonRequest) -> Agency:
    """The office asked for; a clerk with posts in several has the choice."""
    given = request.POST if request.method == "POST" else request.GET
    return office_for(request.person, "queueing.serve", given.get("co-quan", ""))


def _choose(request: PersonRequest, agency: Agency, problem: DomainError | None = None) -> HttpResponse:
    lines = waiting_by_line(lines_of(agency), now())
    chosen = request.POST.getlist("lines") or [str(line.pk) for line, _count in lines]
    context = {
        "agency": agency,
        "offices": offices_of(request.person, "queueing.serve").filter(queue_lines__active=True).distinct(),
        "lines": [(line, count, str(line.pk) in chosen) for line, count in lines],
        "desks": desks_of(agency),
        "problem": problem,
        "waiting": sum(count for _line, count in lines),
    }
    return render(request, "queueing/open.html", context, status=problem.status if problem else 200)


def _queue(sitting: Sitting) -> dict[str, Any]:
    at = now()
    queue = list(callable_by(sitting, at)[: _SHOWN + 1])
    return {
        "sitting": sitting,
        "agency": sitting.counter.agency,
        "waiting": queue[:_SHOWN],
        "more": len(queue) > _SHOWN,
        "absent": list(absent_today(sitting.counter.agency, at)),
        "now": at,
    }


@require_safe
@staff_only
def queue(request: PersonRequest) -> HttpResponse:
    """The waiting list alone, which the page asks for again and again."""
    require(request.person, "queueing.serve")
    sitting = _sitting(request)
    return render(
        request, "queueing/waiting.html", _queue(sitting) | {"priorities": _priorities(), "turn": open_turn(sitting.counter)}
    )


@require_POST
@staff_only
def opened(request: PersonRequest) -> HttpResponse:
    require(request.person, "queueing.serve")
    agency = _office(request)
    counter = Counter.objects.filter(agency=agency, pk=whole_number(request.POST.get("counter")) or 0).first()
    lines = [line for line in lines_of(agency) if str(line.pk) in request.POST.getlist("lines")]
    if counter is None:
        messages.error(request, _("Hãy chọn quầy."))
        return redirect("queueing:desk")
    try:
        open_counter(counter, by=request.person, lines=lines)
    except DomainError as error:
        return _choose(request, agency, error)
    return redirect("queueing:desk")


@require_POST
@staff_only
def closed(request: PersonRequest) -> HttpResponse:
    require(request.person, "queueing.serve")
    sitting = _sitting(request)
    return _try(request, lambda: close_counter(sitting, by=request.person))


@require_POST
@staff_only
def called(request: PersonRequest) -> HttpResponse:
    """Call the next."""
    require(request.person, "queueing.serve")
    sitting = _sitting(request)
    return _try(request, lambda: _next(request, sitting))


def _next(request: PersonRequest, sitting: Sitting) -> None:
    if call_next(sitting, by=request.person) is None:
        messages.info(request, _("Không còn ai chờ ở quầy của bạn."))


@require_POST
@staff_only
def drawn(request: PersonRequest) -> HttpResponse:
    """A number for somebody who asks the clerk instead of the kiosk."""
    require(request.person, "queueing.serve")
    line = lines_of(_sitting(request).counter.agency).filter(letter=request.POST.get("line", "")).first()
    if line is None:
        raise NotFound(_("Không có loại dịch vụ này."))
    return _try(request, lambda: _draw(request, line))


def _draw(request: PersonRequest, line: Line) -> None:
    priority = request.POST.get("priority", "")
    ticket = take_ticket(line, by=request.person, priority=priority)
    messages.success(request, _("Đã lấy số %(number)s.") % {"number": ticket.label})


_ACTS: dict[str, Callable[..., Turn]] = {"goi-lai": call_again, "bat-dau": begin, "xong": finish, "vang": mark_absent}


@require_POST
@staff_only
def acted(request: PersonRequest, turn: int, act: str) -> HttpResponse:
    """What the clerk does with whoever was called."""
    require(request.person, "queueing.serve")
    found = turn_of(request.person, turn)
    if act == "chuyen":
        to = Counter.objects.filter(pk=whole_number(request.POST.get("to")) or 0, agency=found.agency).first()
        return _try(request, lambda: transfer(found, to or found.counter, by=request.person))
    if act not in _ACTS:
        raise NotFound(_("Không có việc này."))
    answer = _try(request, lambda: _ACTS[act](found, by=request.person))
    if act == "bat-dau" and "form" in request.POST:
        return _to_case(request, found)
    if act in {"xong", "vang"} and "next" in request.POST and (sitting := open_sitting(request.person)):
        return _try(request, lambda: _next(request, sitting))
    return answer


def _to_case(request: PersonRequest, turn: Turn) -> HttpResponse:
    """To the counter form, or to the case whose result is collected; the strip above the page brings the clerk back."""
    _remember(request, turn)
    case = turn.ticket.case
    return redirect(reverse("onestop:case", args=[case.code]) if case else reverse("onestop:counter"))


_CHANGES: dict[str, Callable[..., Ticket]] = {"quay-lai": come_back, "bo": give_up}


@require_POST
@staff_only
def changed(request: PersonRequest, pk: int, act: str) -> HttpResponse:
    """What the clerk does with somebody who waits."""
    require(request.person, "queueing.serve")
    ticket = ticket_for(request.person, pk)
    if act == "goi":
        sitting = _sitting(request)
        return _try(request, lambda: call_ticket(sitting, ticket, by=request.person))
    if act == "uu-tien":
        return _try(request, lambda: set_priority(ticket, request.POST.get("priority", ""), by=request.person))
    if act not in _CHANGES:
        raise NotFound(_("Không có việc này."))
    return _try(request, lambda: _CHANGES[act](ticket, by=request.person))


def _sitting(request: PersonRequest) -> Sitting:
    sitting = open_sitting(request.person)
    if sitting is None:
        raise NotFound(_("Bạn chưa mở quầy nào."))
    return sitting


def _try(request: PersonRequest, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except DomainError as error:
        messages.error(request, str(error))
    sitting = open_sitting(request.person)
    _remember(request, open_turn(sitting.counter) if sitting else None)
    return redirect("queueing:desk")


def _remember(request: PersonRequest, turn: Turn | None) -> None:
    label = turn.ticket.label if turn else ""
    if request.session.get(NOW, "") != label:
        request.session[NOW] = label


def _priorities() -> list[Priority]:
    return [choice for choice in Priority if choice]
