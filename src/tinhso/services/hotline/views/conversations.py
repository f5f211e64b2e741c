"""What is written to the desk: the list, and one conversation with its sender, tickets and what agents know."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tinhso.blocks.directory.models import Person
from tinhso.blocks.files.reading import file_response
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.kernel.paging import page_by_key
from tinhso.kernel.permissions import allowed, require
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.hotline.actions.answering import (
    CLOSINGS,
    answer,
    close,
    hand_on,
    name_sender,
    note,
    note_agent_writing,
    take,
)
from tinhso.services.hotline.actions.desk import note_caller_shown
from tinhso.services.hotline.actions.files import note_opened
from tinhso.services.hotline.actions.quality import review
from tinhso.services.hotline.articles import find_articles
from tinhso.services.hotline.callers import calls_of, cases_of_caller, conversations_of, recognise
from tinhso.services.hotline.conversation_tables import Conversation, ConversationMessage
from tinhso.services.hotline.conversations import (
    conversation_for,
    conversations,
    file_of,
    here,
    is_typing,
    thread,
    version_of,
)
from tinhso.services.hotline.models import Agent
from tinhso.services.hotline.quality_tables import QualityReview, Survey
from tinhso.services.hotline.queries import agent_of, line_for
from tinhso.services.hotline.views.files import attach, given_in
from tinhso.services.hotline.views.outcomes import make_ticket_of, promise_call
from tinhso.services.hotline.views.quality import review_parts, scores_from
from tinhso.services.hotline.views.tickets import promised_for, ticket_parts

_ONLY = {
    "": gettext_noop("Chờ nhận"),
    "cua-toi": gettext_noop("Của tôi"),
    "mo": gettext_noop("Chưa đóng"),
    "tat-ca": gettext_noop("Tất cả"),
}


@require_safe
@staff_only
def page(request: PersonRequest) -> HttpResponse:
    """What is written to the line: what nobody has taken, unless asked otherwise."""
    require(request.person, "hotline.serve")
    line, only, channel = line_for(request.person, "hotline.serve"), request.GET.get("loc", ""), request.GET.get("kenh", "")
    rows = conversations(line)
    if only == "cua-toi":
        rows = rows.filter(agent__person=request.person)
    if only in {"", "mo"}:
        rows = rows.exclude(state=Conversation.State.CLOSED) if only else rows.filter(state=Conversation.State.WAITING)
    if channel in Conversation.Channel.values:
        rows = rows.filter(channel=channel)
    context = {
        "line": line,
        "page": page_by_key(rows, order=("-last_at",), cursor=request.GET.get("trang")),
        "now": now(),
        "filters": [
            {
                "name": "loc",
                "label": _("Chỉ xem"),
                "kind": "select",
                "value": only,
                "options": [(key, _(text)) for key, text in _ONLY.items()],
            },
            {
                "name": "kenh",
                "label": _("Kênh"),
                "kind": "select",
                "value": channel,
                "options": [("", _("Mọi kênh")), *Conversation.Channel.choices],
            },
        ],
    }
    return render(request, "hotline/conversations.html", context)


@never_cache
@require_safe
@staff_only
def one(request: PersonRequest, pk: int) -> HttpResponse:
    """A conversation with all that belongs to it."""
    require(request.person, "hotline.serve")
    found = conversation_for(request.person, pk)
    thread, leads = _thread(request, found), allowed(request.person, "hotline.lead", at=found.line.agency)
    heading = found.subject or Truncator(next((one.text for one in thread["said"] if one.text), "")).chars(80) or str(found.line)
    context = (
        thread
        | _work(request, found)
        | {
            "articles": find_articles(request.person, ""),
            "breadcrumbs": [(_("Thư và trò chuyện"), reverse("hotline:conversations")), (heading, "")],
            "heading": heading,
            "reviews": leads and not thread["own"] and found.answered_at is not None,
            "action": reverse("hotline:conversation_act", args=[found.pk, "cham"]),
            **review_parts(QualityReview.objects.select_related("reviewer").filter(conversation=found).first(), None),
        }
    )
    return render(request, "hotline/conversation.html", context)


@never_cache
@require_safe
@staff_only
def live(request: PersonRequest, pk: int) -> HttpResponse:
    """What was written since; 204 when nothing has changed. `go`: the agent is typing."""
    require(request.person, "hotline.serve")
    found = conversation_for(request.person, pk)
    if "go" in request.GET:
        note_agent_writing(found, by=request.person, at=now())
    context = _thread(request, found)
    if context["version"] == request.GET.get("co"):
        return HttpResponse(status=204)
    return render(request, "hotline/thread.html", context | {"renewed": True})


@require_safe
@staff_only
def promise(request: PersonRequest, pk: int) -> HttpResponse:
    """Where a ticket would go and by when it is answered."""
    require(request.person, "hotline.serve")
    return promised_for(request, conversation_for(request.person, pk).line)


@never_cache
@require_safe
@staff_only
def file(request: PersonRequest, pk: int, file: int) -> HttpResponseBase:
    """A file that came; that it was opened is written down."""
    require(request.person, "hotline.serve")
    found = conversation_for(request.person, pk)
    chosen = file_of(found, file).file
    return file_response(note_opened(chosen, on=found, agency=found.line.agency, by=request.person), inline=True)


def _thread(request: PersonRequest, found: Conversation) -> dict[str, Any]:
    at, said = now(), thread(found, notes=True)
    typing = is_typing(found.writing_at, at)
    agent = agent_of(request.person)
    mine = agent is not None and found.agent_id in (None, agent.pk)
    colleagues = Agent.objects.filter(line=found.line, active=True).select_related("person").order_by("extension")
    return {
        "conversation": found,
        "said": said,
        "typing": typing,
        "here": here(found, at),
        "version": version_of(found, said, at, typing=typing),
        "agent": agent,
        "mine": mine or (agent is not None and allowed(request.person, "hotline.lead", at=found.line.agency)),
        "own": agent is not None and found.agent_id == agent.pk,
        "colleagues": [one for one in colleagues if one.pk != found.agent_id],
        "survey": Survey.objects.filter(conversation=found).exclude(mark=None).first(),
        "closings": [(one.value, one.label) for one in CLOSINGS],
        "attach": attach(),
        "sent_along": [row for message in said if message.side == ConversationMessage.Side.IN for row in message.files.all()],
        "now": at,
    }


def _work(request: PersonRequest, found: Conversation) -> dict[str, Any]:
    """Who wrote, what they have in hand, tickets. What is put before the agent is written down."""
    sender = recognise(found)
    cases = cases_of_caller(found.line, sender.persons, found.number, now())
    if sender.persons or cases:
        shown = [person.pk for person in sender.persons], [line.case.code for line in cases]
        note_caller_shown(found, by=request.person, persons=shown[0], cases=shown[1])
    agent = agent_of(request.person)
    return {
        "call": found,
        "caller": sender,
        "cases": cases,
        "earlier": calls_of(found),
        "written": conversations_of(found),
        "own": agent is not None and found.agent_id == agent.pk,
        "acts": "hotline:conversation_act",
        "promise": "hotline:conversation_promise",
        "target": "#work",
        "conversation": found,
        **ticket_parts(found, None, sender),
    }


# ---- what the agent does ----


@require_POST
@staff_only
def acted(request: PersonRequest, pk: int, act: str) -> HttpResponse:
    """What the agent does with a conversation. Without script the page comes anew; with it, the part that changed."""
    require(request.person, "hotline.serve")
    found, given = conversation_for(request.person, pk), request.POST
    acts: dict[str, Callable[[], object]] = {
        "nhan": lambda: take(found, by=request.person),
        "tra-loi": lambda: _answer(request, found),
        "ghi-chu": lambda: note(found, given.get("note", ""), by=request.person),
        "chuyen": lambda: _hand_on(request, found),
        "dong": lambda: close(found, given.get("disposition", ""), by=request.person, seen=whole_number(given.get("seen"))),
        "la": lambda: name_sender(found, _person(request, found), by=request.person),
        "khong-la": lambda: name_sender(found, None, by=request.person),
        "hen": lambda: promise_call(request, found),
        "lap-phieu": lambda: make_ticket_of(request, found),
        "cham": lambda: review(found, scores_from(request), by=request.person, comment=given.get("comment", "")),
    }
    if act not in acts:
        raise NotFound(_("Không có việc này."))
    problem: DomainError | None = None
    try:
        acts[act]()
    except DomainError as error:
        if error.status in {403, 404}:
            raise
        problem = error
        messages.error(request, " ".join(dict.fromkeys(map(str, error.fields.values()))) or str(error))
    if not request.headers.get("HX-Request"):
        return redirect("hotline:conversation", pk=pk)
    found = conversation_for(request.person, pk)
    side = act in {"la", "khong-la", "lap-phieu", "hen"}
    context = (_work if side else _thread)(request, found) | {"told": True, "renewed": True, "problem": problem}
    part = "hotline/conversation_work.html" if side else "hotline/thread.html"
    return render(request, part, context, status=problem.status if problem else 200)


def _answer(request: PersonRequest, found: Conversation) -> None:
    files = given_in(request)
    files.take(request, "files", by=request.person)
    given = request.POST
    answer(found, given.get("text", ""), files=files.files, by=request.person, key=given.get("key", "")[:64])


def _person(request: PersonRequest, found: Conversation) -> Person:
    persons = recognise(found).persons
    person = next((one for one in persons if str(one.pk) == request.POST.get("person")), None)
    if person is None:
        raise NotFound(_("Không có người này."))
    return person


def _hand_on(request: PersonRequest, found: Conversation) -> None:
    given = request.POST.get("to", "")
    to = Agent.objects.filter(pk=whole_number(given) or 0, line=found.line, active=True).first()
    if given and to is None:
        raise NotFound(_("Không có người này ở tổng đài."))
    hand_on(found, to, by=request.person)
