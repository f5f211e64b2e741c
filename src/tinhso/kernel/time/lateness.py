"""How a due date stands against a moment: what remains, or late by how much.

Overdue is one thing, "counts as late in the 766 index" another: the latter is decided where the index is computed.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tinhso.kernel.time.calendar import Calendar
from tinhso.kernel.time.term import Span, Unit
from tinhso.kernel.time.zone import local


class Level(StrEnum):
    """What a screen colours by."""

    OK = "ok"
    SOON = "soon"
    TODAY = "today"
    OVERDUE = "overdue"
    PAUSED = "paused"


@dataclass(frozen=True)
class Lateness:
    """late: ended after the due moment. by: how much in the unit asked for; zero days when it ended late on the due day."""

    late: bool
    by: Span


@dataclass(frozen=True)
class Remaining:
    """How a due date stands now.

    span: what is left, or for OVERDUE by how much it is late; None while the clock stands still. When the due day has
    come, or was passed by less than a day, it is in working seconds whatever unit was asked for.
    """

    level: Level
    due: datetime | None
    span: Span | None

    def sentence(self, lang: str = "vi") -> str:
        """One short sentence: "Còn 2 ngày làm việc", "Đến hạn hôm nay lúc 17:00", "Quá hạn 1 ngày làm việc"."""
        vietnamese = lang.startswith("vi")
        if self.due is None or self.span is None:
            return "Đang tạm dừng tính thời hạn" if vietnamese else "The clock is paused"
        if self.level is Level.TODAY:
            return f"{'Đến hạn hôm nay lúc' if vietnamese else 'Due today at'} {self.due:%H:%M}"
        long_enough = self.span.amount >= (60 if self.span.unit is Unit.HOURS else 1)
        if self.level is Level.OVERDUE:
            if long_enough:
                return f"Quá hạn {self.span.label(lang)}" if vietnamese else f"{self.span.label(lang)} overdue"
            return f"{'Quá hạn từ' if vietnamese else 'Overdue since'} {self.due:%H:%M %d/%m/%Y}"
        if long_enough:
            return f"Còn {self.span.label(lang)}" if vietnamese else f"{self.span.label(lang)} left"
        return f"{'Đến hạn lúc' if vietnamese else 'Due at'} {self.due:%H:%M %d/%m/%Y}"

    def __str__(self) -> str:
        return self.sentence()


def lateness(due_at: datetime, end: datetime, calendar: Calendar, unit: Unit = Unit.WORKING_DAYS) -> Lateness:
    """Late by how much, if something due at `due_at` ended at `end`. Ending at the due moment is on time.

    Days late are those in (due day, end day]; hours late are the opening time between the two moments.
    """
    limit, reached = local(due_at), local(end)
    if reached <= limit:
        return Lateness(False, Span(0, unit))
    return Lateness(True, _between(limit, reached, calendar, unit))


def remaining(
    due_at: datetime | None, now: datetime, calendar: Calendar, unit: Unit = Unit.WORKING_DAYS, soon: int = 2
) -> Remaining:
    """How a due date stands at `now`.

    Args:
        due_at: None when the clock stands still.
        unit: what to count in; pass the term's.
        soon: up to so many working days before the due day the level is SOON.
    """
    if due_at is None:
        return Remaining(Level.PAUSED, None, None)
    limit, here = local(due_at), local(now)
    if here > limit:
        span = _between(limit, here, calendar, unit)
        return Remaining(Level.OVERDUE, limit, span if span.amount else _between(limit, here, calendar, Unit.HOURS))
    if here.date() == limit.date():
        return Remaining(Level.TODAY, limit, _between(here, limit, calendar, Unit.HOURS))
    near = calendar.working_days_between(here.date(), limit.date()) <= soon
    return Remaining(Level.SOON if near else Level.OK, limit, _between(here, limit, calendar, unit))


def _between(a: datetime, b: datetime, calendar: Calendar, unit: Unit) -> Span:
    """The length of time from `a` to `b`, both local."""
    if unit is Unit.HOURS:
        return Span(calendar.working_seconds_between(a, b), unit)
    if unit is Unit.WORKING_DAYS:
        return Span(calendar.working_days_between(a.date(), b.date()), unit)
    return Span((b.date() - a.date()).days, unit)
