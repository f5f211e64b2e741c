"""Calendars: when an office is open, and how much working time lies between two moments.

Each year is counted through once and remembered, so that every question afterwards is a look-up of about a microsecond.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property

from tinhso.kernel.errors import Invalid
from tinhso.kernel.time.national import public_days
from tinhso.kernel.time.windows import USUAL_WEEK, WEEKDAY_NAMES, WEEKDAYS, Hours, Week, Windows, parse_windows
from tinhso.kernel.time.year import Year
from tinhso.kernel.time.zone import VIETNAM, local

FIRST_YEAR, LAST_YEAR = 1976, 2999


@dataclass(frozen=True)
class Calendar:
    """When an office is open. Immutable; equal calendars are equal and hash alike, so it can be a cache key.

    A working day is a day with at least one opening window. What was said last about a day holds: an agency may close on a
    swapped Saturday that the country works, or work on a day the country has off.

    Args:
        weeks: which week is worked from which day on, sorted; the first holds since always.
        off: days off with their reasons, sorted by day.
        working: extra working days, sorted; None stands for the windows of the week's first working day.
        known_years: the years whose public holidays follow published notices. The calendar answers for other years too, but
            a date in them is provisional.

    Raises:
        Invalid: no day of a week has a window.
    """

    weeks: tuple[tuple[date, Week], ...] = ((date.min, USUAL_WEEK),)
    off: tuple[tuple[date, str], ...] = ()
    working: tuple[tuple[date, Windows | None], ...] = ()
    known_years: range = range(0)
    _years: dict[int, Year] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not all(any(week) for _since, week in self.weeks):
            raise Invalid("Lịch làm việc phải có ít nhất một ngày làm việc trong tuần.")

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.weeks, self.off, self.working))

    # making calendars

    @classmethod
    def national(cls) -> "Calendar":
        """The country's public calendar with the usual hours. Always the same object."""
        return _national()

    def with_hours(self, week: Mapping[str, Hours], first: date | None = None, last: date | None = None) -> "Calendar":
        """The same calendar with other opening hours.

        Args:
            week: windows by weekday "mon" … "sun"; a weekday not named is a day of rest.
            first, last: the days from which and to which they hold, both included; None: since always, for ever.

        Raises:
            Invalid: an unknown weekday, malformed or overlapping windows, no working day at all, or `last` before `first`.
        """
        if unknown := sorted(set(week) - set(WEEKDAYS)):
            raise Invalid(f"Không có thứ “{unknown[0]}” trong tuần; hãy dùng {', '.join(WEEKDAYS)}.")
        if first and last and last < first:
            raise Invalid(f"Giờ làm việc hết hiệu lực ({last:%d/%m/%Y}) trước khi có hiệu lực ({first:%d/%m/%Y}).")
        start, new = first or date.min, tuple(parse_windows(week.get(day, ())) for day in WEEKDAYS)
        weeks = [*(entry for entry in self.weeks if entry[0] < start), (start, new)]
        if last:
            after = last + timedelta(days=1)
            weeks += [(after, self.week_on(after)), *(entry for entry in self.weeks if entry[0] > after)]
        return replace(self, weeks=tuple(_without_repeats(weeks)))

    def with_days(
        self,
        off: Mapping[date, str] | Iterable[date] = (),
        working: Mapping[date, Hours | None] | Iterable[date] = (),
    ) -> "Calendar":
        """The same calendar with more days off and more working days; a day already known is overruled.

        Args:
            off: days off, with reasons if a mapping.
            working: extra working days, with windows if a mapping; None or no windows: the usual day of the week's first
                working day.

        Raises:
            Invalid: a day is named in both, or its windows are malformed.
        """
        closing = dict(off) if isinstance(off, Mapping) else dict.fromkeys(off, "Ngày nghỉ")
        opening = dict(working) if isinstance(working, Mapping) else dict.fromkeys(working)
        if both := sorted(closing.keys() & opening.keys()):
            raise Invalid(f"Ngày {both[0]:%d/%m/%Y} vừa được ghi là ngày nghỉ vừa là ngày làm việc.")
        if not closing and not opening:
            return self
        days_off = {day: why for day, why in self.off if day not in opening} | closing
        days_on = {day: hours for day, hours in self.working if day not in closing}
        days_on |= {day: parse_windows(hours) if hours else None for day, hours in opening.items()}
        return replace(self, off=tuple(sorted(days_off.items())), working=tuple(sorted(days_on.items(), key=lambda on: on[0])))

    # asking about a day

    def windows(self, day: date) -> Windows:
        """The opening windows of `day`, in order; empty when the office is closed."""
        if day in self._working_days:
            return self._working_days[day] or self._usual_windows(day)
        return () if day in self._days_off else self.week_on(day)[day.weekday()]

    def week_on(self, day: date) -> Week:
        """The week that is worked at the time of `day`."""
        return self.weeks[bisect_right(self._starts, day) - 1][1]

    def is_working_day(self, day: date) -> bool:
        """Whether the office opens at all on `day`."""
        year = self._year(day.year)
        index = day.toordinal() - year.first
        return year.days[index + 1] > year.days[index]

    def why_closed(self, day: date) -> str:
        """The reason in Vietnamese why `day` is not a working day (the holiday before the weekend); "" when it is."""
        if self.is_working_day(day):
            return ""
        return self._days_off.get(day) or WEEKDAY_NAMES[day.weekday()]

    def is_holiday(self, day: date) -> bool:
        """Whether `day` is listed as a day off, whatever its weekday."""
        return day in self._days_off

    def opening(self, day: date) -> datetime:
        """When the office opens on the working day `day`."""
        return datetime.combine(day, self._windows_of_working_day(day)[0].start, VIETNAM)

    def closing(self, day: date) -> datetime:
        """When the office closes on the working day `day`: the end of its last window.

        Raises:
            ValueError: `day` is not a working day.
        """
        return datetime.combine(day, self._windows_of_working_day(day)[-1].end, VIETNAM)

    def usual_day(self, on: date) -> int:
        """Working seconds of the first working day of the week worked at the time of `on` (28,800 with the usual hours)."""
        return sum(window.seconds for window in self._usual_windows(on))

    def is_known(self, first: date, last: date) -> bool:
        """Whether the public holidays of all years from `first` to `last` follow published notices."""
        return first.year in self.known_years and last.year in self.known_years

    # asking about a moment

    def is_open(self, moment: datetime) -> bool:
        """Whether the office is open; at the closing hour itself it is not."""
        year, index, second = self._place(local(moment))
        return any(start <= second < end for start, end in year.spans[index])

    def next_working_moment(self, moment: datetime) -> datetime:
        """`moment` in Vietnamese time if the office is open then, else the next opening."""
        here = local(moment)
        year, index, second = self._place(here)
        for start, end in year.spans[index]:
            if second < end:
                return here if second >= start else _at(here.date(), start)
        return self.opening(self.add_working_days(here.date(), 1))

    # counting days

    def working_days_between(self, a: date, b: date) -> int:
        """How many working days lie in (a, b]: after `a`, up to and including `b`. Negative when `b` is before `a`."""
        if b < a:
            return -self.working_days_between(b, a)
        first, last = self._year(a.year), self._year(b.year)
        passed = first.days[a.toordinal() - first.first + 1]
        reached = last.days[b.toordinal() - last.first + 1]
        return reached - passed + sum(self._year(year).days[-1] for year in range(a.year, b.year))

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, or before it when `count` is negative; `day` itself for 0.

        Raises:
            Invalid: it would lie outside the years 1976–2999.
        """
        if not count:
            return day
        number = day.year
        year = self._year(number)
        index = day.toordinal() - year.first
        wanted = year.days[index + 1] + count - 1 if count > 0 else year.days[index] + count
        while wanted >= len(year.working):
            wanted -= len(year.working)
            number += 1
            year = self._year(number)
        while wanted < 0:
            number -= 1
            year = self._year(number)
            wanted += len(year.working)
        return date.fromordinal(year.working[wanted])

    def working_day_from(self, day: date) -> date:
        """`day` if it is a working day, else the next one (Civil Code 2015, art. 148.5)."""
        return day if self.is_working_day(day) else self.add_working_days(day, 1)

    # counting seconds

    def working_seconds_between(self, a: datetime, b: datetime) -> int:
        """Opening time between two moments, in whole seconds. Negative when `b` is before `a`."""
        start, end = local(a), local(b)
        if end < start:
            return -self.working_seconds_between(end, start)
        passed, reached = self._seconds_into_year(start), self._seconds_into_year(end)
        return reached - passed + sum(self._year(year).seconds[-1] for year in range(start.year, end.year))

    def add_working_seconds(self, moment: datetime, seconds: int) -> datetime:
        """The earliest moment at which `seconds` of opening time have passed since `moment`; `moment` itself for 0.

        So 4.5 hours from 07:00 end at 11:30, not at 13:30. Fractions of a second are dropped.

        Raises:
            ValueError: `seconds` is negative.
            Invalid: it would lie outside the years 1976–2999.
        """
        if seconds < 0:
            raise ValueError("seconds must not be negative")
        here = local(moment)
        if not seconds:
            return here
        wanted = self._seconds_into_year(here) + seconds
        number = here.year
        year = self._year(number)
        while wanted > year.seconds[-1]:
            wanted -= year.seconds[-1]
            number += 1
            year = self._year(number)
        index = bisect_left(year.seconds, wanted) - 1
        rest = wanted - year.seconds[index]
        for start, end in year.spans[index]:
            if rest <= end - start:
                return _at(date.fromordinal(year.first + index), start + rest)
            rest -= end - start
        raise AssertionError("a year's counts disagree with its windows")

    # inside

    @cached_property
    def _days_off(self) -> dict[date, str]:
        return dict(self.off)

    @cached_property
    def _working_days(self) -> dict[date, Windows | None]:
        return dict(self.working)

    @cached_property
    def _starts(self) -> list[date]:
        return [since for since, _week in self.weeks]

    def _usual_windows(self, day: date) -> Windows:
        return next(windows for windows in self.week_on(day) if windows)

    def _windows_of_working_day(self, day: date) -> Windows:
        windows = self.windows(day)
        if not windows:
            raise ValueError(f"{day} is not a working day: {self.why_closed(day)}")
        return windows

    def _year(self, number: int) -> Year:
        try:
            return self._years[number]
        except KeyError:
            if not FIRST_YEAR <= number <= LAST_YEAR:
                raise Invalid(f"Lịch làm việc chỉ tính được từ năm {FIRST_YEAR} đến năm {LAST_YEAR}.") from None
            return self._years.setdefault(number, Year(number, self.windows))

    def _place(self, here: datetime) -> tuple[Year, int, int]:
        """Where a local moment lies: the year, the day in it, the second of that day."""
        year = self._year(here.year)
        return year, here.toordinal() - year.first, here.hour * 3600 + here.minute * 60 + here.second

    def _seconds_into_year(self, here: datetime) -> int:
        year, index, second = self._place(here)
        passed = year.seconds[index]
        for start, end in year.spans[index]:
            if second <= start:
                break
            passed += min(second, end) - start
        return passed


def _without_repeats(weeks: Iterable[tuple[date, Week]]) -> Iterator[tuple[date, Week]]:
    """Equal calendars look alike: a week that goes on unchanged is named once."""
    before: Week | None = None
    for since, week in weeks:
        if week != before:
            yield since, week
        before = week


def _at(day: date, second: int) -> datetime:
    return datetime.combine(day, time(0), VIETNAM) + timedelta(seconds=second)


@cache
def _national() -> Calendar:
    public = public_days()
    return Calendar(known_years=public.announced).with_days(off=public.off, working=public.working)
