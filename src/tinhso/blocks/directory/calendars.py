"""When an agency is open: the national calendar, the days and hours entered for it and for the agencies above it.

Each process keeps the calendars it has made until one of them changes (`kernel.keeping`).
"""

from collections.abc import Iterable, Mapping, Sequence

from tinhso.blocks.directory.models import Agency, CalendarDay, CalendarVersion, DayKind, OpeningHours
from tinhso.blocks.directory.periods import Period
from tinhso.kernel.errors import NotFound
from tinhso.kernel.keeping.kept import Kept
from tinhso.kernel.time import Calendar

_CALENDARS: Kept[int, Calendar] = Kept(CalendarVersion, Agency)


def agency_calendar(agency: Agency) -> Calendar:
    """The calendar of `agency`; what is entered nearest to it holds."""
    return _CALENDARS.get(agency.pk, lambda: _make(agency))


def agency_calendar_by_id(agency_id: int) -> Calendar:
    """The same for rows of a list, which hold the agency's id only; a query when nobody has asked for it yet."""
    return _CALENDARS.get(agency_id, lambda: _make(Agency.objects.get(pk=agency_id)))


def calendars_version() -> int:
    """Grows with every change of any calendar: whoever saw it again has seen the same calendars."""
    return CalendarVersion.objects.values_list("number", flat=True).first() or 0


def agency_calendar_by_code(code: str) -> Calendar:
    """The calendar of the agency with this identifier.

    Raises:
        NotFound: there is none.
    """
    agency = Agency.objects.filter(code=code).first()
    if agency is None:
        raise NotFound(f"Không có cơ quan mang mã {code}.")
    return agency_calendar(agency)


def _make(agency: Agency) -> Calendar:
    chain = chain_of(agency)
    days = CalendarDay.objects.filter(agency=None) | CalendarDay.objects.filter(agency__in=chain)
    return assemble(chain, periods_of(OpeningHours.objects.filter(agency__in=chain)), days_by_agency(days))


def chain_of(agency: Agency) -> list[int]:
    """From the root down to the agency."""
    return [int(part) for part in (agency.path or "").split(".") if part]


def days_by_agency(days: Iterable[CalendarDay]) -> dict[int | None, list[CalendarDay]]:
    found: dict[int | None, list[CalendarDay]] = {}
    for day in days:
        found.setdefault(day.agency_id, []).append(day)
    return found


def periods_of(rows: Iterable[OpeningHours]) -> dict[int, list[Period]]:
    found: dict[int, list[Period]] = {}
    for row in rows:
        found.setdefault(row.agency_id, []).append(Period.of(row))
    return found


def assemble(
    chain: Sequence[int], hours: Mapping[int, Sequence[Period]], by_agency: Mapping[int | None, Sequence[CalendarDay]]
) -> Calendar:
    """The calendar of the last of `chain`: the national one, then what each said from the top down."""
    calendar = _with_days(Calendar.national(), by_agency.get(None, ()))
    for ancestor in chain:
        for said in hours.get(ancestor, ()):
            calendar = calendar.with_hours(said.week or {}, said.first, said.last)
        calendar = _with_days(calendar, by_agency.get(ancestor, ()))
    return calendar


def _with_days(calendar: Calendar, days: Iterable[CalendarDay]) -> Calendar:
    return calendar.with_days(
        off={day.date: day.reason for day in days if day.kind == DayKind.OFF},
        working={day.date: day.hours for day in days if day.kind == DayKind.WORKING},
    )
