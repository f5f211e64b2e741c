"""The end of a day."""

from datetime import datetime

from django.db.models import F

from tinhso.kernel.actions import action, record
from tinhso.services.queueing.models import Sitting, Ticket, Turn
from tinhso.services.queueing.queries import day_of, start_of

_LEFT = (Ticket.State.WAITING, Ticket.State.AT_COUNTER)


@action
def close_days_before(at: datetime) -> int:
    """What an earlier day has left: turns end, tickets lapse, counters close. Returns how many tickets lapsed."""
    today = start_of(at)
    turns = Turn.objects.filter(ended_at=None, called_at__lt=today)
    turns.update(ended_at=F("last_called_at"), outcome=Turn.Outcome.CUT_OFF)
    lapsed = Ticket.objects.filter(day__lt=day_of(at), state__in=_LEFT).update(state=Ticket.State.CANCELLED, to_counter=None)
    for sitting in Sitting.objects.filter(closed_at=None, opened_at__lt=today).select_related("counter__agency"):
        Sitting.objects.filter(pk=sitting.pk).update(closed_at=today)
        record("queueing.counter_closed", by=None, on=sitting.counter, agency=sitting.counter.agency)
    return lapsed
