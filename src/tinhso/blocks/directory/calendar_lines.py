"""An agency's calendar as people read it: days off and worked, weeks with their dates, who said so and on what ground."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from tinhso.blocks.directory.calendars import agency_calendar, chain_of
from tinhso.blocks.directory.models import Agency, CalendarDay, DayKind, OpeningHours
from tinhso.blocks.directory.periods import Period
from tinhso.kernel.time.national import public_days
from tinhso.kernel.time.windows import WEEKDAY_NAMES, Week


@dataclass(frozen=True)
class DayLine:
    """What holds of a day. said_by: the agency that said it; None: the country. hours: other than usual ones."""

    date: date
    kind: DayKind
    reason: str
    source: str
    said_by: Agency | None
    hours: tuple[str, ...] = ()

    @property
    def weekday(self) -> str:
        return WEEKDAY_NAMES[self.date.weekday()]


@dataclass(frozen=True)
class WeekLine:
    """A week that is worked from `first` to `last`, both included; None is open."""

    first: date | None
    last: date | None
    days: tuple[tuple[str, str], ...]
    source: str
    said_by: Agency | None


def days_of_year(agency: Agency, year: int) -> list[DayLine]:
    """Every day of a year of which something was said, as it holds for the agency."""
    public = public_days()
    found = {day: DayLine(day, DayKind.OFF, why, public.sources[day], None) for day, why in public.off.items()}
    found |= {day: DayLine(day, DayKind.WORKING, "", public.sources[day], None) for day in public.working}
    said = CalendarDay.objects.filter(date__year=year)
    said = (said.filter(agency=None) | said.filter(agency__in=chain_of(agency))).select_related("agency")
    for entry in sorted(said, key=lambda entry: len(chain_of(entry.agency)) if entry.agency else 0):
        found[entry.date] = DayLine(
            entry.date, DayKind(entry.kind), entry.reason, entry.source, entry.agency, tuple(entry.hours or ())
        )
    return [found[day] for day in sorted(found) if day.year == year]


def weeks_of(agency: Agency) -> list[WeekLine]:
    """The weeks the agency works one after the other."""
    chain = chain_of(agency)
    rows = list(OpeningHours.objects.filter(agency__in=chain).select_related("agency"))
    rows.sort(key=lambda row: chain.index(row.agency_id), reverse=True)
    weeks = agency_calendar(agency).weeks
    ends = [since - timedelta(days=1) for since, _week in weeks[1:]]
    lines = []
    for (since, week), last in zip(weeks, [*ends, None], strict=True):
        said = next((row for row in rows if Period.of(row).holds_on(since)), None)
        first = None if since == date.min else since
        lines.append(WeekLine(first, last, in_words(week), said.source if said else "", said.agency if said else None))
    return lines


def in_words(week: Week) -> tuple[tuple[str, str], ...]:
    """Days with the same hours together: ("Thứ Hai – Thứ Sáu", "07:00–11:30, 13:30–17:00"); days of rest have none."""
    found = []
    for windows, run in groupby(range(7), key=lambda place: week[place]):
        places = list(run)
        first, last = WEEKDAY_NAMES[places[0]], WEEKDAY_NAMES[places[-1]]
        names = first if len(places) == 1 else f"{first}, {last}" if len(places) == 2 else f"{first} – {last}"
        found.append((names, ", ".join(map(str, windows))))
    return tuple(found)


def own_words(agencies: Iterable[Agency], year: int) -> Mapping[int, tuple[int, bool]]:
    """For a list: how many days of the year an agency has said something of itself, and whether it has hours of its own."""
    ids = [agency.pk for agency in agencies]
    days = list(CalendarDay.objects.filter(agency__in=ids, date__year=year).values_list("agency", flat=True))
    hours = set(OpeningHours.objects.filter(agency__in=ids).values_list("agency", flat=True))
    return {pk: (days.count(pk), pk in hours) for pk in ids}
