"""Booking a slot, and what becomes of it."""

from datetime import date, datetime, time, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from tinhso.blocks.cases.models import Procedure, ProcedureVersion
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.identity.actions import open_account
from tinhso.blocks.identity.models import Account
from tinhso.blocks.messaging.models import Message
from tinhso.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from tinhso.kernel.time import local
from tinhso.services.queueing.actions.appointments import (
    book,
    cancel,
    check_in,
    confirm,
    end_slots,
    mark_missed,
    plan_slots,
    remind,
)
from tinhso.services.queueing.actions.counters import call_next, finish
from tinhso.services.queueing.actions.setup import set_line
from tinhso.services.queueing.actions.tickets import take_ticket
from tinhso.services.queueing.booking_tables import Appointment, SlotPlan
from tinhso.services.queueing.slots import appointment_by_code, days_with_slots
from tinhso.services.queueing.tests.conftest import Office

pytestmark = pytest.mark.django_db
PHONE = "0913000111"
NINE_TOMORROW = MONDAY + timedelta(days=1)


@pytest.fixture
def plan(office: Office) -> SlotPlan:
    """Two at a time, from nine to half past ten, on working days."""
    hours = {"start": time(9), "end": time(10, 30), "minutes": 30}
    return plan_slots(office.births, weekdays=range(1, 6), capacity=2, by=office.head, **hours)


def _booked(office: Office, town: Town, at: datetime = MONDAY, starts_at: datetime = NINE_TOMORROW) -> Appointment:
    return book(office.births, starts_at, by=town.citizen, at=at)


def test_slots_lie_in_working_hours_of_the_next_two_weeks(office: Office, plan: SlotPlan) -> None:
    days = days_with_slots(office.births, MONDAY)
    assert [f"{local(slot.starts_at):%H:%M}" for slot in days[NINE_TOMORROW.date()]] == ["09:00", "09:30", "10:00"]
    assert [f"{local(slot.starts_at):%H:%M}" for slot in days[MONDAY.date()]] == ["09:30", "10:00"], "half an hour ahead"
    assert all(day.isoweekday() <= 5 for day in days)
    assert max(days) <= MONDAY.date() + timedelta(days=14)
    assert date(2026, 11, 24) not in days, "Culture Day"
    end_slots(plan, by=office.head)
    assert days_with_slots(office.births, MONDAY) == {}


def test_a_full_slot_takes_nobody(office: Office, plan: SlotPlan, town: Town) -> None:
    _booked(office, town)
    book(office.births, NINE_TOMORROW, by=town.stranger, at=MONDAY)
    with pytest.raises(WrongState):
        book(office.births, NINE_TOMORROW, by=town.specialist, at=MONDAY)
    cancel(Appointment.objects.earliest("pk"), by=town.citizen)
    assert book(office.births, NINE_TOMORROW, by=town.specialist, at=MONDAY)


def test_nobody_hoards_appointments(office: Office, plan: SlotPlan, town: Town) -> None:
    for hour in range(2):
        _booked(office, town, starts_at=NINE_TOMORROW + timedelta(minutes=30 * hour))
    with pytest.raises(WrongState):
        _booked(office, town, starts_at=NINE_TOMORROW + timedelta(hours=1))


def test_a_telephone_number_is_proved_by_its_code_within_ten_minutes(office: Office, plan: SlotPlan, town: Town) -> None:
    held = book(office.births, NINE_TOMORROW, by=None, phone=PHONE, at=MONDAY)
    assert held.state == Appointment.State.PENDING
    assert held.code in Message.objects.get(address=PHONE).body
    with pytest.raises(Invalid):
        confirm(held, "AAAAAAAA", at=MONDAY)
    with pytest.raises(WrongState):
        confirm(held, held.code, at=MONDAY + timedelta(minutes=11))
    assert confirm(held, held.code.lower(), at=MONDAY + timedelta(minutes=9)).state == Appointment.State.BOOKED
    assert appointment_by_code(held.code, phone=PHONE) == held
    with pytest.raises(NotFound):
        appointment_by_code(held.code, phone="0913000999")
    with pytest.raises(NotFound):
        appointment_by_code(_booked(office, town).code, phone="")


