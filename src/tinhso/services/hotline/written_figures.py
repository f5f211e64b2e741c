"""What was written to the line, and how content people are, in figures."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Min, Q

from tinhso.kernel.time import VIETNAM
from tinhso.services.hotline.conversation_tables import Conversation
from tinhso.services.hotline.models import Line
from tinhso.services.hotline.quality_tables import Survey


@dataclass(frozen=True)
class WrittenFigures:
    """Of one channel. wait: seconds to the first answer, on the clock; late: an answer came after it was promised."""

    label: str
    begun: int
    answered: int
    late: int
    wait: float | None


@dataclass(frozen=True)
class Satisfaction:
    """asked, given: how many; mean: of 1 to 5."""

    label: str
    asked: int
    given: int
    mean: float | None


@dataclass(frozen=True)
class WrittenNow:
    """waiting: for an answer; oldest: since when the one that nobody has taken waits."""

    waiting: int
    untaken: int
    oldest: datetime | None


def written_figures(line: Line, first: date, last: date) -> list[WrittenFigures]:
    """By channel, those with anything."""
    start, end = _span(first, last)
    wait = ExpressionWrapper(F("answered_at") - F("began_at"), DurationField())
    rows = Conversation.objects.filter(line=line, began_at__gte=start, began_at__lt=end).values("channel")
    found = rows.annotate(
        begun=Count("pk"), answered=Count("answered_at"), late_ones=Count("pk", filter=Q(late=True)), wait=Avg(wait)
    )
    return [
        WrittenFigures(
            str(Conversation.Channel(row["channel"]).label),
            row["begun"],
            row["answered"],
            row["late_ones"],
            row["wait"].total_seconds() if row["wait"] else None,
        )
        for row in found.order_by("channel")
    ]


def satisfaction(line: Line, first: date, last: date, *, by_agent: bool = False) -> list[Satisfaction]:
    """Of those asked in these days; all together, or by agent."""
    start, end = _span(first, last)
    rows = Survey.objects.filter(line=line, asked_at__gte=start, asked_at__lt=end).order_by()
    measures = {"asked": Count("pk"), "given": Count("mark"), "mean": Avg("mark")}
    if not by_agent:
        row = rows.aggregate(**measures)
        return [Satisfaction("", **row)] if row["asked"] else []
    named = rows.exclude(agent=None).values(label=F("agent__person__full_name")).annotate(**measures).order_by("label")
    return [Satisfaction(**row) for row in named]


def written_now(line: Line) -> WrittenNow:
    """One query."""
    untaken = Q(state=Conversation.State.WAITING)
    waiting = Conversation.objects.filter(line=line).exclude(waiting_since=None)
    counts = waiting.aggregate(
        waiting=Count("pk"), untaken=Count("pk", filter=untaken), oldest=Min("waiting_since", filter=untaken)
    )
    return WrittenNow(**counts)


def _span(first: date, last: date) -> tuple[datetime, datetime]:
    return datetime.combine(first, time(), VIETNAM), datetime.combine(last + timedelta(days=1), time(), VIETNAM)
