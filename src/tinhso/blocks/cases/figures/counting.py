"""Counting, and the cases behind a count."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BooleanField,
    Case,
    Count,
    DateTimeField,
    F,
    Func,
    IntegerField,
    QuerySet,
    Sum,
    Value,
    When,
)

from tinhso.blocks.cases.clock import ended_late, ended_on_time
from tinhso.blocks.cases.figures.measures import MEASURES, Judged, Measure, handled
from tinhso.blocks.cases.models import CaseFacts, Procedure
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.identity.policy import grants
from tinhso.kernel.time import VIETNAM


@dataclass(frozen=True)
class Scope:
    """Whose cases: of some agencies (all when None), of a field or a procedure by code (of all when empty)."""

    agencies: frozenset[int] | None = None
    field: str = ""
    procedure: str = ""

    def facts(self) -> QuerySet[CaseFacts]:
        found = CaseFacts.objects.all()
        if self.agencies is not None:
            found = found.filter(agency__in=sorted(self.agencies))
        if self.procedure:
            found = found.filter(procedure__in=list(Procedure.objects.filter(code=self.procedure).values_list("pk", flat=True)))
        elif self.field:
            of_field = Procedure.objects.filter(field_code=self.field)
            found = found.filter(procedure__in=list(of_field.values_list("pk", flat=True)))
        return found


def agencies_with_figures(person: Person) -> list[Agency]:
    """The agencies whose figures the person may see, from above to below. One query."""
    return list(grants(person).agencies_for("cases.figures").filter(path__isnull=False).order_by("path"))


def scope_below(agencies: Iterable[Agency], root: Agency | None) -> frozenset[int]:
    """Those of `agencies` that are `root` or below it."""
    path = root.path or "" if root else ""
    return frozenset(agency.pk for agency in agencies if (agency.path or "").startswith(path))


@dataclass
class Tally:
    """Counts by the name of their measure; `elapsed` is the time of those with a result, without pauses."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MEASURES, 0))
    elapsed: timedelta = timedelta()

    def __getitem__(self, name: str) -> int:
        return self.counts[name]

    def add(self, other: "Tally") -> None:
        for name, count in other.counts.items():
            self.counts[name] += count
        self.elapsed += other.elapsed


@dataclass(frozen=True)
class Cell:
    """The tally of one procedure at one agency."""

    agency: int
    procedure: int
    tally: Tally


def tally_all(cells: Iterable[Cell]) -> Tally:
    total = Tally()
    for cell in cells:
        total.add(cell.tally)
    return total


def count(scope: Scope, judged: Judged) -> list[Cell]:
    """Every procedure at every agency that had a case in the period. One query over the facts; the rest is adding up."""
    counted: dict[str, Any] = {f"n_{name}": _counted(measure, judged) for name, measure in MEASURES.items()}
    with_result = MEASURES["with_result"].holds(judged)
    rows = (
        scope.facts()
        .filter(handled(judged))
        .order_by()
        .values("agency", "procedure")
        .annotate(elapsed=Sum(F("ended_at") - F("received_at") - F("paused"), filter=with_result), **counted)
    )
    return [
        Cell(row["agency"], row["procedure"], Tally({name: row[f"n_{name}"] for name in MEASURES}, row["elapsed"] or timedelta()))
        for row in rows
    ]


def _counted(measure: Measure, judged: Judged) -> Count:
    if measure.unless is None:
        return Count("pk", filter=measure.holds(judged))
    return Count(Case(When(measure.unless(judged), then=None), When(measure.holds(judged), then=Value(1))))


def facts_behind(name: str, scope: Scope, judged: Judged) -> QuerySet[CaseFacts]:
    """The facts of the cases that a measure counts."""
    measure = MEASURES[name]
    found = scope.facts().filter(handled(judged)).filter(measure.holds(judged))
    if measure.unless is None:
        return found
    excepted = Case(When(measure.unless(judged), then=Value(True)), default=Value(False), output_field=BooleanField())
    return found.alias(excepted=excepted).filter(excepted=False)


@dataclass(frozen=True)
class MonthEnded:
    """Cases that ended with a result in a month, in time and late by the clock."""

    month: str
    on_time: int
    late: int


class _Bucket(Func):
    """Which of the stretches between sorted moments a moment lies in, from 1 on: much faster than cutting dates off."""

    function = "width_bucket"
    output_field = IntegerField()


def ended_by_month(scope: Scope, judged: Judged) -> list[MonthEnded]:
    """For charts: the ends of each month of the period, by the clock."""
    starts = _month_starts(judged)
    bounds = Value(starts, output_field=ArrayField(DateTimeField()))
    rows = (
        scope.facts()
        .filter(ended_at__gte=judged.start, ended_at__lt=judged.end, received_at__isnull=False)
        .order_by()
        .values(month=_Bucket("ended_at", bounds))
        .annotate(on_time=Count("pk", filter=ended_on_time()), late=Count("pk", filter=ended_late()))
    )
    found = {row["month"]: row for row in rows}
    return [
        MonthEnded(f"{start:%Y-%m}", found[place]["on_time"], found[place]["late"])
        for place, start in enumerate(starts, 1)
        if place in found
    ]


def _month_starts(judged: Judged) -> list[datetime]:
    """The beginning of the period, and of each month that begins in it."""
    first, last = judged.period.first, judged.period.last
    months = range(first.year * 12 + first.month, last.year * 12 + last.month)
    return [judged.start, *(datetime(month // 12, month % 12 + 1, 1, tzinfo=VIETNAM) for month in months)]
