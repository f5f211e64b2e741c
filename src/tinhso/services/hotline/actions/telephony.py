"""Calls, as the exchange tells of them. Events come twice, late and in any order: each changes a thing once or not at all.

- One row for a `call_id`, made by whichever event comes first; a late `newCall` only fills in what is not known.
- A hang-up before an answer is a missed call; an answer that comes after the hang-up changes nothing.
- No moment lies before the one it follows, however clocks differ.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils.timezone import now

from tinhso.blocks.directory.calendars import agency_calendar
from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action, record
from tinhso.kernel.jobs import for_each
from tinhso.kernel.time import local
from tinhso.services.hotline.actions.agents import switch
from tinhso.services.hotline.actions.callbacks import close_callback_of, is_blocked, queue_callback
from tinhso.services.hotline.actions.desk import own_call
from tinhso.services.hotline.desk_tables import Callback
from tinhso.services.hotline.models import LOST, Agent, Call, Leg, Line, Spell, State
from tinhso.services.hotline.telephony import ANSWER, HANGUP, NEW_CALL, Event

FORGOTTEN = timedelta(hours=4)
_MINUTE = timedelta(minutes=1)


@action
def hear(line: Line, event: Event, *, at: datetime | None = None) -> Call:
    """Take note of an event. `Call.blocked` tells the exchange to refuse the call."""
    at = at or now()
    if line.seen_at is None or line.seen_at < at - _MINUTE:
        Line.objects.filter(pk=line.pk).update(seen_at=at)
    agents = _agents(line, event.users)
    call, made = Call.objects.get_or_create(
        line=line,
        call_id=event.call_id,
        defaults={"direction": event.direction, "number": event.number, "queue": event.queue, "started_at": at},
    )
    call = Call.objects.select_for_update(of=("self",)).select_related("line__agency", "agent").get(pk=call.pk)
    if made:
        record("hotline.call_began", by=None, on=call, agency=line.agency, direction=call.direction)
    _fill_in(call, event)
    if event.kind == NEW_CALL:
        _ring(call, agents, at=at)
        if made and _is_blocked(call, at):
            _refuse(call, at=at)
    elif event.kind == ANSWER:
        _answer(call, agents[0] if agents else None, at=at)
    elif event.kind == HANGUP:
        _hang_up(call, event.cause, at=at)
    return call


def _agents(line: Line, extensions: Collection[str]) -> list[Agent]:
    """In the order in which the exchange named them."""
    found = {agent.extension: agent for agent in Agent.objects.filter(line=line, extension__in=extensions, active=True)}
    return [found[extension] for extension in extensions if extension in found]


def _fill_in(call: Call, event: Event) -> None:
    """What an earlier event did not know. What is known stays."""
    changed = [name for name in ("number", "queue") if getattr(event, name) and not getattr(call, name)]
    for name in changed:
        setattr(call, name, getattr(event, name))
    if event.users and not call.aimed:
        call.aimed = True
        changed.append("aimed")
    if changed:
        call.save(update_fields=changed)
    if "number" in changed and call.state == Call.State.MISSED:
        _promise_back(call, at=call.ended_at or call.started_at)


def _ring(call: Call, agents: list[Agent], *, at: datetime) -> None:
    if call.open:
        Leg.objects.bulk_create([Leg(call=call, agent=agent, rang_at=at) for agent in agents], ignore_conflicts=True)


def _is_blocked(call: Call, at: datetime) -> bool:
    if call.direction != Call.Direction.IN or not call.number:
        return False
    return is_blocked(call.line, call.number, at)


def _refuse(call: Call, *, at: datetime) -> None:
    call.blocked, call.state, call.cause, call.ended_at = True, Call.State.MISSED, "blocked", max(at, call.started_at)
    call.save(update_fields=["blocked", "state", "cause", "ended_at"])
    record("hotline.call_refused", by=None, on=call, agency=call.line.agency)


def _answer(call: Call, agent: Agent | None, *, at: datetime) -> None:
    if call.state == Call.State.ANSWERED:
        _take_over(call, agent, at=at)
    if call.state != Call.State.RINGING:
        return
    call.state, call.agent, call.answered_at = Call.State.ANSWERED, agent, max(at, call.started_at)
    call.save(update_fields=["state", "agent", "answered_at"])
    if agent:
        _end_older(agent, call, at=at)
        Leg.objects.update_or_create(
            call=call,
            agent=agent,
            defaults={"answered_at": call.answered_at},
            create_defaults={"rang_at": at, "answered_at": call.answered_at},
        )
        switch(agent, State.TALKING, at=at)
    spoke = Callback.Outcome.CALLED_AGAIN if call.direction == Call.Direction.IN else Callback.Outcome.REACHED
    close_callback_of(call.line, call.number, spoke, at=at)
    record("hotline.call_answered", by=None, on=call, agency=call.line.agency, agent=agent.pk if agent else None)


def _end_older(agent: Agent, call: Call, *, at: datetime) -> None:
    """Nobody speaks in two calls: the hang-up of the one before was lost on the way."""
    older = Call.objects.select_for_update(of=("self",)).select_related("line__agency", "agent")
    for one in older.filter(agent=agent, state=Call.State.ANSWERED).exclude(pk=call.pk):
        _hang_up(one, LOST, at=at)


def _take_over(call: Call, agent: Agent | None, *, at: datetime) -> None:
    """The colleague to whom the call is being handed over answers; the first one writes notes. Others change nothing."""
    offered = Leg.objects.filter(call=call, agent=agent, answered_at=None).exclude(handed_by=None).first() if agent else None
    if offered is None or agent is None:
        return
    offered.answered_at = max(at, offered.rang_at)
    offered.save(update_fields=["answered_at"])
    before, call.agent = call.agent, agent
    call.save(update_fields=["agent"])
    if before and _talking(before):
        switch(before, State.WRAP_UP, at=at)
    _end_older(agent, call, at=at)
    switch(agent, State.TALKING, at=at)
    record("hotline.call_taken_over", by=None, on=call, agency=call.line.agency, agent=agent.pk)


def _hang_up(call: Call, cause: str, *, at: datetime) -> None:
    if not call.open:
        if call.state == Call.State.ENDED and call.cause == LOST != cause:  # it was late, not lost
            call.ended_at, call.cause = max(at, call.answered_at or call.started_at), cause
            call.save(update_fields=["ended_at", "cause"])
        return
    answered = call.state == Call.State.ANSWERED
    call.state = Call.State.ENDED if answered else Call.State.MISSED
    call.ended_at, call.cause = max(at, call.answered_at or call.started_at), cause
    call.save(update_fields=["state", "ended_at", "cause"])
    if answered and call.agent and _talking(call.agent):
        switch(call.agent, State.WRAP_UP, at=at)
    record("hotline.call_ended", by=None, on=call, agency=call.line.agency, state=call.state, cause=cause)
    if not answered:
        _promise_back(call, at=at)


def _talking(agent: Agent) -> bool:
    on_the_phone = Spell.objects.filter(agent=agent, until=None, state=State.TALKING).exists()
    return on_the_phone and not Call.objects.filter(agent=agent, state=Call.State.ANSWERED).exists()


def _promise_back(call: Call, *, at: datetime) -> None:
    """A missed call becomes a call-back, unless the number is withheld or refused."""
    if call.direction != Call.Direction.IN or not call.number or call.blocked:
        return
    if Callback.objects.filter(call=call).exists():
        return
    opened = agency_calendar(call.line.agency).is_open(local(call.started_at))
    reason = Callback.Reason.MISSED if opened else Callback.Reason.AFTER_HOURS
    rung = list(Leg.objects.filter(call=call).select_related("agent")[:2])
    owner = rung[0].agent if len(rung) == 1 else None
    made = queue_callback(call.line, call.number, reason, call=call, owner=owner, at=at)
    record("hotline.callback_made", by=None, on=made, agency=call.line.agency, reason=reason)


@action
def end_lost(call: Call, *, by: Person, at: datetime | None = None) -> None:
    """The agent says that a call is over whose hang-up the exchange did not tell of."""
    call = own_call(call, by)
    if call.state == Call.State.ANSWERED:
        _hang_up(call, LOST, at=at or now())


def end_forgotten_calls(at: datetime) -> int:
    """End calls whose hang-up never came. Returns how many.

    Raises:
        RuntimeError: some could not be ended; the others are.
    """
    old = Call.objects.filter(ended_at=None, started_at__lt=at - FORGOTTEN).order_by("started_at")
    return for_each(old, lambda call: end_forgotten(call.pk, at=at))


@action
def end_forgotten(pk: int, *, at: datetime) -> bool:
    """One of them; False where it has ended since, or its hang-up is just being heard."""
    found = Call.objects.select_for_update(of=("self",), skip_locked=True).select_related("line__agency", "agent")
    call = found.filter(pk=pk, ended_at=None).first()
    if call:
        _hang_up(call, LOST, at=at)
    return call is not None
