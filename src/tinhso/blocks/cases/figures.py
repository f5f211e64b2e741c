"""Figures of an agency's cases. Lateness is what the clock says: the end after the due date, or no end and the due date past."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Avg, Count, Q, QuerySet

from tinhso.blocks.cases.clock import ended_late, ended_on_time, overdue, standing_still
from tinhso.blocks.cases.models import ENDED, Case, Rating, Status
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.identity.policy import grants


@dataclass(frozen=True)
class AgencyFigures:
    """One line of the board, for cases submitted in the period; `waiting`, `open` and `overdue` are as of now."""

    agency: Agency
    submitted: int
    online: int
    waiting: int
    open: int
    overdue: int
    paused: int
    on_time: int
    late: int
    stars: float | None

    @property
    def on_time_percent(self) -> float | None:
        """Share of ended cases that ended in time, in percent with one decimal; None when none has ended."""
        ended = self.on_time + self.late
        return round(100 * self.on_time / ended, 1) if ended else None


def board(person: Person, *, since: datetime, now: datetime) -> list[AgencyFigures]:
    """A line per agency whose figures the person may see and that had cases, the most overdue first. Three queries."""
    agencies = grants(person).agencies_for("cases.figures")
    cases = Case.objects.filter(agency__in=agencies, submitted_at__gte=since)
    counted = {row["agency"]: row for row in _counts(cases, now)}
    stars = dict(
        Rating.objects.filter(case__agency__in=agencies, case__submitted_at__gte=since)
        .values_list("case__agency")
        .annotate(mean=Avg("stars"))
    )
    lines = [
        AgencyFigures(
            agency=agency,
            stars=stars.get(agency.pk),
            **{name: counted[agency.pk][name] for name in _COUNTED},
        )
        for agency in Agency.objects.filter(pk__in=counted).order_by("path")
    ]
    return sorted(lines, key=lambda line: -line.overdue)


_COUNTED = ("submitted", "online", "waiting", "open", "overdue", "paused", "on_time", "late")


def _counts(cases: QuerySet[Case], now: datetime) -> QuerySet[Case, dict[str, int]]:
    return (
        cases.order_by()
        .values("agency")
        .annotate(
            submitted=Count("pk"),
            online=Count("pk", filter=Q(channel=2)),
            waiting=Count("pk", filter=Q(status=Status.SUBMITTED)),
            open=Count("pk", filter=Q(received_at__isnull=False) & ~Q(status__in=sorted(ENDED)) & ~standing_still()),
            overdue=Count("pk", filter=overdue(now)),
            paused=Count("pk", filter=standing_still()),
            on_time=Count("pk", filter=ended_on_time()),
            late=Count("pk", filter=ended_late()),
        )
    )
