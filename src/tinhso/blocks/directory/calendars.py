"""When an agency is open: the national calendar, the days and hours entered for it and for the agencies above it.

Each process keeps the calendars it has made and asks the database for one number to know whether they still hold: once a
request or job, however many rows a list has.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from time import monotonic

from tinhso.blocks.directory.models import Agency, CalendarDay, CalendarVersion, DayKind, OpeningHours
from tinhso.blocks.directory.periods import Period
from tinhso.kernel.correlation import correlation_id
from tinhso.kernel.errors import NotFound
from tinhso.kernel.fixed_query import FixedQuery
from tinhso.kernel.time import Calendar

_VERSION = FixedQuery(lambda: CalendarVersion.objects.values_list("number", flat=True))
_made: dict[int, Calendar] = {}
_made_for: int | None = None
_asked_by: ContextVar[tuple[str, float]] = ContextVar("calendars_asked_by", default=("", 0.0))
_LONGEST_TRUST = 5.0


def agency_calendar(agency: Agency) -> Calendar:
    """The calendar of `agency`; what is entered nearest to it holds."""
    _drop_outdated()
    calendar = _made.get(agency.pk)
    if calendar is None:
        calendar = _made[agency.pk] = _make(agency)
    return calendar


def agency_calendar_by_id(agency_id: int) -> Calendar:
    """The same for rows of a list, which hold the agency's id only; a query when nobody has asked for it yet."""
    _drop_outdated()
    return _made.get(agency_id) or agency_calendar(Agency.objects.get(pk=agency_id))


def _drop_outdated() -> None:
    """Ask once for each piece of work, and again when that takes long; what has no name (a shell, a test) asks every time."""
    global _made_for  # noqa: PLW0603 - the cache of this process
    work, asked = correlation_id(), _asked_by.get()
    if work and asked[0] == work and monotonic() - asked[1] < _LONGEST_TRUST:
        return
    version = calendars_version()
    if version != _made_for:
        _made.clear()
        _made_for = version
    _asked_by.set((work, monotonic()))


def calendars_version() -> int:
    """Grows with every change of any calendar: whoever saw it again has seen the same calendars."""
    return _VERSION.first() or 0


def calendars_changed() -> None:
    """The work in hand has changed a calendar: it asks again."""
    _asked_by.set(("", 0.0))


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
