"""How the exchange stands."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min

from tinhso.services.national_portal.models import Link, Message

State = Message.State
COUNTED = 10_000


@dataclass(frozen=True)
class Standing:
    """What waits, since when, what failed for good, and whether the line rests."""

    waiting: int
    oldest: datetime | None
    dead: int
    failures: int
    rests_until: datetime | None
    answered_at: datetime | None


def standing() -> Standing:
    """Counts stop at COUNTED: more is told as many."""
    waiting = Message.objects.filter(state=State.WAITING)
    dead = Message.objects.filter(state=State.DEAD)
    link = Link.objects.first() or Link()
    return Standing(
        waiting=waiting.order_by()[:COUNTED].count(),
        oldest=waiting.aggregate(oldest=Min("created_at"))["oldest"],
        dead=dead.order_by()[:COUNTED].count(),
        failures=link.failures,
        rests_until=link.rests_until,
        answered_at=link.answered_at,
    )
