"""What is to be called back."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tinhso.blocks.cases.clock import remaining_until
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.kernel.permissions import require
from tinhso.kernel.text.numbers import whole_number
from tinhso.kernel.time.term import Unit
from tinhso.services.hotline.actions.callbacks import ask_back, finish_callback, take_callback, try_callback
from tinhso.services.hotline.desk_tables import Callback
from tinhso.services.hotline.exchanges import dialled
from tinhso.services.hotline.models import Agent
from tinhso.services.hotline.queries import agent_of, callback_for, calls_back, line_for, open_callbacks

_SHOWN = 200


@require_safe
@staff_only
def page(request: PersonRequest) -> HttpResponse:
    """Everything open, the most pressing first; one's own marked."""
    require(request.person, "hotline.serve")
    line, at = line_for(request.person, "hotline.serve"), now()
    agent = agent_of(request.person)
    waiting = list(open_callbacks(line)[:_SHOWN])
    made = calls_back(waiting)
    rows = [
        (one, remaining_until(line.agency, one.due_at, at, Unit.HOURS), bool(agent and one.owner_id == agent.pk), made[one.pk])
        for one in waiting
    ]
    context = {
        "line": line,
        "rows": rows,
        "agents": Agent.objects.filter(line=line, active=True).select_related("person").order_by("extension"),
        "outcomes": Callback.Outcome.choices,
        "done": Callback.objects.filter(line=line)
        .exclude(done_at=None)
        .select_related("owner__person")
        .order_by("-done_at")[:20],
    }
    return render(request, "hotline/callbacks.html", context)


@require_POST
@staff_only
def add(request: PersonRequest) -> HttpResponse:
    """Promise to call a number back."""
    require(request.person, "hotline.serve")
    line = line_for(request.person, "hotline.serve")
    return _try(
        request, lambda: ask_back(line, request.POST.get("number", ""), by=request.person, note=request.POST.get("note", ""))
    )


@require_POST
@staff_only
def acted(request: PersonRequest, pk: int, act: str) -> HttpResponse:
    """Call, give to somebody, close."""
    require(request.person, "hotline.serve")
    found = callback_for(request.person, pk)
    if act == "goi":
        return _call(request, found)
    if act == "xong":
        return _try(request, lambda: finish_callback(found, request.POST.get("outcome", ""), by=request.person))
    if act == "giao":
        owner = Agent.objects.filter(pk=whole_number(request.POST.get("owner")) or 0, line=found.line).first()
        if owner is None:
            raise NotFound(_("Không có người này ở tổng đài."))
        return _try(request, lambda: take_callback(found, owner, by=request.person))
    raise NotFound(_("Không có việc này."))


def _call(request: PersonRequest, callback: Callback) -> HttpResponse:
    """Count the attempt and dial. With a real exchange the browser hands the number to the agent's telephone."""
    agent = agent_of(request.person)
    if agent is None:
        raise NotFound(_("Bạn chưa được giao máy nào ở tổng đài."))
    try:
        try_callback(callback, by=request.person)
        if dialled(agent, callback.number):
            return redirect("hotline:desk")
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("hotline:callbacks")
    messages.info(request, _("Đã ghi một lần gọi. Hãy bấm vào số điện thoại để gọi bằng máy của bạn."))
    return redirect("hotline:callbacks")


def _try(request: PersonRequest, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
        messages.success(request, _("Đã lưu."))
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("hotline:callbacks")
