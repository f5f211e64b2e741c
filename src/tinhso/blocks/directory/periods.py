"""Opening hours with their days of validity, as plain values: what a change makes of the rows there are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Self

from tinhso.blocks.directory.models import OpeningHours
from tinhso.kernel.time import Calendar

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """A week worked from `first` to `last`, both included; None is open. `week` None: the week of the agency above."""

    first: date | None
    last: date | None
    week: dict[str, list[str]] | None
    source: str = ""

    @classmethod
    def of(cls, row: OpeningHours) -> Self:
        return cls(row.valid_from, row.valid_to, row.week, row.source)

    def holds_on(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def period(first: date | None, last: date | None, week: Mapping[str, Sequence[str]] | None, source: str = "") -> Period:
    """A checked period.

    Raises:
        Invalid: a weekday or a window is malformed, or `last` is before `first`.
    """
    Calendar.national().with_hours(week if week is not None else {"mon": ["07:00-11:00"]}, first, last)
    return Period(first, last, {day: list(hours) for day, hours in week.items()} if week is not None else None, source)


def with_period(rows: Iterable[Period], put: Period) -> list[Period]:
    """The rows after `put` was said: what it covers of the others gives way. In order, never overlapping."""
    found = [] if put.week is None else [put]
    for row in rows:
        if put.first and (row.first is None or row.first < put.first):
            found.append(replace(row, last=min(row.last or date.max, put.first - _DAY)))
        if put.last and (row.last is None or row.last > put.last):
            found.append(replace(row, first=max(row.first or date.min, put.last + _DAY)))
    return sorted(found, key=lambda row: row.first or date.min)
