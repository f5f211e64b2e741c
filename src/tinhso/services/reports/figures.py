"""Figures of reports by agency and field, for days on which they were sent.

Sums are kept by day (`figure_tables.py`). What is marked as changed is counted anew while reading, in the same statement: the
answer is what the reports say at that moment, whenever the job came last.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.figures.period import Period
from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.queries import all_cases
from tinhso.services.reports.family import REPORTS


@dataclass(frozen=True)
class Sums:
    """Of reports sent: how many; how many of them are answered, in time, ended; the stars given and by how many."""

    received: int = 0
    answered: int = 0
    on_time: int = 0
    closed: int = 0
    stars: int = 0
    rated: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(*(getattr(self, name) + getattr(other, name) for name in COLUMNS))

    @property
    def late(self) -> int:
        """Answered after the due date."""
        return self.answered - self.on_time

    @property
    def open(self) -> int:
        return self.received - self.closed

    @property
    def percent(self) -> float | None:
        """In time of those answered; None where none is."""
        return round(100 * self.on_time / self.answered, 2) if self.answered else None

    @property
    def satisfaction(self) -> float | None:
        """Stars from 1 to 5; None where nobody rated."""
        return self.stars / self.rated if self.rated else None


COLUMNS = tuple(field.name for field in fields(Sums))
Cells = Mapping[tuple[int, int], Sums]
"""Sums by agency and procedure."""

_SUMS = f"""
WITH marked AS MATERIALIZED (SELECT * FROM reports_marked() WHERE day BETWEEN %(first)s AND %(last)s)
SELECT agency_id, procedure_id, {", ".join(f"sum({name})" for name in COLUMNS)} FROM (
    SELECT agency_id, procedure_id, {", ".join(COLUMNS)} FROM reports_figureday AS kept
    WHERE day BETWEEN %(first)s AND %(last)s AND NOT EXISTS (
        SELECT FROM marked AS m WHERE (m.agency_id, m.procedure_id, m.day) = (kept.agency_id, kept.procedure_id, kept.day))
    UNION ALL
    SELECT marked.agency_id, marked.procedure_id, fresh.* FROM marked
    CROSS JOIN LATERAL reports_counted(marked.agency_id, marked.procedure_id, marked.day) AS fresh
) AS sums
WHERE %(agencies)s::bigint[] IS NULL OR agency_id = ANY(%(agencies)s)
GROUP BY agency_id, procedure_id
"""  # noqa: S608 - our own names


def sums_by_agency_and_field(first: date, last: date, agencies: Collection[int] | None = None) -> Cells:
    """The sums of the days from `first` to `last`, of all agencies when None. One query."""
    asked = {"first": first, "last": last, "agencies": None if agencies is None else sorted(agencies)}
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, asked)
        return {(agency, procedure): Sums(*sums) for agency, procedure, *sums in cursor.fetchall() if sums[0]}


def added_up(cells: Iterable[Sums]) -> Sums:
    return sum(cells, Sums())


@dataclass(frozen=True)
class Measure:
    """A number of the figures. `count` reads it from the sums, `holds` is true of the reports behind it."""

    title: str | Promise
    count: Callable[[Sums], int]
    holds: Q
    bad: bool = False


_ANSWERED = Q(report__answered_at__isnull=False)
_IN_TIME = Q(due_at=None) | Q(report__answered_at__lte=F("due_at"))
MEASURES: Mapping[str, Measure] = {
    "received": Measure(_("Đã nhận"), lambda sums: sums.received, Q()),
    "answered": Measure(_("Đã trả lời"), lambda sums: sums.answered, _ANSWERED),
    "on_time": Measure(_("Trả lời đúng hạn"), lambda sums: sums.on_time, _ANSWERED & _IN_TIME),
    "late": Measure(_("Trả lời quá hạn"), lambda sums: sums.late, Q(report__answered_at__gt=F("due_at")), bad=True),
    "open": Measure(_("Chưa xong"), lambda sums: sums.open, Q(ended_at=None)),
    "rated": Measure(_("Được đánh giá"), lambda sums: sums.rated, Q(rating__isnull=False)),
}


def reports_behind(name: str, period: Period, agencies: Collection[int], field: str = "") -> QuerySet[Case]:
    """The reports that a measure counts in a period, at some agencies, in a field or in all."""
    within = Q(submitted_at__gte=period.start, submitted_at__lt=period.end, agency__in=sorted(agencies), report__isnull=False)
    if field:
        within &= Q(procedure__code=field)
    return all_cases(REPORTS).filter(within & MEASURES[name].holds)
