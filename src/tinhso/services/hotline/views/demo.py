"""Buttons of the demonstration exchange, and calling somebody by a press."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.blocks.identity.queries import sample_loaded
from tinhso.kernel.errors import DomainError, NotFound, WrongState
from tinhso.kernel.permissions import require
from tinhso.services.hotline import demo_exchange
from tinhso.services.hotline.exchanges import dialled
from tinhso.services.hotline.models import Agent
from tinhso.services.hotline.queries import agent_of, call_for


@require_POST
@staff_only
def ring(request: PersonRequest) -> HttpResponse:
    """A sample call comes in."""
    require(request.person, "hotline.serve")
    if not sample_loaded():
        raise NotFound(_("Không có việc này."))
    agent = _agent(request)
    return _try(request, lambda: demo_exchange.ring(agent.line, request.POST.get("number", "")))


@require_POST
@staff_only
def handled(request: PersonRequest, pk: int, act: str) -> HttpResponse:
    """Take up or hang up, where the desk itself is the telephone."""
    require(request.person, "hotline.serve")
    agent, call = _agent(request), call_for(request.person, pk)
    if act == "nghe":
        return _try(request, lambda: demo_exchange.answer(call, agent))
    if act == "gac":
        return _try(request, lambda: demo_exchange.hang_up(call))
    raise NotFound(_("Không có việc này."))


@require_POST
@staff_only
def dial(request: PersonRequest) -> HttpResponse:
    """Call a number by a press, where the exchange can be asked to; elsewhere the page has a link that the telephone takes."""
    require(request.person, "hotline.serve")
    agent = _agent(request)

    def call() -> None:
        if not dialled(agent, request.POST.get("number", "")[:200]):
            raise WrongState(_("Hãy bấm vào số điện thoại để gọi bằng máy của bạn."))

    return _try(request, call)


def _agent(request: PersonRequest) -> Agent:
    agent = agent_of(request.person)
    if agent is None:
        raise NotFound(_("Bạn chưa được giao máy nào ở tổng đài."))
    return agent


def _try(request: PersonRequest, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except DomainError as error:
        messages.error(request, str(error))
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)  # the page hears of it within a second
    return redirect("hotline:desk")
