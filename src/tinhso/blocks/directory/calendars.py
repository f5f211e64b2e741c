"""When an agency is open: the national calendar, the days and hours entered for it and for the agencies above it.

Each process keeps the calendars it has made and asks the database for one number to know whether they still hold: once a
request or job, however many rows a list has.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from time import monotonic

from tinhso.blocks.directory.models import Agency, CalendarDay, CalendarVersion, DayKind
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


def _drop_outdated() -> None:
    """Ask once for each piece of work, and again when that takes long; what has no name (a shell, a test) asks every time."""
    global _made_for  # noqa: PLW0603 - the cache of this process
    work, asked = correlation_id(), _asked_by.get()
    if work and asked[0] == work and monotonic() - asked[1] < _LONGEST_TRUST:
        return
    version = _VERSION.first() or 0
    if version != _made_for:
        _made.clear()
        _made_for = version
    _asked_by.set((work, monotonic()))


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
    chain = _chain(agency)
    hours = dict(Agency.objects.filter(pk__in=chain).values_list("pk", "hours"))
    days = CalendarDay.objects.filter(agency=None) | CalendarDay.objects.filter(agency__in=chain)
    return _assemble(chain, hours, _by_agency(days))


@dataclass(frozen=True)
class DayChange:
    """What somebody wants to say of a day, for an agency and those below it; `kind` None takes back what was said."""

    agency: Agency
    day: date
    kind: DayKind | None
    reason: str = ""
    hours: tuple[str, ...] = ()


def calendars_if(changes: Sequence[DayChange], agencies: Iterable[Agency]) -> dict[int, Calendar]:
    """The calendars of `agencies` as they would be after the changes; nothing is changed or remembered. Two queries."""
    hours = dict(Agency.objects.values_list("pk", "hours"))
    by_agency = _by_agency(CalendarDay.objects.all())
    for change in changes:
        kept = [entry for entry in by_agency.get(change.agency.pk, ()) if entry.date != change.day]
        if change.kind:
            kept.append(CalendarDay(date=change.day, kind=change.kind, reason=change.reason, hours=list(change.hours) or None))
        by_agency[change.agency.pk] = kept
    alike: dict[Calendar, Calendar] = {}  # one object for equal calendars: each counts its years through once
    made = {agency.pk: _assemble(_chain(agency), hours, by_agency) for agency in agencies}
    return {pk: alike.setdefault(calendar, calendar) for pk, calendar in made.items()}


def _chain(agency: Agency) -> list[int]:
    """From the root down to the agency."""
    return [int(part) for part in (agency.path or "").split(".") if part]


def _by_agency(days: Iterable[CalendarDay]) -> dict[int | None, list[CalendarDay]]:
    found: dict[int | None, list[CalendarDay]] = {}
    for day in days:
        found.setdefault(day.agency_id, []).append(day)
    return found


def _assemble(
    chain: Sequence[int], hours: Mapping[int, dict[str, list[str]] | None], by_agency: Mapping[int | None, list[CalendarDay]]
) -> Calendar:
    calendar = _with_days(Calendar.national(), by_agency.get(None, ()))
    for ancestor in chain:
        if week := hours.get(ancestor):
            calendar = calendar.with_hours(week)
        calendar = _with_days(calendar, by_agency.get(ancestor, ()))
    return calendar


def _with_days(calendar: Calendar, days: Iterable[CalendarDay]) -> Calendar:
    return calendar.with_days(
        off={day.date: day.reason for day in days if day.kind == DayKind.OFF},
        working={day.date: day.hours for day in days if day.kind == DayKind.WORKING},
    )
