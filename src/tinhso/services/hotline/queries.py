"""What the desk and the board read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.policy import grants
from tinhso.kernel.errors import NotFound
from tinhso.kernel.permissions import allowed
from tinhso.services.hotline.actions.setup import digest_of
from tinhso.services.hotline.conversation_tables import Conversation
from tinhso.services.hotline.desk_tables import Callback
from tinhso.services.hotline.models import Agent, Call, Leg, Line, Spell, State

RINGS = timedelta(minutes=3)
"""A call that has rung longer and is not ended was lost on the way: no screen shows it as ringing."""


def lines_for(person: Person, permission: str) -> QuerySet[Line]:
    agencies = grants(person).agencies_for(permission)
    return Line.objects.filter(agency__in=agencies, active=True).select_related("agency").order_by("number")


def line_for(person: Person, permission: str, number: str = "") -> Line:
    """The line asked for, else the first.

    Raises:
        NotFound: there is none for this person.
    """
    lines = lines_for(person, permission)
    found = lines.filter(number=number).first() if number else lines.first()
    if found is None:
        raise NotFound(_("Chưa có đường dây tổng đài nào cho bạn. Quản trị hệ thống lập đường dây trong phần thiết lập."))
    return found


def line_by_token(token: str) -> Line | None:
    """The line whose secret address it is."""
    return Line.objects.select_related("agency").filter(token_digest=digest_of(token), active=True).first()


def agent_of(person: Person) -> Agent | None:
    found = Agent.objects.select_related("line__agency", "person").filter(person=person, active=True, line__active=True)
    return found.first()


def state_of(agent: Agent) -> Spell | None:
    """What the agent is doing; None: not on duty."""
    return Spell.objects.filter(agent=agent, until=None).first()


def ready_agents(line: Line, *, but: Agent) -> QuerySet[Agent]:
    """Colleagues to whom a call can be handed over."""
    ready = Spell.objects.filter(agent=OuterRef("pk"), until=None, state=State.READY)
    return (
        Agent.objects.filter(Exists(ready), line=line, active=True)
        .exclude(pk=but.pk)
        .select_related("person")
        .order_by("extension")
    )


def first_to_ring(line: Line, rung: Sequence[str] = ()) -> list[str]:
    """The extensions of those who are ready: at whom the call has not rung yet, who has waited longest first; then the others."""
    ready = Spell.objects.filter(agent__line=line, agent__active=True, until=None, state=State.READY)
    latest = {extension: place for place, extension in enumerate(rung)}
    extensions = ready.order_by("since", "pk").values_list("agent__extension", flat=True)
    return sorted(extensions, key=lambda extension: latest.get(extension, -1))


# ---- the agent's own calls ----


def ringing_for(agent: Agent, state: Spell | None, at: datetime) -> Call | None:
    """The call that rings at this agent, and at nobody whom it does not concern.

    One that names telephones rings there alone, be they known here or not; others ring everybody who is ready. A colleague's call
    that is being handed over rings too, after those that nobody has answered. Who is not ready hears nothing.
    """
    if state is None or state.state != State.READY:
        return None
    mine = Leg.objects.filter(call=OuterRef("pk"), agent=agent, answered_at=None)
    fresh = Q(state=Call.State.RINGING, started_at__gt=at - RINGS)
    handed = Exists(mine.exclude(handed_by=None))
    found = Call.objects.filter(
        fresh & (Exists(mine) | Q(aimed=False)) & Q(direction=Call.Direction.IN) | Q(state=Call.State.ANSWERED) & handed,
        line=agent.line_id,
        ended_at=None,
    )
    return found.select_related("line__agency", "person", "agent__person").order_by("-state", "started_at", "pk").first()


def call_in_hand(agent: Agent, state: Spell | None) -> Call | None:
    """The call the agent is on, or writes about; the running one first. While writing also one that was handed over."""
    mine = Call.objects.filter(agent=agent).select_related("line__agency", "person", "agent__person")
    in_hand = mine.filter(Q(state=Call.State.ANSWERED) | Q(state=Call.State.ENDED, wrapped_at=None))
    found = in_hand.order_by("-ended_at", "-answered_at").first()  # PostgreSQL puts what has not ended first
    if found or state is None or state.state != State.WRAP_UP:
        return found
    handed = Call.objects.filter(legs__agent=agent, legs__answered_at__isnull=False).exclude(agent=agent)
    return handed.select_related("line__agency", "person", "agent__person").order_by("-legs__answered_at").first()


def call_for(person: Person, pk: int) -> Call:
    """A call of a line the person serves.

    Raises:
        NotFound: there is none.
    """
    found = Call.objects.select_related("line__agency", "person", "agent__person").filter(pk=pk).first()
    if found is None or not allowed(person, "hotline.serve", at=found.line.agency):
        raise NotFound(_("Không có cuộc gọi này."))
    return found


def unseen_missed(line: Line) -> QuerySet[Call]:
    """Missed calls nobody has taken note of, newest first."""
    missed = Call.objects.filter(line=line, state=Call.State.MISSED, direction=Call.Direction.IN, seen_at=None)
    return missed.order_by("-started_at", "-pk")


def open_callbacks(line: Line) -> QuerySet[Callback]:
    """What is to be called back, the most pressing first."""
    found = Callback.objects.filter(line=line, done_at=None).select_related("owner__person", "call", "line__agency")
    return found.order_by("due_at", "pk")


def calls_back(callbacks: Sequence[Callback]) -> dict[int, list[Call]]:
    """By call-back: the calls made to its number since it waits, the latest first."""
    if not callbacks:
        return {}
    since, numbers = min(one.made_at for one in callbacks), {one.number for one in callbacks}
    made = Call.objects.filter(line=callbacks[0].line_id, direction=Call.Direction.OUT, number__in=numbers, started_at__gte=since)
    calls = list(made.select_related("agent__person").order_by("-started_at", "-pk"))
    return {one.pk: [call for call in calls if call.number == one.number and call.started_at >= one.made_at] for one in callbacks}


def callback_for(person: Person, pk: int) -> Callback:
    """Raises NotFound where the person does not serve the line."""
    found = Callback.objects.select_related("line__agency", "owner", "call").filter(pk=pk).first()
    if found is None or not allowed(person, "hotline.serve", at=found.line.agency):
        raise NotFound(_("Không có việc gọi lại này."))
    return found


# ---- the board ----


@dataclass(frozen=True)
class Board:
    """The line at this moment and today."""

    waiting: list[Call]
    talking: list[Call]
    desks: list[tuple[Agent, Spell | None]]
    callbacks: int
    callbacks_late: int


def board(line: Line, at: datetime) -> Board:
    running = Call.objects.filter(line=line, ended_at=None).select_related("agent__person").order_by("started_at", "pk")
    calls: Sequence[Call] = list(running)
    spells = {spell.agent_id: spell for spell in Spell.objects.filter(agent__line=line, until=None)}
    agents = Agent.objects.filter(line=line, active=True).select_related("person").order_by("extension")
    due = list(Callback.objects.filter(line=line, done_at=None).values_list("due_at", flat=True))
    return Board(
        waiting=[call for call in calls if call.state == Call.State.RINGING and call.started_at > at - RINGS],
        talking=[call for call in calls if call.state == Call.State.ANSWERED],
        desks=[(agent, spells.get(agent.pk)) for agent in agents],
        callbacks=len(due),
        callbacks_late=sum(moment < at for moment in due),
    )


def pulse(line: Line, at: datetime) -> list[object]:
    """A few numbers that change when the board does; asked every second by every desk, so five queries that read little."""
    calls = Call.objects.filter(line=line, ended_at=None).aggregate(
        waiting=Count("pk", filter=Q(state=Call.State.RINGING, started_at__gt=at - RINGS)),
        talking=Count("pk", filter=Q(state=Call.State.ANSWERED)),
    )
    callbacks = Callback.objects.filter(line=line, done_at=None).aggregate(
        all=Count("pk"), late=Count("pk", filter=Q(due_at__lt=at))
    )
    spells = Spell.objects.filter(agent__line=line, until=None).order_by("agent").values_list("agent", "state")
    written = Conversation.objects.filter(line=line).exclude(waiting_since=None).aggregate(all=Count("pk"), last=Max("last_at"))
    return [*calls.values(), unseen_missed(line).count(), *callbacks.values(), *map(str, written.values()), *map(list, spells)]
