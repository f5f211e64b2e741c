"""What is read of appointments: free slots, one's own, those of a day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.models import Procedure
from tinhso.blocks.directory.calendars import agency_calendar
from tinhso.blocks.directory.models import Agency, Person, UnitLevel
from tinhso.kernel.errors import NotFound
from tinhso.kernel.time import VIETNAM, local
from tinhso.services.queueing.booking_tables import Appointment, SlotPlan
from tinhso.services.queueing.models import Line

AHEAD = timedelta(days=14)
LEAD = timedelta(minutes=30)  # nobody books a slot that begins sooner
_TAKING = Q(state__in=["booked", "arrived"])


@dataclass(frozen=True)
class Slot:
    """A time one can book; `left`: for how many."""

    starts_at: datetime
    left: int


def bookable_lines(procedure: Procedure | None = None) -> QuerySet[Line]:
    """The lines that take appointments, by office; those at which a procedure is handed in, when one is given."""
    plans = SlotPlan.objects.filter(active=True).values("line")
    lines = Line.objects.filter(pk__in=plans, active=True, agency__active=True)
    if procedure:
        level = UnitLevel.COMMUNE if procedure.level == Procedure.Level.COMMUNE else UnitLevel.PROVINCE
        lines = lines.filter(
            Q(fields__contains=[procedure.field_code]) | Q(fields=[]), agency__level=level, purpose=Line.Purpose.APPLY
        )
    return lines.select_related("agency").order_by("agency__path", "letter")


def bookable_line(pk: int) -> Line:
    """One of them.

    Raises:
        NotFound: it takes no appointments.
    """
    found = bookable_lines().filter(pk=pk).first()
    if found is None:
        raise NotFound(_("Nơi này không nhận đặt lịch hẹn."))
    return found


def days_with_slots(line: Line, at: datetime) -> dict[date, list[Slot]]:
    """The free slots of the coming days, only in the agency's working hours. Days that are full are left out."""
    offered: dict[datetime, int] = {}
    for starts_at, capacity in _offered(line, at):
        offered[starts_at] = offered.get(starts_at, 0) + capacity
    taken = _taken(line, at)
    days: dict[date, list[Slot]] = {}
    for starts_at in sorted(offered):
        left = offered[starts_at] - taken.get(starts_at, 0)
        if left > 0:
            days.setdefault(local(starts_at).date(), []).append(Slot(starts_at, left))
    return days


def _offered(line: Line, at: datetime) -> Iterator[tuple[datetime, int]]:
    calendar, plans = agency_calendar(line.agency), list(line.slot_plans.filter(active=True))
    today = local(at).date()
    for day in (today + timedelta(days=number) for number in range(AHEAD.days + 1)):
        for plan in plans:
            if day.isoweekday() not in plan.weekdays or not calendar.is_working_day(day):
                continue
            moment, end = (datetime.combine(day, time, VIETNAM) for time in (plan.start, plan.end))
            step = timedelta(minutes=plan.minutes)
            while moment + step <= end:
                if moment >= at + LEAD and calendar.is_open(moment):
                    yield moment, plan.capacity
                moment += step


def _taken(line: Line, at: datetime) -> dict[datetime, int]:
    taking = _TAKING | Q(state=Appointment.State.PENDING, holds_until__gt=at)
    rows = Appointment.objects.filter(taking, line=line, starts_at__gt=at).values("starts_at").annotate(n=Count("pk")).order_by()
    return {row["starts_at"]: row["n"] for row in rows}


def open_appointments(*, person: Person | None, phone: str, at: datetime) -> QuerySet[Appointment]:
    """What this person, or this telephone number, has booked and not yet had."""
    own = Q(person=person) if person else Q(phone=phone, person=None)
    held = Q(state=Appointment.State.BOOKED) | Q(state=Appointment.State.PENDING, holds_until__gt=at)
    found = Appointment.objects.filter(own, held, starts_at__gt=at - timedelta(hours=1))
    return found.select_related("line__agency").order_by("starts_at")


def appointment_by_key(key: str) -> Appointment:
    """Whoever holds the key holds the appointment.

    Raises:
        NotFound: there is none.
    """
    found = Appointment.objects.select_related("line__agency", "ticket__line", "person").filter(key=key).first()
    if found is None:
        raise NotFound(_("Không có lịch hẹn này."))
    return found


def appointment_by_code(code: str, *, phone: str = "", agency: Agency | None = None) -> Appointment:
    """By its code, for the kiosk of its office, or together with the telephone number it was booked with.

    Raises:
        NotFound: they do not fit together.
    """
    place = Q(line__agency=agency) if agency else Q(phone=phone, person=None) & ~Q(phone="")
    found = Appointment.objects.select_related("line__agency", "ticket__line").filter(place, code=code.strip().upper()).first()
    if found is None:
        raise NotFound(_("Không có lịch hẹn nào khớp. Hãy xem lại mã lịch hẹn."))
    return found


def appointments_of_day(agency: Agency, at: datetime) -> QuerySet[Appointment]:
    """Today's appointments of an office, for its clerks."""
    start = local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    found = Appointment.objects.filter(line__agency=agency, starts_at__gte=start, starts_at__lt=start + timedelta(days=1))
    return found.exclude(state=Appointment.State.PENDING).select_related("line", "ticket__line").order_by("starts_at", "pk")
