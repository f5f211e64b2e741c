"""Calendars on screen: read, changed after a preview, and never past a colleague's change. Monday is 16 November 2026."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.directory.actions import appoint, create_post, register_person
from tinhso.blocks.directory.actions.calendars import set_agency_hours, set_calendar_day
from tinhso.blocks.directory.models import CalendarDay, DayKind, OpeningHours, Person
from tinhso.blocks.identity.actions import open_account
from tinhso.blocks.identity.models import Account
from tinhso.kernel.time import local
from tinhso.services.shared_data.calendars import views

Monkey = pytest.MonkeyPatch
Submit = Callable[..., Case]
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "07:30-11:30, 13:00-17:00")
CLOSED = {"nghi_tu": "18/11/2026", "ly_do": "Mất điện", "can_cu": "Thông báo số 5/TB-UBND"}


@pytest.fixture
def keeper(town: Town) -> Person:
    person = register_person("Bùi Quản Trị", by=None)
    appoint(person, create_post(town.province, "Quản trị", roles=["admin"], by=None), valid_from=date(2025, 1, 1), by=None)
    return person


@pytest.fixture
def keeping(client: Client, keeper: Person) -> Client:
    client.force_login(open_account(kind=Account.Kind.STAFF, username="quantri", person=keeper, by=None))
    return client


@pytest.fixture
def case(town: Town, submitted: Submit) -> Case:
    """Accepted on Monday, due on Thursday at 17:00."""
    return accept_case(submitted(), by=town.clerk, at=MONDAY)


def address(town: Town, what: str = "") -> str:
    return f"/don-vi/lich-lam-viec/{town.agency.pk}/{what}"


def confirm(keeping: Client, where: str, said: dict[str, str]) -> HttpResponse:
    """Look, then confirm what was seen."""
    seen = keeping.get(where, said)
    return keeping.post(where, {"seen": seen.context["version"]}, query_params=said)


def test_the_list_says_who_has_hours_and_days_of_their_own(keeping: Client, town: Town) -> None:
    set_agency_hours(town.agency, {"mon": ["08:00-10:00"]}, by=None)
    page = keeping.get("/don-vi/lich-lam-viec/", {"q": "dao thanh"})
    assert "Giờ riêng" in page.text
    assert "UBND phường Đạo Thạnh" in page.text
    assert "UBND tỉnh Đồng Tháp" not in page.text


def test_a_calendar_shows_each_day_with_who_said_so_and_on_what_ground(keeping: Client, town: Town) -> None:
    set_calendar_day(date(2026, 11, 18), DayKind.OFF, "Nghỉ lễ hội", agency=town.province, source="QĐ 7/QĐ-UBND", by=None)
    set_agency_hours(town.agency, {"mon": ["08:00-10:00"]}, first=date(2026, 12, 1), source="QĐ 9/QĐ-UBND", by=None)
    page = keeping.get(address(town), {"nam": "2026"}).text
    for text in ("Nghỉ lễ hội", "QĐ 7/QĐ-UBND", "Quốc khánh", "Cả nước", "Từ 01/12/2026", "QĐ 9/QĐ-UBND", "Đến 30/11/2026"):
        assert text in page


def test_the_preview_shows_the_cases_with_both_dates_and_changes_nothing(keeping: Client, town: Town, case: Case) -> None:
    page = keeping.get(address(town, "ngay/"), CLOSED)
    assert case.code in page.text
    assert "17:00 ngày 19/11/2026" in page.text
    assert "17:00 ngày 20/11/2026" in page.text
    assert (page.context["count"], page.context["later"], page.context["earlier"]) == (1, 1, 0)
    assert not CalendarDay.objects.exists()


def test_what_was_confirmed_is_done_in_one_go(keeping: Client, town: Town, case: Case) -> None:
    assert confirm(keeping, address(town, "ngay/"), CLOSED).status_code == 302
    case.refresh_from_db()
    assert local(case.due_at) == datetime(2026, 11, 20, 17, tzinfo=local(case.due_at).tzinfo)
    day = CalendarDay.objects.get()
    assert (day.agency, day.reason, day.source) == (town.agency, "Mất điện", "Thông báo số 5/TB-UBND")


def test_a_colleague_s_change_in_between_asks_for_another_look(keeping: Client, town: Town, case: Case) -> None:
    seen = keeping.get(address(town, "ngay/"), CLOSED).context["version"]
    set_calendar_day(date(2026, 11, 17), DayKind.OFF, "Bão", agency=town.province, by=None)
    refused = keeping.post(address(town, "ngay/"), {"seen": seen}, query_params=CLOSED)
    assert refused.status_code == 409
    assert "người khác thay đổi" in refused.text
    assert not CalendarDay.objects.filter(agency=town.agency).exists()
    again = keeping.post(address(town, "ngay/"), {"seen": refused.context["version"]}, query_params=CLOSED)
    assert again.status_code == 302


def test_confirming_twice_does_it_once(keeping: Client, town: Town, case: Case) -> None:
    seen = keeping.get(address(town, "ngay/"), CLOSED).context["version"]
    answers = [keeping.post(address(town, "ngay/"), {"seen": seen}, query_params=CLOSED).status_code for _ in range(2)]
    assert answers == [302, 409]
    assert case.reappointments.count() == 1


def test_what_cannot_be_understood_is_said_beside_the_field_and_nothing_typed_is_lost(keeping: Client, town: Town) -> None:
    page = keeping.get(address(town, "ngay/"), {**CLOSED, "nghi_tu": "31/02/2026", "lam_bu": "mai", "gio": "9-8", "ly_do": ""})
    assert page.status_code == 422
    for text in ("Hãy ghi ngày như 30/06/2026.", "“mai”", "Hãy ghi lý do.", 'value="31/02/2026"', "Thông báo số 5/TB-UBND"):
        assert text in page.text


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"nghi_tu": "21/11/2026", "nghi_den": "22/11/2026"}, "vốn đã là ngày nghỉ"),
        ({"lam_bu": "18/11/2026"}, "vốn đã là ngày làm việc"),
        ({"nghi_tu": "18/11/2026", "lam_bu": "18/11/2026"}, "vừa nghỉ vừa làm việc"),
        ({"nghi_tu": "18/11/2026", "nghi_den": "17/11/2026"}, "Ngày cuối phải sau ngày đầu"),
        ({"nghi_den": "17/11/2026"}, "Hãy ghi ngày bắt đầu nghỉ"),
        ({}, "Hãy ghi ngày nghỉ"),
        ({"nghi_tu": "01/01/2026", "nghi_den": "01/06/2026"}, "nhiều nhất 62 ngày"),
    ],
)
def test_days_that_make_no_sense_are_refused(keeping: Client, town: Town, said: dict[str, str], problem: str) -> None:
    page = keeping.get(address(town, "ngay/"), {**said, "ly_do": "x"})
    assert page.status_code == 422
    assert problem in page.text


def test_a_swap_closes_one_day_and_works_another(keeping: Client, town: Town, case: Case) -> None:
    said = {"nghi_tu": "18/11/2026", "lam_bu": "21/11/2026", "ly_do": "Hoán đổi", "gio": "07:00-11:00"}
    confirm(keeping, address(town, "ngay/"), said)
    assert {(one.date.day, one.kind) for one in CalendarDay.objects.all()} == {(18, "off"), (21, "working")}
    assert CalendarDay.objects.get(kind="working").hours == ["07:00-11:00"]


def test_a_day_is_corrected_from_what_was_entered_and_taken_back(keeping: Client, town: Town, case: Case) -> None:
    confirm(keeping, address(town, "ngay/"), CLOSED)
    form = keeping.get(address(town, "ngay/"), {"ngay": "2026-11-18"})
    assert 'value="18/11/2026"' in form.text
    assert 'value="Mất điện"' in form.text
    confirm(keeping, address(town, "bo-ngay/"), {"ngay": "2026-11-18"})
    assert not CalendarDay.objects.exists()
    assert Case.objects.get(pk=case.pk).due_at == case.due_at
    assert keeping.get(address(town, "bo-ngay/"), {"ngay": "2026-11-18"}).status_code == 422


def test_hours_of_next_month_leave_the_cases_due_before_alone(keeping: Client, town: Town, case: Case) -> None:
    later = {"tu_ngay": "01/12/2026", **WEEK, "fri": "07:30-11:30"}
    assert keeping.get(address(town, "gio/"), later).context["count"] == 0
    at_once = keeping.get(address(town, "gio/"), {**WEEK, "tu_ngay": "17/11/2026", "thu": "07:30-11:30"})
    assert "11:30 ngày 19/11/2026" in at_once.text
    assert at_once.context["earlier"] == 1
    confirm(keeping, address(town, "gio/"), {**later, "can_cu": "QĐ 3/QĐ-UBND"})
    assert (OpeningHours.objects.get().valid_from, OpeningHours.objects.get().source) == (date(2026, 12, 1), "QĐ 3/QĐ-UBND")
    confirm(keeping, address(town, "gio/"), {"tu_ngay": "01/01/2027", "theo_tren": "on"})
    assert OpeningHours.objects.get().valid_to == date(2026, 12, 31)


def test_hours_without_a_day_or_malformed_are_refused(keeping: Client, town: Town) -> None:
    empty = keeping.get(address(town, "gio/"), {"tu_ngay": "01/12/2026"})
    assert "ít nhất một ngày" in empty.text
    wrong = keeping.get(address(town, "gio/"), {"tu_ngay": "01/12/2026", "den_ngay": "30/11/2026", "mon": "7h-11h"})
    assert "“7h-11h”" in wrong.text
    assert keeping.get(address(town, "gio/"), {"tu_ngay": "02/12/2026", "den_ngay": "30/11/2026", **WEEK}).status_code == 422


def test_the_list_of_cases_can_be_taken_along(keeping: Client, town: Town, case: Case) -> None:
    sheet = keeping.get(address(town, "ngay/"), {**CLOSED, "dang": "csv"})
    lines = sheet.content.decode("utf-8-sig").splitlines()
    assert case.code in lines[1]
    assert "2026-11-19 17:00,2026-11-20 17:00" in lines[1]
    assert len(lines) == 2 + case.steps.filter(done_at=None).count()


def test_many_cases_are_shown_page_by_page(keeping: Client, town: Town, submitted: Submit, monkeypatch: Monkey) -> None:
    monkeypatch.setattr(views, "_A_PAGE", 2)
    for _ in range(3):
        accept_case(submitted(), by=town.clerk, at=MONDAY - timedelta(minutes=5))
    pages = [keeping.get(address(town, "ngay/"), {**CLOSED, "trang": number}).context["page"] for number in ("", "1", "99")]
    assert [len(page.rows) for page in pages] == [2, 1, 1]
    assert [(page.previous, page.next) for page in pages] == [(None, "1"), ("0", None), ("0", None)]


def test_a_keeper_of_one_agency_knows_nothing_of_others(client: Client, town: Town) -> None:
    person = register_person("Võ Quản Trị", by=None)
    appoint(person, create_post(town.agency, "Quản trị", roles=["admin"], by=None), valid_from=date(2025, 1, 1), by=None)
    client.force_login(open_account(kind=Account.Kind.STAFF, username="quantri2", person=person, by=None))
    assert client.get(address(town)).status_code == 200
    assert client.get(f"/don-vi/lich-lam-viec/{town.province.pk}/").status_code == 404
