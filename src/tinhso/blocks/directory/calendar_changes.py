"""What somebody wants to say of an agency's calendar, and the calendars that would follow from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tinhso.blocks.directory.calendars import assemble, chain_of, days_by_agency, periods_of
from tinhso.blocks.directory.models import Agency, CalendarDay, DayKind, OpeningHours
from tinhso.blocks.directory.periods import Period, period, with_period
from tinhso.kernel.time import Calendar


@dataclass(frozen=True)
class DayChange:
    """A day, for an agency and those below it; `kind` None takes back what was said. source: number of the decree or notice."""

    agency: Agency
    day: date
    kind: DayKind | None
    reason: str = ""
    hours: tuple[str, ...] = ()
    source: str = ""

    @property
    def from_day(self) -> date:
        """The first day of which something else would hold."""
        return self.day

    @property
    def why(self) -> str:
        """For people, when a reason was given."""
        return f"{self.day:%d/%m/%Y}: {self.reason}" if self.reason else ""


@dataclass(frozen=True)
class HoursChange:
    """Opening hours from a day to a day, for an agency and those below it; without a week it takes the hours of the one above."""

    agency: Agency
    period: Period

    @property
    def from_day(self) -> date:
        return self.period.first or date.min

    @property
    def why(self) -> str:
        return f"Đổi giờ làm việc từ {self.period.first:%d/%m/%Y}" if self.period.first else "Đổi giờ làm việc"


Change = DayChange | HoursChange


def calendars_if(changes: Sequence[Change], agencies: Iterable[Agency]) -> dict[int, Calendar]:
    """The calendars of `agencies` as they would be after the changes; nothing is changed or remembered. Two queries.

    Raises:
        Invalid: opening hours are malformed.
    """
    hours = periods_of(OpeningHours.objects.all())
    by_agency = days_by_agency(CalendarDay.objects.all())
    for change in changes:
        place = change.agency.pk
        if isinstance(change, HoursChange):
            put = change.period
            hours[place] = with_period(hours.get(place, ()), period(put.first, put.last, put.week, put.source))
            continue
        kept = [entry for entry in by_agency.get(place, ()) if entry.date != change.day]
        if change.kind:
            kept.append(CalendarDay(date=change.day, kind=change.kind, reason=change.reason, hours=list(change.hours) or None))
        by_agency[place] = kept
    alike: dict[Calendar, Calendar] = {}  # one object for equal calendars: each counts its years through once
    made = {agency.pk: assemble(chain_of(agency), hours, by_agency) for agency in agencies}
    return {pk: alike.setdefault(calendar, calendar) for pk, calendar in made.items()}
