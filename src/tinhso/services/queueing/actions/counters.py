"""Work at a counter: open, call, call again, serve, hand on, absent, finish, close.

Whoever calls locks the counter's row first, so that a double press calls once; then the first waiting ticket nobody else holds
(SKIP LOCKED), so that two counters neither call the same person nor wait for each other.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState
from tinhso.kernel.permissions import require
from tinhso.services.queueing.models import Counter, Line, Sitting, Ticket, TicketCase, Turn
from tinhso.services.queueing.queries import callable_by, cases_taken_in, open_sitting, open_turn


@action
def open_counter(counter: Counter, *, by: Person, lines: Collection[Line], at: datetime | None = None) -> Sitting:
    """Sit down at a counter, to call tickets of these lines. Opening one's own again changes its lines.

    Raises:
        Invalid: no line was chosen, or one of another office.
        WrongState: a colleague sits there, or the clerk sits elsewhere.
    """
    require(by, "queueing.serve", at=counter.agency)
    if not lines or any(line.agency_id != counter.agency_id for line in lines):
        raise Invalid(_("Hãy chọn ít nhất một loại dịch vụ."), fields={"lines": _("Hãy chọn ít nhất một loại dịch vụ.")})
    sitting = open_sitting(by)
    if sitting and sitting.counter_id != counter.pk:
        raise WrongState(_("Bạn đang mở quầy %(number)s. Hãy đóng quầy đó trước.") % {"number": sitting.counter.number})
    if sitting is None:
        if not counter.active:
            raise WrongState(_("Quầy này không còn dùng."))
        try:
            with transaction.atomic():
                sitting = Sitting.objects.create(counter=counter, clerk=by, opened_at=at or now())
        except IntegrityError as error:
            raise WrongState(_("Quầy %(number)s đã có người mở.") % {"number": counter.number}) from error
    sitting.lines.set(lines)
    letters = "".join(sorted(line.letter for line in lines))
    record("queueing.counter_opened", by=by, on=counter, agency=counter.agency, lines=letters)
    return sitting


@action
def close_counter(sitting: Sitting, *, by: Person, at: datetime | None = None) -> None:
    """Get up. Tickets that were handed on to this counter may be called by others again.

    Raises:
        WrongState: somebody is being served.
    """
    require(by, "queueing.serve", at=sitting.counter.agency)
    with _counter_of(sitting, by):
        if open_turn(sitting.counter):
            raise WrongState(_("Đang có người ở quầy. Hãy kết thúc lượt này rồi đóng quầy."))
        Ticket.objects.filter(to_counter=sitting.counter, state=Ticket.State.WAITING).update(to_counter=None)
        Sitting.objects.filter(pk=sitting.pk).update(closed_at=at or now())
        record("queueing.counter_closed", by=by, on=sitting.counter, agency=sitting.counter.agency)


@action
def call_next(sitting: Sitting, *, by: Person, at: datetime | None = None) -> Turn | None:
    """Call the next ticket to the counter; None when nobody waits. While one is there, that one is given back unchanged."""
    at = at or now()
    require(by, "queueing.serve", at=sitting.counter.agency)
    with _counter_of(sitting, by):
        if present := open_turn(sitting.counter):
            return present
        ticket = callable_by(sitting, at).select_for_update(skip_locked=True, of=("self",)).first()
        return _call(ticket, sitting, by=by, at=at) if ticket else None


@action
def call_ticket(sitting: Sitting, ticket: Ticket, *, by: Person, at: datetime | None = None) -> Turn:
    """Call somebody out of turn, which the audit trail shows.

    Raises:
        WrongState: it no longer waits, or somebody is at the counter.
    """
    at = at or now()
    require(by, "queueing.serve", at=sitting.counter.agency)
    with _counter_of(sitting, by):
        if open_turn(sitting.counter):
            raise WrongState(_("Đang có người ở quầy. Hãy kết thúc lượt này trước."))
        fresh = callable_by(sitting, at).select_for_update(skip_locked=True, of=("self",)).filter(pk=ticket.pk).first()
        if fresh is None:
            raise WrongState(_("Phiếu này không còn chờ ở quầy của bạn."))
        return _call(fresh, sitting, by=by, at=at, out_of_turn=True)


def _call(ticket: Ticket, sitting: Sitting, *, by: Person, at: datetime, out_of_turn: bool = False) -> Turn:
    counter = sitting.counter
    Ticket.objects.filter(pk=ticket.pk).update(state=Ticket.State.AT_COUNTER, to_counter=None)
    turn = Turn.objects.create(agency=counter.agency, ticket=ticket, counter=counter, clerk=by, called_at=at, last_called_at=at)
    facts = {"number": ticket.number, "line": ticket.line.letter, "counter": counter.number}
    record("queueing.called", by=by, on=turn, agency=counter.agency, **facts, out_of_turn=out_of_turn)
    return turn


@action
def call_again(turn: Turn, *, by: Person, at: datetime | None = None) -> Turn:
    """Call the same number once more."""
    with _open(turn, by) as fresh:
        fresh.calls += 1
        fresh.last_called_at = at or now()
        fresh.save(update_fields=["calls", "last_called_at"])
        record("queueing.called_again", by=by, on=fresh, agency=fresh.agency, calls=fresh.calls)
    return fresh


@action
def begin(turn: Turn, *, by: Person, at: datetime | None = None) -> Turn:
    """The person has come. Beginning twice changes nothing."""
    with _open(turn, by) as fresh:
        if fresh.began_at is None:
            fresh.began_at = at or now()
            fresh.save(update_fields=["began_at"])
            record("queueing.began", by=by, on=fresh, agency=fresh.agency)
    return fresh


@action
def finish(turn: Turn, *, by: Person, at: datetime | None = None) -> Turn:
    """The person has been served."""
    at = at or now()
    with _open(turn, by) as fresh:
        fresh.began_at = fresh.began_at or fresh.last_called_at
        _end(fresh, Turn.Outcome.DONE, Ticket.State.DONE, by=by, at=at)
    return fresh


@action
def mark_absent(turn: Turn, *, by: Person, at: datetime | None = None) -> Turn:
    """Nobody came. The first time they may come back to their place; the second time the ticket ends."""
    with _open(turn, by) as fresh:
        if fresh.began_at:
            raise WrongState(_("Người này đã đến quầy. Hãy kết thúc lượt hoặc chuyển quầy."))
        fresh.ticket.absences += 1
        _end(fresh, Turn.Outcome.ABSENT, Ticket.State.ABSENT, by=by, at=at or now())
    return fresh


@action
def transfer(turn: Turn, to: Counter, *, by: Person, at: datetime | None = None) -> Turn:
    """Hand the person on to another open counter, where they keep their place in the queue.

    Raises:
        WrongState: that counter is closed, of another office, or this one.
    """
    with _open(turn, by) as fresh:
        open_there = Sitting.objects.filter(counter=to, closed_at=None).exists()
        if to.agency_id != fresh.agency_id or to.pk == fresh.counter_id or not open_there:
            raise WrongState(_("Hãy chọn một quầy khác đang mở."))
        fresh.ticket.to_counter = to
        _end(fresh, Turn.Outcome.TRANSFERRED, Ticket.State.WAITING, by=by, at=at or now(), to=to.number)
    return fresh


def _end(turn: Turn, outcome: str, state: str, *, by: Person, at: datetime, **facts: object) -> None:
    turn.ended_at, turn.outcome = max(at, turn.called_at), outcome
    turn.save(update_fields=["ended_at", "outcome", "began_at"])
    turn.ticket.state = state
    turn.ticket.save(update_fields=["state", "absences", "to_counter"])
    _bind_cases(turn, by)
    record(f"queueing.{outcome}", by=by, on=turn, agency=turn.agency, **facts)


def _bind_cases(turn: Turn, by: Person) -> None:
    """The cases this clerk took in during the turn belong to its ticket."""
    for case in cases_taken_in(turn):
        _row, made = TicketCase.objects.get_or_create(case=case, defaults={"ticket": turn.ticket})
        if made:
            record("queueing.case_bound", by=by, on=turn.ticket, agency=turn.agency, case=case.code)


@contextmanager
def _counter_of(sitting: Sitting, by: Person) -> Iterator[None]:
    """Hold the counter's row; the clerk still sits there."""
    Counter.objects.select_for_update().get(pk=sitting.counter_id)
    if not Sitting.objects.filter(pk=sitting.pk, clerk=by, closed_at=None).exists():
        raise WrongState(_("Quầy của bạn đã đóng. Hãy mở lại quầy."))
    yield


@contextmanager
def _open(turn: Turn, by: Person) -> Iterator[Turn]:
    """Hold the turn; it is the clerk's own and not over.

    Raises:
        NotAllowed: it is a colleague's.
        WrongState: it is over.
    """
    require(by, "queueing.serve", at=turn.agency)
    held = Turn.objects.select_for_update(of=("self", "ticket"))
    fresh = held.select_related("ticket__line", "counter", "agency").get(pk=turn.pk)
    if fresh.clerk_id != by.pk:
        raise NotAllowed(_("Lượt này do quầy khác gọi."))
    if fresh.ended_at is not None:
        raise WrongState(_("Lượt này đã kết thúc."))
    yield fresh
