"""The public board: how punctual each agency is, this month and over twelve months. Numbers only, nothing of a person."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from tinhso.blocks.cases import clock
from tinhso.blocks.cases.figures.measures import Judged, handled
from tinhso.blocks.cases.figures.period import Period
from tinhso.blocks.cases.models import CaseFacts
from tinhso.blocks.directory.models import Agency

Row = Mapping[str, int]


@dataclass(frozen=True)
class Ended:
    """Cases that ended with a result, in time and late by the clock."""

    on_time: int = 0
    late: int = 0

    @property
    def all(self) -> int:
        return self.on_time + self.late

    @property
    def percent(self) -> float | None:
        """In time of all; None when none has ended."""
        return round(100 * self.on_time / self.all, 2) if self.all else None


@dataclass(frozen=True)
class BoardLine:
    """An agency. `open` and `overdue` are as of now."""

    agency: str
    code: str
    month: Ended
    year: Ended
    open: int
    overdue: int


@dataclass(frozen=True)
class Board:
    """The agencies that had a case in the twelve months, from above to below, and their sum; true at the moment `at`."""

    at: datetime
    month: Period
    year: Period
    lines: list[BoardLine]
    total: BoardLine


def public_board(now: datetime) -> Board:
    """Two queries, whatever the number of cases."""
    month, year = Period.month_of(now), Period.last_twelve_months(now)
    counted = {row["agency"]: row for row in _counts(month, year, now)}
    lines = [
        _line(agency.name, agency.code or "", counted[agency.pk])
        for agency in Agency.objects.filter(pk__in=counted).order_by("path", "name")
    ]
    return Board(now, month, year, lines, _line("", "", _sum(counted.values())))


_NUMBERS = ("n_open", "n_overdue", "month_on_time", "month_late", "year_on_time", "year_late")


def _counts(month: Period, year: Period, now: datetime) -> Iterable[Row]:
    def ended(period: Period, how: Q) -> Count:
        return Count("pk", filter=Q(ended_at__gte=period.start, ended_at__lt=period.end) & how)

    return (
        CaseFacts.objects.filter(handled(Judged(year, now)))
        .order_by()
        .values("agency")
        .annotate(
            n_open=Count("pk", filter=clock.open_at(now)),
            n_overdue=Count("pk", filter=clock.overdue(now)),
            month_on_time=ended(month, clock.ended_on_time()),
            month_late=ended(month, clock.ended_late()),
            year_on_time=ended(year, clock.ended_on_time()),
            year_late=ended(year, clock.ended_late()),
        )
    )


def _sum(rows: Collection[Row]) -> Row:
    return {name: sum(row[name] for row in rows) for name in _NUMBERS}


def _line(agency: str, code: str, row: Row) -> BoardLine:
    return BoardLine(
        agency=agency,
        code=code,
        month=Ended(row["month_on_time"], row["month_late"]),
        year=Ended(row["year_on_time"], row["year_late"]),
        open=row["n_open"],
        overdue=row["n_overdue"],
    )
