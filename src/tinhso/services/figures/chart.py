"""A drawing of twelve months: where each bar stands. The template draws it as SVG; a table beside it says the same in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache

from tinhso.blocks.cases.figures.counting import MonthEnded, Scope, ended_by_month
from tinhso.blocks.cases.figures.measures import Judged
from tinhso.blocks.cases.figures.period import Period

_HEIGHT, _STEP, _BAR = 120.0, 50, 34
_KEPT_SECONDS = 300


@dataclass(frozen=True)
class Bar:
    """A month: cases in time from below, late ones on top of them."""

    month: str
    on_time: int
    late: int
    x: int
    on_time_height: float
    late_height: float

    @property
    def middle(self) -> float:
        return self.x + _BAR / 2

    @property
    def on_time_y(self) -> float:
        return _HEIGHT - self.on_time_height

    @property
    def late_y(self) -> float:
        return self.on_time_y - self.late_height

    @property
    def percent(self) -> float | None:
        ended = self.on_time + self.late
        return round(100 * self.on_time / ended, 2) if ended else None


def bars(months: Iterable[MonthEnded], period: Period) -> list[Bar]:
    """One bar for every month of `period`, also for those without a case."""
    found = {one.month: one for one in months}
    names = _months(period)
    highest = max((one.on_time + one.late for one in found.values()), default=0) or 1
    drawn = []
    for place, name in enumerate(names):
        one = found.get(name, MonthEnded(name, 0, 0))
        heights = (round(_HEIGHT * number / highest, 1) for number in (one.on_time, one.late))
        drawn.append(Bar(f"{name[5:]}/{name[:4]}", one.on_time, one.late, place * _STEP + 8, *heights))
    return drawn


def twelve_months(scope: Scope, now: datetime) -> list[Bar]:
    """The chart of the twelve months up to now. One query, the slowest of the page by far; so it is kept for some minutes."""
    period = Period.last_twelve_months(now)
    key = f"figures.chart:{period.text}:{hash(scope)}"
    kept: list[Bar] | None = cache.get(key)
    if kept is None:
        kept = bars(ended_by_month(scope, Judged(period, now)), period)
        cache.set(key, kept, _KEPT_SECONDS)
    return kept


def _months(period: Period) -> list[str]:
    first = period.first.year * 12 + period.first.month - 1
    last = period.last.year * 12 + period.last.month - 1
    return [f"{month // 12}-{month % 12 + 1:02d}" for month in range(first, last + 1)]
