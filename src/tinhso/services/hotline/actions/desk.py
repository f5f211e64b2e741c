"""What the agent does with a call: who it is, what was said, hand it over, refuse a number, write down a call of an outage."""

from collections.abc import Collection
from datetime import datetime, timedelta
from secrets import token_hex

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState
from tinhso.kernel.permissions import allowed, require
from tinhso.kernel.time import local
from tinhso.services.hotline.actions.agents import switch
from tinhso.services.hotline.conversation_tables import Conversation
from tinhso.services.hotline.desk_tables import BlockedNumber, KnownNumber
from tinhso.services.hotline.models import Agent, Call, Disposition, Leg, Line, Spell, State
from tinhso.services.hotline.numbers import e164

_OLDEST_ENTRY = timedelta(days=7)
_MOST_DAYS = 365


@action
def note_caller_shown(call: Call | Conversation, *, by: Person, persons: Collection[int], cases: Collection[str]) -> None:
    """Write down that the file of who might be calling was put before an agent."""
    record("hotline.caller_shown", by=by, on=call, agency=call.line.agency, persons=sorted(persons), cases=sorted(cases))


@action
def confirm_caller(call: Call, person: Person, *, by: Person, at: datetime | None = None) -> None:
    """The caller has said who they are, and it fits. The number is this person's from now on."""
    call = own_call(call, by)
    Call.objects.filter(pk=call.pk).update(person=person)
    if call.number:
        KnownNumber.objects.get_or_create(
            number=call.number, person=person, defaults={"confirmed_by": by, "confirmed_at": at or now()}
        )
    record("hotline.caller_confirmed", by=by, on=call, agency=call.line.agency, person=person.pk)


@action
def deny_caller(call: Call, person: Person, *, by: Person) -> None:
    """It is somebody else."""
    call = own_call(call, by)
    Call.objects.filter(pk=call.pk, person=person).update(person=None)
    KnownNumber.objects.filter(number=call.number, person=person).delete()
    record("hotline.caller_denied", by=by, on=call, agency=call.line.agency, person=person.pk)


@action
def write_down(
    call: Call,
    *,
    by: Person,
    notes: str,
    caller_name: str = "",
    disposition: str = "",
    finish: bool = False,
    at: datetime | None = None,
) -> Call:
    """Keep notes of a call; with `finish` the writing is over and the agent is ready again.

    Raises:
        Invalid: finished without saying how it ended.
        WrongState: finished while the caller is still there.

    Who has handed the call over writes of the own part, and is ready when that is done.
    """
    call, at = own_call(call, by, once=True), at or now()
    leg = Leg.objects.select_related("agent").filter(call=call, agent__person=by).exclude(answered_at=None).first()
    if leg and leg.agent_id != call.agent_id:
        Leg.objects.filter(pk=leg.pk).update(notes=free_text(notes, field="notes"))
        record("hotline.call_noted", by=by, on=call, agency=call.line.agency, leg=leg.pk, finished=finish)
        if finish and Spell.objects.filter(agent=leg.agent, until=None, state=State.WRAP_UP).exists():
            switch(leg.agent, State.READY, at=at)
        return call
    if disposition and disposition not in Disposition.values:
        raise Invalid(_("Hãy chọn kết quả cuộc gọi."))
    call.notes, call.caller_name = free_text(notes, field="notes"), " ".join(caller_name.split())[:150]
    call.disposition = disposition or call.disposition
    if finish:
        if call.open:
            raise WrongState(_("Cuộc gọi chưa kết thúc."))
        if not call.disposition:
            raise Invalid(_("Hãy chọn kết quả cuộc gọi."), fields={"disposition": _("Hãy chọn kết quả cuộc gọi.")})
        call.wrapped_at = call.wrapped_at or at
    call.save(update_fields=["notes", "caller_name", "disposition", "wrapped_at"])
    record("hotline.call_noted", by=by, on=call, agency=call.line.agency, disposition=call.disposition, finished=finish)
    wrapping = Spell.objects.filter(agent=call.agent, until=None, state=State.WRAP_UP).exists()
    if finish and call.agent and wrapping:
        switch(call.agent, State.READY, at=at)
    return call


@action
def hand_over(call: Call, to: Agent, note: str, *, by: Person, at: datetime | None = None) -> None:
    """Offer a running call to a colleague, with a word about it; the agent stays until the colleague answers.

    Raises:
        WrongState: the call is over, or the colleague is not ready.
    """
    call = own_call(call, by)
    if call.state != Call.State.ANSWERED:
        raise WrongState(_("Cuộc gọi đã kết thúc nên không chuyển được."))
    ready = Spell.objects.filter(agent=to, until=None, state=State.READY).exists()
    if to.line_id != call.line_id or to.pk == call.agent_id or not ready:
        raise WrongState(_("Người được chọn không sẵn sàng nghe máy. Hãy chọn người khác."))
    Leg.objects.update_or_create(
        call=call,
        agent=to,
        defaults={"rang_at": at or now(), "answered_at": None, "handed_by": call.agent, "note": " ".join(note.split())[:500]},
    )
    record("hotline.call_offered", by=by, on=call, agency=call.line.agency, to=to.pk)


