"""Due dates.

The rules (Civil Code 2015, art. 147–148; the closing hour instead of midnight is the offices' practice):

- A case handed in while the office is closed is received at the next working moment.
- A term in days does not count the day of receipt and ends at the closing hour of its last day. Working days skip days off.
  Calendar days run through them; only a last day that is off moves to the next working day (art. 148.5).
- A term in hours runs from the moment of receipt, in the calendar's opening hours (art. 147.1).
- A same-day procedure received by 15:00 is due at that day's closing hour, later at the next working day's.
- A pause from P to R moves a term in days by the days in (P, R]: the day of the pause counts as used, the day of resumption,
  like the day of receipt, does not count. It moves a term in hours by the opening time in it.
- A term does not end while it stands still: if the days before the pause were used up, it ends with the first working day on
  which it runs again. A pause that begins after the end changes nothing.
- An extension makes the term longer as if it had been so from the start: what was paused stays paused.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Literal, NamedTuple

from tinhso.kernel.errors import Invalid
from tinhso.kernel.time.calendar import Calendar
from tinhso.kernel.time.term import Span, Term, Unit, share
from tinhso.kernel.time.zone import local

SAME_DAY_UNTIL = time(15)


class Pause(NamedTuple):
    """The clock stands still from `start` to `end` (None: still does). `reason` is shown to people."""

    start: datetime
    end: datetime | None = None
    reason: str = ""


class Day(NamedTuple):
    """A day of a term and why it was passed over; `reason` is in Vietnamese, empty on a day that counts."""

    day: date
    kind: Literal["counted", "weekend", "holiday", "pause"]
    reason: str = ""


@dataclass(frozen=True)
class Due:
    """When a term ends.

    at: the end, aware, +07:00; None while the clock stands still.
    received: when the term began to run: the next working moment after handing in.
    left: what remains of the term while the clock stands still, else None.
    pauses: those that had an effect, merged, clipped to the receipt, in order.
    """

    at: datetime | None
    received: datetime
    term: Term
    left: Span | None = None
    pauses: tuple[Pause, ...] = ()
    calendar: Calendar = field(default_factory=Calendar.national, repr=False, compare=False)

    @property
    def paused_since(self) -> datetime | None:
        """Since when the clock stands still; None while it runs."""
        return self.pauses[-1].start if self.at is None else None

    @property
    def provisional(self) -> bool:
        """Whether it reaches into a year whose public holidays are not announced yet, so that it may still move."""
        return not self.calendar.is_known(self.received.date(), self._last_day)

    @cached_property
    def days(self) -> tuple[Day, ...]:
        """Every day after the day of receipt, up to the end or the pause that still runs: counted, or passed over and why."""
        return tuple(self._explain_hours() if self.term.unit is Unit.HOURS else self._explain_days())

    @property
    def counted(self) -> tuple[date, ...]:
        """The days that count."""
        return tuple(day.day for day in self.days if day.kind == "counted")

    @property
    def skipped(self) -> tuple[Day, ...]:
        """The days passed over, with reasons."""
        return tuple(day for day in self.days if day.kind != "counted")

    @property
    def _last_day(self) -> date:
        return (self.at or self.pauses[-1].start).date()

    def _days_in_span(self) -> Iterator[date]:
        first = self.received.date()
        return (first + timedelta(days=step) for step in range(1, (self._last_day - first).days + 1))

    def _explain_days(self) -> Iterator[Day]:
        working_days = self.term.unit is Unit.WORKING_DAYS
        counted = 0
        for day in self._days_in_span():
            closed = not self.calendar.is_working_day(day)
            pause = next((pause for pause in self.pauses if _stands_on(pause, day)), None)
            if closed and working_days:
                yield self._closed(day)
            elif pause or counted == self.term.days:
                yield _paused(day, pause or self.pauses[-1])
            elif closed and counted == self.term.days - 1:  # the last day moves on
                yield self._closed(day)
            else:
                counted += 1
                yield Day(day, "counted")

    def _explain_hours(self) -> Iterator[Day]:
        for day in self._days_in_span():
            if not self.calendar.is_working_day(day):
                yield self._closed(day)
                continue
            opening, closing = self.calendar.opening(day), self.calendar.closing(day)
            pause = next((p for p in self.pauses if p.start <= opening and (p.end is None or closing <= p.end)), None)
            yield _paused(day, pause) if pause else Day(day, "counted")

    def _closed(self, day: date) -> Day:
        return Day(day, "holiday" if self.calendar.is_holiday(day) else "weekend", self.calendar.why_closed(day))


def due(
    term: Term,
    received: datetime,
    calendar: Calendar,
    pauses: Iterable[Pause] = (),
    same_day: bool = False,
    *,
    extension: Term | None = None,
) -> Due:
    """When `term` ends for a case handed in at `received`.

    Args:
        received: when the case was handed in, aware; outside opening hours it is received at the next working moment.
        pauses: in any order, overlapping or not; what lies before the receipt is cut off. The end of a pause is taken as given:
            pass `calendar.next_working_moment` of a supplement handed in outside hours if it counts from then.
        same_day: the 15:00 rule; the term must be one day.
        extension: by how much the term was made longer, counted in the same unit.

    Raises:
        ValueError: a naive datetime.
        Invalid: a pause that ends before it starts, a same-day term of another length, an extension in another unit, a date
            outside 1976–2999.
    """
    start = calendar.next_working_moment(received)
    standing = _merge(pauses, start)
    if same_day and term.unit is not Unit.HOURS and term.days != 1:
        raise Invalid("Thủ tục trả kết quả trong ngày phải có thời hạn 1 ngày.")
    if extension:
        if extension.unit is not term.unit:
            raise Invalid("Thời gian gia hạn phải cùng cách tính với thời hạn.")
        term = Term(term.amount + extension.amount, term.unit)
    if term.unit is Unit.HOURS:
        if same_day:
            raise Invalid("Thủ tục trả kết quả trong ngày phải có thời hạn 1 ngày, không tính theo giờ.")
        return _due_in_hours(term, start, calendar, standing)
    return _due_in_days(term, start, calendar, standing, same_day)


def step_due(
    term: Term,
    percent: float,
    started: datetime,
    calendar: Calendar,
    *,
    case_due: datetime | None,
    pauses: Iterable[Pause] = (),
) -> datetime | None:
    """When a step must be finished that has `percent` of the case's term and began at `started`, never after the case itself.

    None while the case's clock stands still. Pauses before the start do not matter.

    Raises:
        Invalid: see `share` and `due`.
    """
    own = due(share(term, percent, calendar, local(started).date()), started, calendar, pauses).at
    return None if own is None or case_due is None else min(own, local(case_due))


def _merge(pauses: Iterable[Pause], start: datetime) -> list[Pause]:
    """Disjoint pauses in order, none before `start`, none empty."""
    clipped = []
    for pause in pauses:
        begin, end = local(pause.start), pause.end and local(pause.end)
        if end and end < begin:
            raise Invalid(f"Thời gian tạm dừng kết thúc ({end:%d/%m/%Y %H:%M}) trước khi bắt đầu ({begin:%d/%m/%Y %H:%M}).")
        begin = max(begin, start)
        if end is None or end > begin:
            clipped.append(Pause(begin, end, pause.reason))
    clipped.sort(key=lambda pause: pause.start)
    merged: list[Pause] = []
    for pause in clipped:
        last = merged[-1] if merged else None
        if last and (last.end is None or pause.start <= last.end):
            end = None if last.end is None or pause.end is None else max(last.end, pause.end)
            reasons = dict.fromkeys([*last.reason.split("; "), pause.reason])
            merged[-1] = Pause(last.start, end, "; ".join(filter(None, reasons)))
        else:
            merged.append(pause)
    return merged


def _due_in_hours(term: Term, start: datetime, calendar: Calendar, standing: list[Pause]) -> Due:
    at = calendar.add_working_seconds(start, term.seconds)
    for number, pause in enumerate(standing):
        if pause.start >= at:
            standing = standing[:number]
            break
        if pause.end is None:
            left = Span(calendar.working_seconds_between(pause.start, at), Unit.HOURS)
            return Due(None, start, term, left, tuple(standing), calendar)
        at = calendar.add_working_seconds(at, calendar.working_seconds_between(pause.start, pause.end))
    return Due(at, start, term, None, tuple(standing), calendar)


def _due_in_days(term: Term, start: datetime, calendar: Calendar, standing: list[Pause], same_day: bool) -> Due:
    working_days = term.unit is Unit.WORKING_DAYS or same_day

    def later(day: date, days: int) -> date:
        return calendar.add_working_days(day, days) if working_days else day + timedelta(days=days)

    def between(a: date, b: date) -> int:
        return calendar.working_days_between(a, b) if working_days else (b - a).days

    last = later(start.date(), term.days - 1 if same_day and start.time() <= SAME_DAY_UNTIL else term.days)
    at = calendar.closing(calendar.working_day_from(last))
    for number, pause in enumerate(standing):
        if pause.start >= at:
            standing = standing[:number]
            break
        if pause.end is None:
            left = Span(max(between(pause.start.date(), last), 0), Unit.WORKING_DAYS if working_days else term.unit)
            return Due(None, start, term, left, tuple(standing), calendar)
        if pause.start.date() < last:
            last = later(last, between(pause.start.date(), pause.end.date()))
            at = calendar.closing(calendar.working_day_from(last))
        elif at < pause.end:  # all days are used up: the term ends with the day on which it runs again
            at = _next_closing(calendar, pause.end)
    return Due(at, start, term, None, tuple(standing), calendar)


def _next_closing(calendar: Calendar, moment: datetime) -> datetime:
    """The first closing hour at or after `moment`, which is local."""
    at = calendar.closing(calendar.working_day_from(moment.date()))
    return at if at >= moment else calendar.closing(calendar.add_working_days(moment.date(), 1))


def _stands_on(pause: Pause, day: date) -> bool:
    return pause.start.date() < day and (pause.end is None or day <= pause.end.date())


def _paused(day: date, pause: Pause) -> Day:
    return Day(day, "pause", f"Tạm dừng: {pause.reason}" if pause.reason else "Tạm dừng")
