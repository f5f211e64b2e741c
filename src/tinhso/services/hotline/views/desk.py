"""The agent's desk: one page, whose parts change by themselves."""

from collections.abc import Callable
from hashlib import sha256
from json import dumps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.blocks.identity.queries import sample_loaded
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.kernel.permissions import require
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.hotline.actions.agents import set_state
from tinhso.services.hotline.actions.desk import (
    confirm_caller,
    decline,
    deny_caller,
    hand_over,
    note_caller_shown,
    note_missed,
    write_down,
)
from tinhso.services.hotline.actions.telephony import end_lost
from tinhso.services.hotline.articles import find_articles
from tinhso.services.hotline.callers import calls_of, case_by_code, cases_of_caller, conversations_of, recognise
from tinhso.services.hotline.conversations import conversation_for, waiting_written, written_of
from tinhso.services.hotline.knowledge_tables import Article
from tinhso.services.hotline.live import mark
from tinhso.services.hotline.models import Agent, Call, Disposition, Leg, Line
from tinhso.services.hotline.queries import (
    agent_of,
    board,
    call_for,
    call_in_hand,
    open_callbacks,
    pulse,
    ready_agents,
    ringing_for,
    state_of,
    unseen_missed,
)
from tinhso.services.hotline.views.outcomes import make_ticket_of, promise_call
from tinhso.services.hotline.views.phone import browser_phone, with_phone
from tinhso.services.hotline.views.tickets import ticket_parts

_SHOWN = 8


@never_cache
@require_safe
@staff_only
def page(request: PersonRequest) -> HttpResponse:
    """The whole desk."""
    require(request.person, "hotline.serve")
    agent = agent_of(request.person)
    if agent is None:
        return render(request, "hotline/no_desk.html")
    context = (
        _now(agent)
        | _lists(agent)
        | {
            "signal": _parts(agent),
            "tries": agent.line.adapter == Line.Adapter.DEMO and sample_loaded(),
            "articles": find_articles(request.person, ""),
            "scripts": find_articles(request.person, "", kind=Article.Kind.SCRIPT),
        }
    )
    context["phone"] = browser_phone(agent.line)
    return with_phone(render(request, "hotline/desk.html", _shown(request, context)), agent.line)


@never_cache
@require_safe
@staff_only
def call(request: PersonRequest) -> HttpResponse:
    """The part about the call that rings or is in hand."""
    require(request.person, "hotline.serve")
    return render(request, "hotline/call.html", _shown(request, _now(_agent(request))))


@never_cache
@require_safe
@staff_only
def lists(request: PersonRequest) -> HttpResponse:
    """The part with what waits: missed calls, call-backs, the line at this moment."""
    require(request.person, "hotline.serve")
    return render(request, "hotline/lists.html", _lists(_agent(request)))


@require_safe
@staff_only
def signal(request: PersonRequest) -> HttpResponse:
    """Whether anything has changed; asked every second. 304 when nothing has, which costs one statement."""
    require(request.person, "hotline.serve")
    tag = f'"{mark(request.person, now())}"'
    unchanged = request.headers.get("If-None-Match") == tag
    answer = HttpResponse(status=304) if unchanged else JsonResponse(_parts(_agent(request)))
    answer["ETag"], answer["Cache-Control"] = tag, "private, no-cache"
    return answer


def _parts(agent: Agent) -> dict[str, str]:
    """Of each part of the desk something that differs when the part has to be drawn anew."""
    state, at = state_of(agent), now()
    ringing, mine = ringing_for(agent, state, at), call_in_hand(agent, state)
    said = " ".join(f"{one.pk}:{one.state}:{one.agent_id}" for one in (ringing, mine) if one)
    return {
        "call": f"{state.state if state else ''} {said}",
        "ringing": str(ringing.pk) if ringing else "",
        "lists": sha256(dumps(pulse(agent.line, at)).encode()).hexdigest()[:12],
    }


def _agent(request: PersonRequest) -> Agent:
    agent = agent_of(request.person)
    if agent is None:
        raise NotFound(_("Bạn chưa được giao máy nào ở tổng đài."))
    return agent


def _now(agent: Agent) -> dict[str, Any]:
    """What the agent is doing, the call that rings, the one in hand."""
    state, at = state_of(agent), now()
    ringing, mine = ringing_for(agent, state, at), call_in_hand(agent, state)
    return {"agent": agent, "line": agent.line, "state": state, "ringing": ringing, "mine": mine, "now": at}


def _shown(request: PersonRequest, context: dict[str, Any]) -> dict[str, Any]:
    """With who is calling. What is put before the agent is written down."""
    call: Call | None = context["ringing"] or context["mine"]
    if call is None:
        return context
    caller = recognise(call)
    cases = cases_of_caller(call.line, caller.persons, call.number, context["now"])
    if caller.persons or cases:
        shown = [person.pk for person in caller.persons], [line.case.code for line in cases]
        note_caller_shown(call, by=request.person, persons=shown[0], cases=shown[1])
    legs = Leg.objects.select_related("handed_by__person").filter(call=call, agent=context["agent"])
    return context | {
        "call": call,
        "caller": caller,
        "cases": cases,
        "earlier": calls_of(call),
        "written": conversations_of(call),
        "acts": "hotline:act",
        "promise": "hotline:promise",
        "target": "#call",
        "handed": legs.exclude(handed_by=None).first(),
        "before": None if context["ringing"] or call.agent_id == context["agent"].pk else legs.exclude(answered_at=None).first(),
        "colleagues": ready_agents(call.line, but=context["agent"]) if call.state == Call.State.ANSWERED else [],
        "dispositions": Disposition.choices,
        **ticket_parts(call, context["ringing"], caller),
    }


