"""Kiosk, call screen, telephone, counter, set-up and figures, through their addresses."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from tinhso.blocks.cases.models import Case, Status
from tinhso.blocks.cases.tests.conftest import Town
from tinhso.blocks.directory.actions import appoint, create_agency, create_post
from tinhso.blocks.directory.models import AgencyKind, Person
from tinhso.blocks.identity.actions import open_account
from tinhso.blocks.identity.models import Account
from tinhso.services.queueing import voice
from tinhso.services.queueing.actions.counters import begin, call_next, finish, open_counter
from tinhso.services.queueing.actions.setup import revoke_device, set_counters, set_line
from tinhso.services.queueing.actions.tickets import take_ticket
from tinhso.services.queueing.figures import figures, minutes
from tinhso.services.queueing.models import Device, Line, Sitting, Ticket, Turn
from tinhso.services.queueing.queries import token_digest
from tinhso.services.queueing.tests.conftest import Office

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Callable[[Person], Client]:
    def sit_down(person: Person) -> Client:
        client = Client()
        client.force_login(open_account(kind=Account.Kind.STAFF, person=person, username=f"p{person.pk}", by=None))
        return client

    return sit_down


def _kiosk(office: Office) -> str:
    return reverse("queueing:kiosk", args=[office.kiosk_token])


def _screen(office: Office, part: str = "screen") -> str:
    return reverse(f"queueing:{part}", args=[office.screen_token])


# ---- devices ----


def test_a_tap_gives_a_slip_with_the_place_as_qr(office: Office, client: Client) -> None:
    answer = client.post(_kiosk(office), {"line": "A", "priority": "elderly", "key": "1"}, follow=True)
    page = answer.content.decode()
    ticket = Ticket.objects.get()
    assert "A001" in page
    assert "<svg" in page
    assert ticket.priority == "elderly"
    assert client.post(_kiosk(office), {"line": "A", "key": "1"}).headers["Location"].endswith(f"{ticket.key}/")
    assert Ticket.objects.count() == 1


def test_a_device_is_known_by_its_secret_which_is_not_kept(office: Office, client: Client) -> None:
    assert office.kiosk.token_digest == token_digest(office.kiosk_token)
    assert client.get(reverse("queueing:screen", args=[office.kiosk_token])).status_code == 404
    assert client.get(_kiosk(office)).status_code == 200
    revoke_device(office.kiosk, by=office.head)
    assert client.get(_kiosk(office)).status_code == 404
    assert client.post(_kiosk(office), {"line": "A"}).status_code == 404


def test_whose_result_is_ready_gets_a_number_for_collecting_it(
    office: Office, client: Client, submitted: Callable[..., Case]
) -> None:
    case = submitted()
    scanned = {"collect": "1", "code": f"https://example.vn/ho-so/{case.code}/"}
    assert client.post(_kiosk(office), scanned).status_code == 404, "not ready"
    Case.objects.filter(pk=case.pk).update(status=Status.DONE, received_at=now(), ended_at=now())
    assert client.post(_kiosk(office), scanned).status_code == 302
    ticket = Ticket.objects.select_related("line").get()
    assert (ticket.label, ticket.case) == ("C001", case)


@pytest.mark.parametrize("wrong", [{"line": "Z"}, {}, {"collect": "1", "code": "xin chào"}, {"line": "A", "priority": "vip"}])
def test_the_kiosk_says_what_is_wrong(office: Office, client: Client, wrong: dict[str, str]) -> None:
    answer = client.post(_kiosk(office), wrong)
    assert answer.status_code in {404, 422}
    assert 'role="alert"' in answer.content.decode()
    assert not Ticket.objects.exists()


def test_the_screen_shows_numbers_and_no_names(office: Office, client: Client) -> None:
    for _ in range(2):
        take_ticket(office.births, by=office.kiosk)
    call_next(office.sits(office.clerk), by=office.clerk)
    page = client.get(_screen(office)).content.decode()
    assert "A001" in page
    assert "A002" in page
    assert office.clerk.full_name not in page
    assert "Mời khách có số a, một, đến quầy số một." in page


def test_a_screen_asks_with_few_queries(office: Office, client: Client, django_assert_max_num_queries) -> None:
    for _ in range(5):
        take_ticket(office.births, by=office.kiosk)
    client.get(_screen(office))
    with django_assert_max_num_queries(3):
        client.get(_screen(office, "board"))


def test_a_call_is_spoken_where_the_program_is_there(office: Office, client: Client) -> None:
    take_ticket(office.births, by=office.kiosk)
    turn = call_next(office.sits(office.clerk), by=office.clerk)
    assert turn
    answer = client.get(reverse("queueing:voice", args=[office.screen_token, turn.pk]))
    if voice.voice_check().state == "ok":
        assert answer.content[:4] == b"RIFF"
        assert len(answer.content) > 10_000
    else:
        assert answer.status_code == 404
    assert client.get(reverse("queueing:voice", args=[office.screen_token, 0])).status_code == 404


def test_numbers_are_spoken_as_people_say_them(office: Office) -> None:
    turn = Turn(ticket=Ticket(line=Line(letter="B"), number=105), counter=office.counters[1])
    assert voice.words_of(turn) == "Mời khách có số bê, một trăm linh năm, đến quầy số hai."


# ---- the telephone ----


def test_the_telephone_shows_who_is_before_and_then_the_counter(office: Office, client: Client) -> None:
    first, second = (take_ticket(office.births, by=office.kiosk) for _ in range(2))
    address = reverse("queueing:ticket", args=[second.key])
    assert "1 người" in client.get(address).content.decode()
    sitting = office.sits(office.clerk)
    turn = call_next(sitting, by=office.clerk)
    assert turn
    assert turn.ticket == first
    finish(turn, by=office.clerk)
    call_next(sitting, by=office.clerk)
    assert "quầy 1" in client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert client.get(reverse("queueing:ticket", args=["none"])).status_code == 404


def test_who_waits_may_leave(office: Office, client: Client) -> None:
    ticket = take_ticket(office.births, by=office.kiosk)
    client.post(reverse("queueing:ticket", args=[ticket.key]), {"act": "bo"})
    ticket.refresh_from_db()
    assert ticket.state == Ticket.State.CANCELLED


# ---- the counter ----


def test_a_morning_at_the_counter(office: Office, desk: Callable[[Person], Client]) -> None:
    take_ticket(office.births, by=office.kiosk)
    take_ticket(office.births, by=office.kiosk)
    clerk = desk(office.clerk)
    clerk.post(reverse("queueing:open"), {"counter": office.counters[0].pk, "lines": [office.births.pk]})
    assert "A001" in clerk.post(reverse("queueing:call"), follow=True).content.decode()
    turn = Turn.objects.get()
    begun = clerk.post(reverse("queueing:turn", args=[turn.pk, "bat-dau"]), {"form": "1"}, follow=True)
    assert begun.redirect_chain[-1][0] == reverse("onestop:counter")
    assert "A001 · Về quầy" in begun.content.decode()
    clerk.post(reverse("queueing:turn", args=[turn.pk, "xong"]), {"next": "1"})
    assert Turn.objects.get(ended_at=None).ticket.number == 2
    twice = clerk.post(reverse("queueing:turn", args=[turn.pk, "xong"]), follow=True).content.decode()
    assert "Lượt này đã kết thúc." in twice
    clerk.post(reverse("queueing:turn", args=[Turn.objects.get(ended_at=None).pk, "vang"]))
    assert "Đã quay lại" in clerk.get(reverse("queueing:queue")).content.decode()
    clerk.post(reverse("queueing:close"))
    assert "Về quầy" not in clerk.get(reverse("onestop:counter")).content.decode()


def test_a_turn_is_nobody_elses(office: Office, desk: Callable[[Person], Client]) -> None:
    take_ticket(office.births, by=office.kiosk)
    turn = call_next(office.sits(office.clerk), by=office.clerk)
    assert turn
    colleague = desk(office.colleague)
    assert colleague.post(reverse("queueing:turn", args=[turn.pk, "xong"])).status_code == 404


# ---- set-up ----


def test_the_head_sets_up_lines_counters_and_devices(office: Office, desk: Callable[[Person], Client]) -> None:
    head = desk(office.head)
    line = {"letter": "b", "title": "Chứng thực", "purpose": "apply", "minutes": "6", "active": "on"}
    assert head.post(reverse("queueing:set_line"), line).status_code == 302
    assert Line.objects.get(letter="B").minutes == 6
    assert head.post(reverse("queueing:set_line"), line | {"minutes": "0"}).status_code == 422
    assert head.post(reverse("queueing:set_counters"), {"count": "5"}).status_code == 302
    made = head.post(reverse("queueing:add_device"), {"kind": "screen", "name": "Sảnh"}).content.decode()
    assert "/hang-cho/man-hinh/" in made
    device = Device.objects.latest("pk")
    assert "/hang-cho/man-hinh/" not in head.get(reverse("queueing:setup")).content.decode(), "shown once"
    head.post(reverse("queueing:revoke_device", args=[device.pk]))
    device.refresh_from_db()
    assert device.revoked_at


# ---- figures ----


def test_waiting_and_service_are_counted(office: Office, minute: Callable[[float], datetime]) -> None:
    for n in range(4):
        take_ticket(office.births, by=office.kiosk, at=minute(n))
    sitting = open_counter(office.counters[0], by=office.clerk, lines=[office.births], at=minute(0))
    for n in range(2):
        turn = call_next(sitting, by=office.clerk, at=minute(10 + 10 * n))
        assert turn
        begin(turn, by=office.clerk, at=minute(11 + 10 * n))
        finish(turn, by=office.clerk, at=minute(16 + 10 * n))
    day = minute(0).date()
    (row,) = figures(office.agency, day, day, by="all")
    assert (row.tickets, row.served, minutes(row.wait), minutes(row.service)) == (4, 2, 14.5, 5.0)
    assert minutes(row.wait_90) == 18.1
    assert [row.label for row in figures(office.agency, day, day, by="hour")] == ["09"]
    assert next(row.label for row in figures(office.agency, day, day, by="counter")) == "01"
    assert figures(office.agency, day.replace(month=1), day.replace(month=2), by="all") == []


def test_the_figures_are_a_page_and_a_table(office: Office, town: Town, desk: Callable[[Person], Client]) -> None:
    take_ticket(office.births, by=office.kiosk)
    manager = desk(town.manager)
    assert "Theo giờ lấy số" in manager.get(reverse("queueing:figures")).content.decode()
    table = manager.get(reverse("queueing:figures_table"))
    assert table.content.decode().startswith("\ufeff")
    assert "Hộ tịch" in table.content.decode()
    assert manager.get(reverse("queueing:figures"), {"tu": "2026-02-02", "den": "2026-01-01"}).status_code == 422


def test_a_clerk_with_posts_in_two_offices_chooses_where_they_sit(
    office: Office, town: Town, desk: Callable[[Person], Client]
) -> None:
    other = create_agency(
        name="Chi nhánh một cửa", kind=AgencyKind.OFFICE, unit=office.agency.unit, parent=office.agency, code="H20.99.01", by=None
    )
    post = create_post(other, "Cán bộ một cửa", roles=["reception"], by=None)
    appoint(office.clerk, post, valid_from=now().date().replace(month=1, day=1), by=None)
    line = set_line(other, "B", title="Đất đai", by=None)
    counter = set_counters(other, 1, by=None)[0]
    client = desk(office.clerk)
    page = client.get(reverse("queueing:desk")).content.decode()
    assert f"?co-quan={other.code}" in page
    assert "Đất đai" in client.get(f"{reverse('queueing:desk')}?co-quan={other.code}").content.decode()
    client.post(reverse("queueing:open"), {"co-quan": other.code, "counter": counter.pk, "lines": [line.pk]})
    assert Sitting.objects.get().counter == counter


def test_codes_cannot_be_tried_at_a_kiosk_by_the_hundred(office: Office, client: Client) -> None:
    answers = [client.post(_kiosk(office), {"collect": "", "code": f"LH{number:08d}"}).status_code for number in range(61)]
    assert (answers[59], answers[60]) == (404, 429)
    assert client.post(_kiosk(office), {"line": "A"}).status_code == 302
