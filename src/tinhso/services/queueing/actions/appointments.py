"""Appointments: offered by the head of the office, booked, confirmed, cancelled, kept or missed."""

import secrets
from collections.abc import Collection
from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.models import Person
from tinhso.blocks.messaging.actions import send
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, NotFound, WrongState
from tinhso.kernel.ids import readable_code
from tinhso.kernel.permissions import require
from tinhso.kernel.time import local
from tinhso.services.queueing.actions.tickets import take_ticket
from tinhso.services.queueing.booking_tables import Appointment, SlotPlan
from tinhso.services.queueing.models import Device, Line, Ticket
from tinhso.services.queueing.slots import days_with_slots, open_appointments

HELD = timedelta(minutes=10)  # how long a slot is kept for a code to be entered
EARLY, LATE, MISSED = timedelta(minutes=60), timedelta(minutes=10), timedelta(minutes=30)
_MOST = 2  # appointments that one person may have open
_REMINDED = timedelta(hours=24)
State = Appointment.State


@action
def plan_slots(
    line: Line, *, weekdays: Collection[int], start: time, end: time, minutes: int, capacity: int, by: Person | None
) -> SlotPlan:
    """Offer slots of a line on some weekdays.

    Raises:
        Invalid: no weekday, hours the wrong way round, or no room.
    """
    require(by, "queueing.manage", at=line.agency)
    days = sorted({day for day in weekdays if 1 <= day <= 7})
    if not days or start >= end or not 5 <= minutes <= 240 or not 1 <= capacity <= 99:
        raise Invalid(_("Hãy chọn ngày trong tuần, giờ đầu trước giờ cuối, khoảng 5 đến 240 phút, 1 đến 99 người."))
    plan = SlotPlan.objects.create(line=line, weekdays=days, start=start, end=end, minutes=minutes, capacity=capacity)
    record("queueing.slots_planned", by=by, on=plan, agency=line.agency, capacity=capacity)
    return plan


@action
def end_slots(plan: SlotPlan, *, by: Person) -> None:
    """Offer these slots no more; what is booked stays."""
    require(by, "queueing.manage", at=plan.line.agency)
    if plan.active:
        SlotPlan.objects.filter(pk=plan.pk).update(active=False)
        record("queueing.slots_ended", by=by, on=plan, agency=plan.line.agency)


@action
def book(line: Line, starts_at: datetime, *, by: Person | None, phone: str = "", at: datetime | None = None) -> Appointment:
    """Take a place in a slot. Without an account it is held for ten minutes, for the code sent to the telephone to be entered.

    Raises:
        WrongState: the slot is full or gone, or two appointments are open already.
    """
    at = at or now()
    Line.objects.select_for_update().get(pk=line.pk)  # who books next sees this one
    if starts_at not in {slot.starts_at for slots in days_with_slots(line, at).values() for slot in slots}:
        raise WrongState(_("Giờ này vừa hết chỗ. Hãy chọn giờ khác."))
    if open_appointments(person=by, phone=phone, at=at).count() >= _MOST:
        raise WrongState(_("Bạn đang có hai lịch hẹn. Hãy hủy một lịch trước khi đặt thêm."))
    appointment = Appointment.objects.create(
        line=line,
        starts_at=starts_at,
        code=readable_code(8),
        key=secrets.token_urlsafe(16),
        person=by,
        phone="" if by else phone,
        state=State.BOOKED if by else State.PENDING,
        made_at=at,
        holds_until=None if by else at + HELD,
    )
    record("queueing.booked", by=by, on=appointment, agency=line.agency, line=line.letter, confirmed=bool(by))
    _write("queueing_booked" if by else "queueing_code", appointment)
    return appointment


@action
def confirm(appointment: Appointment, code: str, *, at: datetime | None = None) -> Appointment:
    """Prove the telephone number by the code sent to it. The caller limits the tries.

    Raises:
        Invalid: another code.
        WrongState: ten minutes are over.
    """
    fresh = _held(appointment)
    if fresh.state == State.BOOKED:
        return fresh
    if fresh.state != State.PENDING or (fresh.holds_until and fresh.holds_until < (at or now())):
        raise WrongState(_("Lịch hẹn này không còn được giữ chỗ. Hãy đặt lại."))
    if not secrets.compare_digest(fresh.code.encode(), code.strip().upper().encode()):
        raise Invalid(_("Mã chưa đúng. Hãy xem lại tin nhắn."), fields={"code": _("Mã chưa đúng. Hãy xem lại tin nhắn.")})
    fresh.state, fresh.holds_until = State.BOOKED, None
    fresh.save(update_fields=["state", "holds_until"])
    record("queueing.confirmed", by=None, on=fresh, agency=fresh.line.agency)
    return fresh