@action
def decline(call: Call, agent: Agent, *, by: Person) -> None:
    """The colleague cannot take the call over; the one who offered it hears it from the desk."""
    require(by, "hotline.serve", at=call.line.agency)
    offered = Leg.objects.filter(call=call, agent=agent, agent__person=by, answered_at=None).exclude(handed_by=None)
    if offered.delete()[0]:
        record("hotline.call_declined", by=by, on=call, agency=call.line.agency, agent=agent.pk)


@action
def enter_later(
    line: Line,
    *,
    by: Person,
    number: str,
    started_at: datetime,
    minutes: int,
    notes: str,
    disposition: str,
    caller_name: str = "",
    at: datetime | None = None,
) -> Call:
    """Enter a call that was written down on paper while the exchange or the network was out, with its true time.

    Raises:
        Invalid: the time lies ahead or more than seven days back, or it is not said how the call ended.
    """
    at = at or now()
    require(by, "hotline.serve", at=line.agency)
    wrong: dict[str, object] = {}
    if not at - _OLDEST_ENTRY <= started_at <= at:
        wrong["started_at"] = _("Thời điểm gọi phải trong bảy ngày vừa qua.")
    elif not 0 <= minutes <= 600 or started_at + timedelta(minutes=minutes) > at:
        wrong["minutes"] = _("Số phút không hợp với thời điểm gọi.")
    if disposition not in Disposition.values:
        wrong["disposition"] = _("Hãy chọn kết quả cuộc gọi.")
    if wrong:
        raise Invalid(_("Thông tin cuộc gọi chưa đúng."), fields=wrong)
    agent = Agent.objects.filter(person=by, line=line).first()
    call = Call.objects.create(
        line=line,
        call_id=f"giay-{token_hex(12)}",
        state=Call.State.ENDED,
        number=e164(number),
        agent=agent,
        started_at=started_at,
        answered_at=started_at,
        ended_at=started_at + timedelta(minutes=minutes),
        wrapped_at=at,
        entered_later=True,
        notes=free_text(notes, field="notes"),
        caller_name=" ".join(caller_name.split())[:150],
        disposition=disposition,
    )
    record("hotline.call_entered", by=by, on=call, agency=line.agency, disposition=disposition)
    return call


@action
def note_missed(line: Line, *, by: Person, at: datetime | None = None) -> int:
    """Take note of all missed calls of a line at once. Returns how many."""
    require(by, "hotline.serve", at=line.agency)
    missed = Call.objects.filter(line=line, state=Call.State.MISSED, direction=Call.Direction.IN, seen_at=None)
    noted = missed.update(seen_at=at or now())
    if noted:
        record("hotline.missed_noted", by=by, on=line, agency=line.agency, calls=noted)
    return noted


@action
def block_number(
    line: Line, number: str, reason: str, *, by: Person, days: int = 30, at: datetime | None = None
) -> BlockedNumber:
    """Refuse a number for some days.

    Raises:
        Invalid: a withheld number, no reason, or too many days.
    """
    require(by, "hotline.lead", at=line.agency)
    at, number, reason = at or now(), e164(number), " ".join(reason.split())[:300]
    if not number or not reason or not 1 <= days <= _MOST_DAYS:
        raise Invalid(_("Hãy ghi số điện thoại, lý do và số ngày chặn (1 đến 365)."))
    until = local(at).date() + timedelta(days=days)
    defaults = {"reason": reason, "blocked_by": by, "blocked_at": at, "until": until}
    blocked, _made = BlockedNumber.objects.update_or_create(line=line, number=number, defaults=defaults)
    record("hotline.number_blocked", by=by, on=blocked, agency=line.agency, days=days)
    return blocked


@action
def unblock(blocked: BlockedNumber, *, by: Person) -> None:
    """Take calls from a number again."""
    require(by, "hotline.lead", at=blocked.line.agency)
    record("hotline.number_unblocked", by=by, on=blocked, agency=blocked.line.agency)
    blocked.delete()


def own_call(call: Call, by: Person, *, once: bool = False) -> Call:
    """The call, locked, for the agent whose it is or somebody who leads the line; `once`: also for who answered it before.

    Raises:
        NotAllowed: it is a colleague's.
    """
    call = Call.objects.select_for_update(of=("self",)).select_related("line__agency", "agent").get(pk=call.pk)
    require(by, "hotline.serve", at=call.line.agency)
    mine = call.agent is not None and call.agent.person_id == by.pk
    mine = mine or (once and Leg.objects.filter(call=call, agent__person=by).exclude(answered_at=None).exists())
    if not mine and not allowed(by, "hotline.lead", at=call.line.agency):
        raise NotAllowed(_("Cuộc gọi này do người khác nghe."))
    return call
