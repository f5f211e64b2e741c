"""Administrators see what could not be sent, without personal values, and act on it."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from tinhso.blocks.cases.actions.intake import Applicant
from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.tests.conftest import Town
from tinhso.blocks.directory.actions import appoint, create_post, register_person
from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.actions import open_account
from tinhso.blocks.identity.models import Account
from tinhso.services.national_portal.actions.catalogue import download
from tinhso.services.national_portal.actions.comparing import compare
from tinhso.services.national_portal.health import check_exchange
from tinhso.services.national_portal.models import Comparison, DemoCase, Difference, Message, PortalProcedure
from tinhso.services.national_portal.tests.conftest import Line

HOME = "/tich-hop/cong-quoc-gia/"
State = Message.State


@pytest.fixture
def admin(line: Line, town: Town) -> Person:
    person = register_person("Bùi Quốc Trị", by=None)
    appoint(person, create_post(town.province, "Quản trị", roles=["admin"], by=None), valid_from=date(2025, 1, 1), by=None)
    return person


def _browser(person: Person) -> Client:
    client = Client()
    client.force_login(open_account(kind=Account.Kind.STAFF, person=person, username=f"p{person.pk}", by=None))
    return client


@pytest.fixture
def desk(admin: Person) -> Client:
    return _browser(admin)


@pytest.fixture
def dead(line: Line, submitted: Callable[..., Case], town: Town) -> Message:
    case = submitted(
        applicant=Applicant(name="Đặng Thị Ánh", identity_number="082190000123", phone="sai số", person=town.citizen)
    )
    line.send(case)
    return Message.objects.get(case=case, state=State.DEAD)


def test_what_could_not_be_sent_is_listed_and_shown_without_personal_values(desk: Client, dead: Message) -> None:
    page = desk.get(HOME, {"tinh-trang": "dead"}).content.decode()
    assert dead.case.code in page
    page = desk.get(f"{HOME}tin/{dead.pk}/").content.decode()
    assert "SoDienThoai" in page
    assert "Ánh" not in page
    assert "082190000123" not in page
    assert "•••123" in page


def test_after_the_case_is_corrected_it_is_sent_again(desk: Client, dead: Message, line: Line) -> None:
    dead.case.parties.update(phone="0900000001")
    assert desk.post(f"{HOME}gui-lai/", {"message": dead.pk}).status_code == 302
    line.wait(days=300)
    line.send()
    dead.refresh_from_db()
    assert dead.state == State.SENT


def test_a_message_is_dropped_only_with_a_reason_and_lets_the_others_go(desk: Client, dead: Message) -> None:
    assert desk.post(f"{HOME}tin/{dead.pk}/bo/", {"reason": " "}).status_code == 422
    assert desk.post(f"{HOME}tin/{dead.pk}/bo/", {"reason": "Hồ sơ thử"}).status_code == 302
    dead.refresh_from_db()
    assert (dead.state, dead.reason) == (State.DROPPED, "Hồ sơ thử")
    assert desk.post(f"{HOME}tin/{dead.pk}/gui-lai/").status_code == 409


def test_reception_sees_nothing_of_it(dead: Message, town: Town) -> None:
    client = _browser(town.clerk)
    assert client.get(HOME).status_code == 403
    assert client.post(f"{HOME}tin/{dead.pk}/gui-lai/").status_code == 403


def test_the_status_page_counts_what_could_not_be_sent(dead: Message) -> None:
    (check,) = check_exchange()
    assert (check.state, "1 tin không gửi được" in check.detail) == ("failed", True)


def test_without_trouble_the_check_says_that_it_is_the_sample_portal(line: Line) -> None:
    (check,) = check_exchange()
    assert check.state == "ok: demo"


def test_a_comparison_finds_what_the_portal_lost_or_changed(line: Line, accepted: Case, submitted: Callable[..., Case]) -> None:
    other = submitted()
    line.send(accepted)
    line.send(other)
    compare(line.options, clock=lambda: line.now)
    assert not Difference.objects.exists()
    DemoCase.objects.filter(pk=accepted.code).update(status=8)
    DemoCase.objects.filter(pk=other.code).delete()
    run = compare(line.options, clock=lambda: line.now)
    assert (run.compared, run.missing, run.different) == (2, 1, 1)
    assert set(Difference.objects.values_list("case", "ours", "theirs")) == {(accepted.pk, 2, 8), (other.pk, 1, None)}


def test_a_difference_is_mended_by_telling_the_case_again(desk: Client, line: Line, accepted: Case) -> None:
    line.send(accepted)
    DemoCase.objects.filter(pk=accepted.code).update(status=1)
    compare(line.options, clock=lambda: line.now)
    assert "ta đã báo" in desk.get(HOME).content.decode()
    assert desk.post(f"{HOME}doi-soat/{accepted.pk}/gui-lai/").status_code == 302
    line.wait(days=300)
    line.send()
    compare(line.options, clock=lambda: line.now)
    assert not Difference.objects.exists()


def test_a_comparison_stops_when_the_portal_does_not_answer(line: Line, accepted: Case) -> None:
    line.send(accepted)
    line.fault("broken")
    run = compare(line.options, clock=lambda: line.now)
    assert (run.compared, run.unanswered) == (0, 1)
    assert Comparison.objects.get().ended_at


def test_the_catalogue_is_downloaded_and_compared(line: Line, desk: Client) -> None:
    assert download(line.options) == 5
    assert PortalProcedure.objects.get(pk="1.001193").name == "Đăng ký khai sinh"
    assert desk.get(f"{HOME}danh-muc/").status_code == 200


def test_the_screen_lets_the_sample_portal_misbehave(desk: Client, line: Line, accepted: Case) -> None:
    assert desk.post(f"{HOME}mau/cu-xu/", {"fault": "broken"}).status_code == 302
    assert line.send(accepted).sent == 0