@action
def cancel(appointment: Appointment, *, by: Person | None) -> Appointment:
    """Give the place back.

    Raises:
        WrongState: it was kept, missed or cancelled already.
    """
    fresh = _held(appointment)
    if fresh.state not in {State.PENDING, State.BOOKED}:
        raise WrongState(_("Lịch hẹn này không hủy được nữa."))
    was_booked = fresh.state == State.BOOKED
    fresh.state = State.CANCELLED
    fresh.save(update_fields=["state"])
    record("queueing.appointment_cancelled", by=by, on=fresh, agency=fresh.line.agency)
    if was_booked:
        _write("queueing_cancelled", fresh)
    return fresh


@action
def check_in(appointment: Appointment, *, by: Device, at: datetime | None = None) -> Ticket:
    """Turn an appointment into a ticket at the kiosk, from an hour before until half an hour after its time.

    Up to ten minutes late one is called at the time of the slot, before those without an appointment; later as one who has just
    come. Twice gives the same ticket.

    Raises:
        NotFound: it is an appointment of another office.
        WrongState: it is not its time, or it was cancelled.
    """
    at, fresh = at or now(), _held(appointment)
    if fresh.line.agency_id != by.agency_id:
        raise NotFound(_("Không có lịch hẹn nào khớp. Hãy xem lại mã lịch hẹn."))
    if fresh.ticket:
        return fresh.ticket
    if fresh.state != State.BOOKED:
        raise WrongState(_("Lịch hẹn này không còn hiệu lực. Hãy lấy số thường."))
    if not fresh.starts_at - EARLY <= at <= fresh.starts_at + MISSED:
        moment = f"{local(fresh.starts_at):%H:%M %d/%m/%Y}"
        raise WrongState(_("Lịch hẹn của bạn là %(moment)s; nhận số từ 60 phút trước giờ đó.") % {"moment": moment})
    ticket = take_ticket(fresh.line, by=by, at=at)
    if at <= fresh.starts_at + LATE:
        ticket.booked, ticket.place_at = True, fresh.starts_at
        ticket.save(update_fields=["booked", "place_at"])
    fresh.ticket, fresh.state = ticket, State.ARRIVED
    fresh.save(update_fields=["ticket", "state"])
    record("queueing.checked_in", by=None, on=fresh, agency=fresh.line.agency, device=by.pk)
    return ticket


@action
def mark_missed(at: datetime) -> int:
    """Appointments half an hour past at which nobody came. Returns how many."""
    missed = Appointment.objects.select_for_update(of=("self",), skip_locked=True).select_related("line__agency")
    rows = list(missed.filter(state=State.BOOKED, starts_at__lt=at - MISSED))
    for row in rows:
        row.state = State.NO_SHOW
        row.save(update_fields=["state"])
        record("queueing.missed", by=None, on=row, agency=row.line.agency)
    return len(rows)


@action
def remind(at: datetime) -> int:
    """Write, a day before, to those who booked earlier than that. Returns how many."""
    due = Appointment.objects.select_for_update(of=("self",), skip_locked=True).select_related("line__agency", "person")
    rows = [
        row
        for row in due.filter(state=State.BOOKED, reminded_at=None, starts_at__gt=at, starts_at__lte=at + _REMINDED)
        if row.made_at < row.starts_at - _REMINDED
    ]
    for row in rows:
        row.reminded_at = at
        row.save(update_fields=["reminded_at"])
        record("queueing.reminded", by=None, on=row, agency=row.line.agency)
        _write("queueing_reminder", row)
    return len(rows)


def _write(template: str, appointment: Appointment) -> None:
    send(
        template,
        to=appointment.person or appointment.phone,
        context={"appointment": appointment, "line": appointment.line, "agency": appointment.line.agency},
        about=f"queueing.appointment:{appointment.pk}",
        link=reverse("queueing:appointment", args=[appointment.key]),
        secret=template == "queueing_code",
    )


def _held(appointment: Appointment) -> Appointment:
    held = Appointment.objects.select_for_update(of=("self",))
    return held.select_related("line__agency", "ticket__line", "person").get(pk=appointment.pk)