def test_a_slot_held_and_not_confirmed_is_free_again(office: Office, plan: SlotPlan) -> None:
    for phone in (PHONE, "0913000112"):
        book(office.births, NINE_TOMORROW, by=None, phone=phone, at=MONDAY)
    first = lambda at: days_with_slots(office.births, at)[NINE_TOMORROW.date()][0].starts_at  # noqa: E731
    assert first(MONDAY) > NINE_TOMORROW
    assert first(MONDAY + timedelta(minutes=11)) == NINE_TOMORROW


def test_at_its_time_an_appointment_goes_before_others_and_not_sooner(office: Office, plan: SlotPlan, town: Town) -> None:
    appointment = _booked(office, town)
    early = NINE_TOMORROW - timedelta(minutes=20)
    ticket = check_in(appointment, by=office.kiosk, at=early)
    assert check_in(appointment, by=office.kiosk, at=early) == ticket, "twice is once"
    others = [take_ticket(office.births, by=office.kiosk, at=early + timedelta(minutes=n)) for n in range(2)]
    sitting, called = office.sits(office.clerk), []
    for at in (early + timedelta(minutes=5), NINE_TOMORROW, NINE_TOMORROW + timedelta(minutes=9)):
        turn = call_next(sitting, by=office.clerk, at=at)
        assert turn
        called.append(turn.ticket.pk)
        finish(turn, by=office.clerk, at=at + timedelta(minutes=1))
    assert called == [others[0].pk, ticket.pk, others[1].pk]


def test_who_is_late_waits_like_the_others_and_who_is_too_late_has_missed_it(office: Office, plan: SlotPlan, town: Town) -> None:
    late = check_in(_booked(office, town), by=office.kiosk, at=NINE_TOMORROW + timedelta(minutes=15))
    assert not late.booked
    missed = book(office.births, NINE_TOMORROW, by=town.stranger, at=MONDAY)
    for at in (NINE_TOMORROW - timedelta(hours=2), NINE_TOMORROW + timedelta(minutes=31)):
        with pytest.raises(WrongState):
            check_in(missed, by=office.kiosk, at=at)
    assert mark_missed(NINE_TOMORROW + timedelta(minutes=30)) == 0
    assert mark_missed(NINE_TOMORROW + timedelta(minutes=31)) == 1
    missed.refresh_from_db()
    assert missed.state == Appointment.State.NO_SHOW
    with pytest.raises(WrongState):
        cancel(missed, by=None)


def test_a_day_before_one_is_reminded_once(office: Office, plan: SlotPlan, town: Town) -> None:
    thursday = NINE_TOMORROW + timedelta(days=2)
    _booked(office, town, starts_at=thursday)
    assert remind(thursday - timedelta(hours=30)) == 0
    assert remind(thursday - timedelta(hours=24)) == 1
    assert remind(thursday - timedelta(hours=23)) == 0
    assert Message.objects.filter(template="queueing_reminder", person=town.citizen).exists()


def test_only_the_head_opens_slots(office: Office) -> None:
    hours = {"start": time(9), "end": time(10), "minutes": 30, "capacity": 1}
    with pytest.raises(NotAllowed):
        plan_slots(office.births, weekdays=[1], by=office.clerk, **hours)
    with pytest.raises(Invalid):
        plan_slots(office.births, weekdays=[], by=office.head, **hours)
    with pytest.raises(Invalid):
        plan_slots(office.births, weekdays=[1], by=office.head, **hours | {"end": time(8)})


# ---- screens ----


def _first_slot(office: Office) -> str:
    return next(iter(days_with_slots(office.births, now()).values()))[0].starts_at.isoformat()


