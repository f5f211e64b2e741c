"""Opening hours, days off and swapped days of agencies.

Where open cases may be moved, use `cases.actions.calendars.change_calendar`, which does both.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import connection

from tinhso.blocks.directory.models import Agency, CalendarDay, CalendarVersion, DayKind, OpeningHours
from tinhso.blocks.directory.periods import Period, period, with_period
from tinhso.kernel.actions import action, record
from tinhso.kernel.keeping.kept import changed
from tinhso.kernel.permissions import Actor, require
from tinhso.kernel.time import Calendar


@action
def set_agency_hours(
    agency: Agency,
    hours: Mapping[str, Sequence[str]] | None,
    *,
    by: Actor | None,
    first: date | None = None,
    last: date | None = None,
    source: str = "",
) -> Agency:
    """Set the opening hours by weekday ("mon" … "sun") from a day to a day, or take the parent's for that time (None).

    What held there before gives way: periods are cut or taken out.

    Args:
        first, last: both included; None: since always, until further notice.
        source: number and date of the decision.

    Raises:
        Invalid: a weekday or a window is malformed, or `last` is before `first`.
    """
    require(by, "directory.edit", at=agency)
    put = period(first, last, hours, source)
    wanted = with_period(map(Period.of, agency.opening_hours.all()), put)
    agency.opening_hours.all().delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(agency=agency, valid_from=row.first, valid_to=row.last, week=row.week, source=row.source) for row in wanted
    )
    _note_change()
    record(
        "directory.hours_set",
        by=by,
        on=agency,
        agency=agency,
        hours=put.week,
        first=first and first.isoformat(),
        last=last and last.isoformat(),
        source=source,
    )
    return agency


@action
def set_calendar_day(
    day: date,
    kind: DayKind,
    reason: str,
    *,
    by: Actor | None,
    agency: Agency | None = None,
    hours: Sequence[str] | None = None,
    source: str = "",
) -> CalendarDay:
    """Say that a day is off or worked, for an agency and those below it, or for all (no agency).

    Args:
        source: number and date of the decree or notice that says so.

    Raises:
        Invalid: the hours are malformed.
    """
    require(by, "directory.edit", at=agency)
    if hours:
        Calendar.national().with_days(working={day: list(hours)})
    entry, created = CalendarDay.objects.update_or_create(
        date=day,
        agency=agency,
        defaults={"kind": kind, "reason": reason, "hours": list(hours) if hours else None, "source": source},
    )
    _note_change()
    record("directory.calendar_day_set", by=by, on=entry, agency=agency, date=day.isoformat(), kind=kind, created=created)
    return entry


@action
def remove_calendar_day(entry: CalendarDay, *, by: Actor | None) -> None:
    """Take back what was said about a day."""
    require(by, "directory.edit", at=entry.agency)
    record("directory.calendar_day_removed", by=by, on=entry, agency=entry.agency, date=entry.date.isoformat())
    entry.delete()
    _note_change()


@action
def hold_calendars() -> int:
    """Let nobody else change a calendar until the running transaction ends; the version they have (`calendars_version`)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {CalendarVersion._meta.db_table} AS version (id, number) VALUES (1, 0) "  # noqa: S608 - our own name
            "ON CONFLICT (id) DO UPDATE SET number = version.number RETURNING number"
        )
        return int(cursor.fetchone()[0])


def _note_change() -> None:
    """Every process sees it with its next piece of work."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {CalendarVersion._meta.db_table} AS version (id, number) VALUES (1, 1) "  # noqa: S608 - our own name
            "ON CONFLICT (id) DO UPDATE SET number = version.number + 1"
        )
    changed()
