"""The slow, obvious clock: it steps day by day and minute by minute through plain data, and knows nothing of the real one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from hypothesis import strategies as st

from tinhso.kernel.time import VIETNAM, Calendar, Pause, Unit
from tinhso.kernel.time.windows import WEEKDAYS

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
Minutes = list[tuple[int, int]]
"""Opening windows in minutes of the day."""


@dataclass
class Office:
    """Opening hours as plain data. `later`: other weeks with their first and last day; what is said last holds."""

    week: dict[int, Minutes]
    off: set[date] = field(default_factory=set)
    working: dict[date, Minutes] = field(default_factory=dict)
    later: list[tuple[date, date | None, dict[int, Minutes]]] = field(default_factory=list)

    def hours(self, day: date) -> Minutes:
        if day in self.working:
            return self.working[day]
        if day in self.off:
            return []
        week = self.week
        for first, last, other in self.later:
            if first <= day and (last is None or day <= last):
                week = other
        return week.get(day.weekday(), [])

    def is_open(self, moment: datetime) -> bool:
        minute = moment.hour * 60 + moment.minute
        return any(start <= minute < end for start, end in self.hours(moment.date()))

    def next_working_moment(self, moment: datetime) -> datetime:
        while not self.is_open(moment):
            moment += MINUTE
        return moment

    def closing(self, day: date) -> datetime:
        return datetime.combine(day, time(0), VIETNAM) + self.hours(day)[-1][1] * MINUTE

    def open_minutes(self, a: datetime, b: datetime) -> int:
        count = 0
        while a < b:
            count += self.is_open(a)
            a += MINUTE
        return count

    def calendar(self) -> Calendar:
        """The same office as a real calendar."""
        working = {day: [_text(window) for window in hours] for day, hours in self.working.items()}
        calendar = Calendar().with_hours(_as_written(self.week)).with_days(off=self.off, working=working)
        for first, last, week in self.later:
            calendar = calendar.with_hours(_as_written(week), first, last)
        return calendar


def due_in_days(office: Office, days: int, unit: Unit, received: datetime, pauses: Sequence[Pause]) -> datetime:
    """The first closing hour at which the days are used up and the clock is not standing still."""
    pauses = clip(pauses, received)
    used, day = 0, received.date()
    while True:
        if office.hours(day) and used >= days:
            closing = office.closing(day)
            if closing > received and not any(pause.start < closing < pause.end for pause in pauses):
                return closing
        day += DAY
        stands = any(pause.start.date() < day <= pause.end.date() for pause in pauses)
        if not stands and (unit is Unit.CALENDAR_DAYS or office.hours(day)):
            used += 1


def due_in_minutes(office: Office, minutes: int, received: datetime, pauses: Sequence[Pause]) -> datetime:
    """The first moment at which so many open, unpaused minutes have passed."""
    pauses, moment = clip(pauses, received), received
    while minutes:
        if office.is_open(moment) and not any(pause.start <= moment < pause.end for pause in pauses):
            minutes -= 1
        moment += MINUTE
    return moment


def clip(pauses: Sequence[Pause], received: datetime) -> list[Pause]:
    return [Pause(max(pause.start, received), pause.end) for pause in pauses if pause.end > received]


def _as_written(week: dict[int, Minutes]) -> dict[str, list[str]]:
    return {WEEKDAYS[number]: [_text(window) for window in hours] for number, hours in week.items()}


def _text(window: tuple[int, int]) -> str:
    start, end = (f"{minute // 60:02}:{minute % 60:02}" for minute in window)
    return f"{start}-{end}"


# what the properties are tried on: three months around New Year, with plenty of odd days

FIRST, LAST = date(2025, 11, 20), date(2026, 2, 20)
days = st.dates(FIRST, LAST)
moments = st.builds(
    lambda day, minute: datetime.combine(day, time(minute // 60, minute % 60), VIETNAM), days, st.integers(0, 24 * 60 - 1)
)


@st.composite
def opening_hours(draw: st.DrawFn) -> Minutes:
    points = sorted(draw(st.sets(st.integers(5 * 60, 22 * 60), min_size=2, max_size=6)))
    return list(zip(points[::2], points[1::2], strict=False))


usual = st.just([(7 * 60, 11 * 60 + 30), (13 * 60 + 30, 17 * 60)])


@st.composite
def weeks(draw: st.DrawFn) -> dict[int, Minutes]:
    week = dict.fromkeys(range(5), draw(usual | opening_hours()))
    week |= draw(st.dictionaries(st.integers(0, 6), usual | opening_hours() | st.just([]), max_size=3))
    if not any(week.values()):
        week[0] = [(7 * 60, 17 * 60)]
    return week


@st.composite
def offices(draw: st.DrawFn) -> Office:
    later = []
    for _ in range(draw(st.integers(0, 2))):
        first = draw(days)
        last = draw(st.none() | st.integers(0, 40).map(lambda length, first=first: first + DAY * length))
        later.append((first, last, draw(weeks())))
    working = draw(st.dictionaries(days, usual | opening_hours(), max_size=4))
    off = draw(st.sets(days, max_size=12))
    holiday = draw(days)
    off |= {holiday + DAY * step for step in range(draw(st.integers(0, 9)))}
    return Office(draw(weeks()), off - working.keys(), working, later)


@st.composite
def filings(draw: st.DrawFn) -> tuple[datetime, list[Pause]]:
    """When a case is handed in, and pauses about that time: before, after, nested, overlapping, touching."""
    handed_in = draw(moments)
    pauses = []
    for _ in range(draw(st.integers(0, 4))):
        start = handed_in + draw(st.integers(-2 * 24 * 60, 12 * 24 * 60)) * MINUTE
        if pauses and draw(st.booleans()):
            start = pauses[-1].end
        length = draw(st.integers(0, 600) | st.integers(0, 15 * 24 * 60))
        pauses.append(Pause(start, start + length * MINUTE, "x"))
    return handed_in, draw(st.permutations(pauses))