def test_without_an_account_one_books_by_telephone(office: Office, plan: SlotPlan, client: Client) -> None:
    assert "Hộ tịch" in client.get(reverse("queueing:book")).content.decode()
    address = reverse("queueing:slots", args=[office.births.pk])
    assert "còn 2 chỗ" in client.get(address).content.decode()
    slot = _first_slot(office)
    assert client.post(address, {"slot": slot}).status_code == 422, "no number"
    assert client.post(address, {"slot": "soon", "phone": PHONE}).status_code == 422
    page = client.post(address, {"slot": slot, "phone": PHONE}, follow=True)
    assert "Mã trong tin nhắn" in page.content.decode()
    appointment = Appointment.objects.get()
    own = reverse("queueing:appointment", args=[appointment.key])
    assert appointment.code not in page.content.decode()
    assert client.post(own, {"act": "xac-nhan", "code": "X"}).status_code == 422
    assert "<svg" in client.post(own, {"act": "xac-nhan", "code": appointment.code}, follow=True).content.decode()
    found = client.post(reverse("queueing:book"), {"phone": PHONE, "code": appointment.code})
    assert found.headers["Location"] == own
    assert "Đã hủy" in client.post(own, {"act": "huy"}, follow=True).content.decode()


def test_with_an_account_one_click_books(office: Office, plan: SlotPlan, town: Town, client: Client) -> None:
    client.force_login(open_account(kind=Account.Kind.CITIZEN, person=town.citizen, username="anh", by=None))
    answer = client.post(reverse("queueing:slots", args=[office.births.pk]), {"slot": _first_slot(office)}, follow=True)
    assert "<svg" in answer.content.decode()
    assert Appointment.objects.get().state == Appointment.State.BOOKED
    assert "Lịch hẹn của bạn" in client.get(reverse("queueing:book")).content.decode()


def test_the_kiosk_reads_the_code_of_an_appointment(office: Office, plan: SlotPlan, town: Town, client: Client) -> None:
    appointment = _booked(office, town)
    Appointment.objects.filter(pk=appointment.pk).update(starts_at=now() + timedelta(minutes=10))
    kiosk = reverse("queueing:kiosk", args=[office.kiosk_token])
    assert client.post(kiosk, {"collect": "1", "code": "LH77777777"}).status_code == 404
    assert client.post(kiosk, {"collect": "1", "code": f"lh{appointment.code.lower()}"}).status_code == 302
    appointment.refresh_from_db()
    assert appointment.ticket
    assert appointment.state == Appointment.State.ARRIVED


def test_the_head_opens_and_closes_slots_on_screen(office: Office, client: Client) -> None:
    client.force_login(open_account(kind=Account.Kind.STAFF, person=office.head, username="head", by=None))
    given = {"line": office.births.pk, "days": ["1", "3"], "start": "07:30", "end": "11:00", "minutes": "30", "capacity": "3"}
    assert client.post(reverse("queueing:slot_plans"), given).status_code == 302
    assert client.post(reverse("queueing:slot_plans"), given | {"start": "bảy giờ"}).status_code == 422
    plan = SlotPlan.objects.get()
    assert plan.weekdays == [1, 3]
    client.post(reverse("queueing:end_slots", args=[plan.pk]))
    assert not SlotPlan.objects.filter(active=True).exists()


def test_a_procedure_s_page_leads_to_the_offices_and_lines_where_it_is_handed_in(
    office: Office, plan: SlotPlan, version: ProcedureVersion, client: Client
) -> None:
    hours = {"start": time(9), "end": time(10, 30), "minutes": 30}
    land = set_line(office.agency, "D", title="Đất đai", fields=["DD"], by=office.head)
    for line in (land, office.collecting):
        plan_slots(line, weekdays=range(1, 6), capacity=2, by=office.head, **hours)
    here = f"/hang-cho/dat-lich/?thu-tuc={version.procedure.code}"
    assert here in client.get(f"/thu-tuc/{version.procedure.code}/").content.decode()
    page = client.get(here).content.decode()
    assert office.births.title in page
    assert land.title not in page
    assert office.collecting.title not in page
    set_line(
        office.agency, office.births.letter, title=office.births.title, fields=[version.procedure.field_code], by=office.head
    )
    assert office.births.title in client.get(here).content.decode()
    Procedure.objects.update(level="province")
    assert "Chưa có nơi nào nhận đặt lịch hẹn cho thủ tục này" in client.get(here).content.decode()
