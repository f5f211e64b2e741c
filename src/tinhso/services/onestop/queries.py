"""What a member of staff has before them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from tinhso.blocks.cases.clock import late_steps
from tinhso.blocks.cases.models import Step
from tinhso.blocks.cases.queries import work_of
from tinhso.blocks.directory.models import Person
from tinhso.kernel.time import local

COUNTED = 1000


@dataclass(frozen=True)
class Share:
    """A part of somebody's work. `code` stands in the address; `count` stops at `COUNTED`."""

    code: str
    rule: Q
    count: int = 0


def shares_of_work(person: Person, now: datetime) -> list[Share]:
    """How a person's work divides: all, overdue, due by the end of today, taken, not yet taken. One query."""
    shares = _shares(person, now)
    waiting = work_of(person).select_related(None).order_by().values("pk")[:COUNTED]
    counts = Step.objects.filter(pk__in=waiting).aggregate(
        **{f"n{number}": Count("pk", filter=share.rule) for number, share in enumerate(shares)}
    )
    return [Share(share.code, share.rule, counts[f"n{number}"]) for number, share in enumerate(shares)]


def _shares(person: Person, now: datetime) -> list[Share]:
    tomorrow = local(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    running = Q(case__ended_at=None)
    return [
        Share("", Q(pk__isnull=False)),
        Share("qua-han", running & late_steps(now)),
        Share("hom-nay", running & Q(due_at__gte=now, due_at__lt=tomorrow)),
        Share("toi", Q(assignee=person)),
        Share("chua", Q(assignee=None)),
    ]


def waiting_for_signature(person: Person) -> QuerySet[Step]:
    """Results that wait for the person's signature."""
    return work_of(person).filter(does="sign").select_related("case__version")


def next_work(person: Person, *, besides: int) -> Step | None:
    """The most urgent step that waits for the person in another case than `besides`."""
    return work_of(person).exclude(case=besides).order_by("due_at", "pk").first()