def _lists(agent: Agent) -> dict[str, Any]:
    callbacks = open_callbacks(agent.line)
    return {
        "agent": agent,
        "line": agent.line,
        "board": board(agent.line, now()),
        "missed": unseen_missed(agent.line)[:_SHOWN],
        "written": [*written_of(agent)[:_SHOWN], *waiting_written(agent.line)[:_SHOWN]],
        "callbacks": [(one, one.owner_id == agent.pk) for one in callbacks[:_SHOWN]],
        "now": now(),
    }


# ---- what the agent does ----


@require_POST
@staff_only
def state(request: PersonRequest) -> HttpResponse:
    """Ready, break, end of duty."""
    require(request.person, "hotline.serve")
    agent = _agent(request)
    return _try(request, lambda: set_state(agent, request.POST.get("state", ""), by=request.person))


@require_POST
@staff_only
def acted(request: PersonRequest, pk: int, act: str) -> HttpResponse:
    """What the agent does with a call."""
    require(request.person, "hotline.serve")
    found = call_for(request.person, pk)
    acts: dict[str, Callable[[PersonRequest, Call], None]] = {
        "la": _confirm,
        "khong-la": _deny,
        "ghi": _write,
        "chuyen": _hand_over,
        "tu-choi": _decline,
        "da-het": lambda request, call: end_lost(call, by=request.person),
        "hen": promise_call,
        "lap-phieu": make_ticket_of,
    }
    if act not in acts:
        raise NotFound(_("Không có việc này."))
    return _try(request, lambda: acts[act](request, found))


def _person(request: PersonRequest) -> Person:
    person = Person.objects.filter(pk=whole_number(request.POST.get("person")) or 0).first()
    if person is None:
        raise NotFound(_("Không có người này."))
    return person


def _confirm(request: PersonRequest, call: Call) -> None:
    person = _person(request)
    if person not in recognise(call).persons:
        raise NotFound(_("Không có người này."))
    confirm_caller(call, person, by=request.person)


def _deny(request: PersonRequest, call: Call) -> None:
    deny_caller(call, _person(request), by=request.person)


def _write(request: PersonRequest, call: Call) -> None:
    finish = "finish" in request.POST
    write_down(
        call,
        by=request.person,
        notes=request.POST.get("notes", ""),
        caller_name=request.POST.get("caller_name", ""),
        disposition=request.POST.get("disposition", ""),
        finish=finish,
    )
    messages.success(request, _("Đã lưu ghi chép cuộc gọi.") if finish else _("Đã lưu."))


def _hand_over(request: PersonRequest, call: Call) -> None:
    to = Agent.objects.filter(pk=whole_number(request.POST.get("to")) or 0, line=call.line, active=True).first()
    if to is None:
        raise NotFound(_("Không có người này ở tổng đài."))
    hand_over(call, to, request.POST.get("note", ""), by=request.person)
    messages.info(request, _("Đã mời đồng nghiệp nghe máy. Hãy giữ máy đến khi có người nhận."))


def _decline(request: PersonRequest, call: Call) -> None:
    decline(call, _agent(request), by=request.person)


@require_POST
@staff_only
def missed(request: PersonRequest) -> HttpResponse:
    """All missed calls have been seen."""
    require(request.person, "hotline.serve")
    agent = _agent(request)
    return _try(request, lambda: note_missed(agent.line, by=request.person))


@require_safe
@staff_only
def find_case(request: PersonRequest) -> HttpResponse:
    """Where the case stands whose code the caller reads out. Looking is written down."""
    require(request.person, "hotline.serve")
    agent = _agent(request)
    written = whole_number(request.GET.get("hoi-thoai"))
    mine = conversation_for(request.person, written) if written else call_in_hand(agent, state_of(agent))
    found = case_by_code(agent.line, request.GET.get("ma", "")[:60])
    if found and mine:
        note_caller_shown(mine, by=request.person, persons=[], cases=[found.code])
    context = {"found": found if mine else None, "asked": request.GET.get("ma", ""), "mine": mine}
    part = request.headers.get("HX-Request")
    return render(request, "hotline/found_case.html" if part else "hotline/found_page.html", context)


def _try(request: PersonRequest, act: Callable[[], object]) -> HttpResponse:
    """Do it and show things as they are now, with a refusal where it belongs. Without script the page comes anew."""
    problem: DomainError | None = None
    try:
        act()
    except DomainError as error:
        if error.status in {403, 404}:
            raise
        problem = error
        messages.error(request, " ".join(dict.fromkeys(map(str, error.fields.values()))) or str(error))
    if not request.headers.get("HX-Request"):
        return redirect("hotline:desk")
    context = _shown(request, _now(_agent(request))) | {"told": True, "problem": problem}
    answer = render(request, "hotline/call.html", context, status=problem.status if problem else 200)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#call", "innerHTML"
    return answer
