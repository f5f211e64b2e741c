"""Changing an agency's calendar together with the cases it moves."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.facts import move_due_facts
from tinhso.blocks.cases.actions.process import shift_open_steps
from tinhso.blocks.cases.calendar_moves import Move, has_parts, locked_moves
from tinhso.blocks.cases.models import Case, Reappointment, Step, TimelineEntry
from tinhso.blocks.directory.actions.calendars import hold_calendars, remove_calendar_day, set_agency_hours, set_calendar_day
from tinhso.blocks.directory.calendar_changes import Change, HoursChange
from tinhso.blocks.directory.models import CalendarDay, Person
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.kernel.permissions import require
from tinhso.kernel.time import local

_BATCH = 2_000


class CalendarsChanged(WrongState):
    """Somebody else has changed a calendar since the preview."""


@action
def change_calendar(changes: Sequence[Change], *, by: Person, at: datetime | None = None, seen: int | None = None) -> list[Move]:
    """Say of days that they are off or worked, or set opening hours, and give every open case and step its new date: all or none.

    The applicants whose date moved are told by a job afterwards.

    Args:
        seen: the version of the calendars that `by` saw the preview of (`calendars_version`).

    Raises:
        NotAllowed: `by` may not edit the agencies.
        Invalid: there is no change, or hours are malformed.
        CalendarsChanged: somebody else has changed a calendar since `seen`.
    """
    at = at or now()
    if not changes:
        raise Invalid(_("Chưa có ngày nào để thay đổi."))
    for change in changes:
        require(by, "directory.edit", at=change.agency)
    version = hold_calendars()
    if seen not in (None, version):
        raise CalendarsChanged(_("Lịch làm việc vừa được người khác thay đổi. Hãy xem lại các hồ sơ bị ảnh hưởng rồi xác nhận."))
    moved = locked_moves(changes)
    for change in changes:
        _say(change, by=by)
    dates = [(move.case.pk, move.after) for move in moved]
    _set_due(Case._meta.db_table, dates)
    move_due_facts(dates)
    _set_due(Step._meta.db_table, [(step.pk, step.due_at) for move in moved for step in move.steps])
    for move in moved:
        if has_parts(move.case):
            move.case.due_at = move.after
            shift_open_steps(move.case)
    Reappointment.objects.bulk_create(
        (
            Reappointment(case=move.case, at=at, cause=Reappointment.Cause.CALENDAR, before=move.before, after=move.after)
            for move in moved
        ),
        batch_size=_BATCH,
    )
    why = "; ".join(filter(None, dict.fromkeys(change.why for change in changes)))
    TimelineEntry.objects.bulk_create(
        (TimelineEntry(case=move.case, at=at, event="rescheduled", actor=None, note=_told(move, why)) for move in moved),
        batch_size=_BATCH,
    )
    for agency in {change.agency.pk: change.agency for change in changes}.values():
        days = sorted({change.from_day.isoformat() for change in changes if change.agency.pk == agency.pk})
        record("cases.calendar_changed", by=by, on=agency, agency=agency, at=at.isoformat(), days=days, moved=len(moved))
    return moved


def _say(change: Change, *, by: Person) -> None:
    if isinstance(change, HoursChange):
        put = change.period
        set_agency_hours(change.agency, put.week, by=by, first=put.first, last=put.last, source=put.source)
        return
    if change.kind:
        hours = change.hours or None
        set_calendar_day(change.day, change.kind, change.reason, by=by, agency=change.agency, hours=hours, source=change.source)
        return
    for entry in CalendarDay.objects.filter(agency=change.agency, date=change.day):
        remove_calendar_day(entry, by=by)


def _set_due(table: str, dates: Iterable[tuple[int, datetime | None]]) -> None:
    """One statement for all rows."""
    rows = list(dates)
    keys, moments = [key for key, _moment in rows], [moment for _key, moment in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} AS moved SET due_at = given.due_at "  # noqa: S608 - our own name
            "FROM unnest(%s::bigint[], %s::timestamptz[]) AS given (id, due_at) WHERE moved.id = given.id",
            [keys, moments],
        )


def _told(move: Move, why: str) -> str:
    """Both dates and why, as the time line and the message tell it."""
    dates = f"{local(move.before):%H:%M %d/%m/%Y} → {local(move.after):%H:%M %d/%m/%Y}"
    return f"{dates} ({why})" if why else dates
