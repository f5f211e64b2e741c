"""What each desk sees and does."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils.timezone import now
from lxml import html

from tinhso.blocks.cases.actions.intake import Applicant, HandedIn, accept_case, refuse_case, submit_case
from tinhso.blocks.cases.actions.procedures import install_procedure
from tinhso.blocks.cases.actions.work import complete_step, take_step
from tinhso.blocks.cases.loading import load_folder
from tinhso.blocks.cases.models import Case, CaseInvoice, ProcedureVersion, Status, Step
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.cases.tests.folder import PROCEDURE, PROCESS, write_folder
from tinhso.blocks.directory.actions import register_person
from tinhso.blocks.directory.models import Person
from tinhso.blocks.messaging.models import Message
from tinhso.blocks.payments.actions import create_invoice, pay_cash
from tinhso.kernel.audit.models import AuditEntry

Desk = Callable[[Person], Client]
Submit = Callable[..., Case]
COUNTER = "/mot-cua/tiep-nhan/quay/"


def text(client: Client, address: str) -> str:
    answer = client.get(address, follow=True)
    assert answer.status_code == 200, address
    return answer.content.decode()


def to_sign(submitted: Submit, town: Town) -> Step:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    for node in ("review", "check", "draft"):
        complete_step(case.steps.select_related("case").get(node=node, done_at=None), by=town.specialist, at=MONDAY)
    return case.steps.get(node="sign")


def test_a_specialist_searches_only_among_the_cases_that_came_to_the_role(town: Town, submitted: Submit, desk: Desk) -> None:
    hidden, seen = submitted(), accept_case(submitted(), by=town.clerk, at=MONDAY)
    page = text(desk(town.specialist), "/mot-cua/ho-so/")
    assert seen.code in page
    assert hidden.code not in page
    assert 'href="/mot-cua/ho-so/"' in page


def test_typing_a_code_opens_the_case(town: Town, submitted: Submit, desk: Desk) -> None:
    case = submitted()
    assert desk(town.clerk).get("/mot-cua/ho-so/", {"q": case.code.lower()}).url == f"/mot-cua/ho-so/{case.code}/"  # type: ignore[attr-defined]


def test_the_shares_of_work_say_how_much_is_in_each(town: Town, submitted: Submit, desk: Desk) -> None:
    late, taken = (accept_case(submitted(at=at), by=town.clerk, at=at) for at in (now() - timedelta(days=30), now()))
    take_step(taken.steps.select_related("case").get(node="review"), by=town.specialist)
    client = desk(town.specialist)

    shares = {tab["title"]: tab["count"] for tab in client.get("/mot-cua/").context["tabs"][:5]}

    assert {str(title): count for title, count in shares.items()} == {
        "Tất cả": "4", "Quá hạn": "2", "Hết hạn hôm nay": "0", "Tôi đã nhận": "1", "Chưa ai nhận": "3",
    }  # fmt: skip
    assert late.code in text(client, "/mot-cua/?phan=qua-han")
    assert taken.code not in text(client, "/mot-cua/?phan=qua-han")


def test_reception_sees_how_long_it_may_still_take_to_answer(town: Town, submitted: Submit, desk: Desk) -> None:
    submitted(at=now() - timedelta(days=20))
    assert "Quá hạn" in text(desk(town.clerk), "/mot-cua/tiep-nhan/")


def test_after_the_last_task_the_next_case_is_offered(town: Town, submitted: Submit, desk: Desk) -> None:
    first, second = (accept_case(submitted(), by=town.clerk, at=MONDAY) for _ in range(2))
    client = desk(town.specialist)
    for node in ("review", "check", "draft"):
        step = first.steps.get(node=node, done_at=None)
        client.post(f"/mot-cua/ho-so/{first.code}/buoc/{step.pk}/")
    page = text(client, f"/mot-cua/ho-so/{first.code}/")
    assert "Việc tiếp theo của bạn" in page
    assert second.code in page


def test_signing_from_the_heap_goes_on_to_the_next(town: Town, submitted: Submit, desk: Desk) -> None:
    first, second = to_sign(submitted, town), to_sign(submitted, town)
    client = desk(town.chairman)
    assert client.get("/mot-cua/ky/").context["step"] == first
    assert client.get(f"/mot-cua/ky/?xem={second.pk}").context["step"] == second

    answer = client.post(f"/mot-cua/ho-so/{first.case.code}/buoc/{first.pk}/ky/", {"from_heap": "1"}, follow=True)

    assert answer.redirect_chain[-1][0] == "/mot-cua/ky/"
    assert answer.context["step"] == second


def test_a_result_is_sent_back_from_the_heap_only_with_a_reason(town: Town, submitted: Submit, desk: Desk) -> None:
    step = to_sign(submitted, town)
    client, address = desk(town.chairman), f"/mot-cua/ho-so/{step.case.code}/buoc/{step.pk}/ky/"
    assert client.post(address, {"from_heap": "1", "outcome": "return", "note": " "}).status_code == 422
    assert client.post(address, {"from_heap": "1", "outcome": "return", "note": "Sai tên"}).status_code == 302
    assert step.case.steps.filter(node="draft", done_at=None).exists()


def test_of_two_parallel_steps_each_keeps_its_own_refused_note(town: Town, tmp_path: Path, desk: Desk) -> None:
    process = PROCESS.replace('tinhso:does="review"', 'tinhso:does="review" tinhso:outcomes="approve,return"')
    version = install_procedure(load_folder(write_folder(tmp_path / "9.000001", process=process)), by=None)
    case = submit_case(
        version,
        {"applicant": {"full_name": "Đặng Thị Ánh", "copies": 2}},
        agency=town.agency,
        applicant=Applicant(name="Đặng Thị Ánh"),
        by=None,
        parts={"don": HandedIn(on_paper=True)},
        at=MONDAY,
    )
    accept_case(case, by=town.clerk, at=MONDAY)
    review, check = (case.steps.get(node=node) for node in ("review", "check"))

    client, address = desk(town.specialist), f"/mot-cua/ho-so/{case.code}/buoc/{check.pk}/"

    page = html.fromstring(client.post(address, {"outcome": "khác", "note": "Sai tên"}).content.decode())
    assert page.xpath("//*[@class='error-summary']//a/@href") == [f"#outcome-{check.pk}"]
    assert [page.get_element_by_id(f"note-{step.pk}").text for step in (review, check)] == [None, "Sai tên"]

    page = html.fromstring(client.post(address, {"outcome": "return", "note": ""}).content.decode())
    assert page.xpath("//*[@class='error-summary']//a/@href") == [f"#note-{check.pk}"]
    assert [page.get_element_by_id(f"note-{step.pk}").get("aria-invalid") for step in (review, check)] == [None, "true"]
    chosen = page.xpath("//input[@name='outcome'][@checked]/@id")
    assert chosen == [f"outcome-{review.pk}-1", f"outcome-{check.pk}-2"]


@pytest.mark.parametrize(("address", "field"), [("tu-choi", "reason"), ("yeu-cau-bo-sung", "content"), ("ghi-chu", "text")])
def test_a_text_that_is_too_long_stays_in_its_box_to_be_shortened(
    town: Town, submitted: Submit, desk: Desk, address: str, field: str
) -> None:
    case, long = submitted(), "dài " * 1_100

    answer = desk(town.clerk).post(f"/mot-cua/ho-so/{case.code}/{address}/", {field: long})

    assert answer.status_code == 422
    page = html.fromstring(answer.content.decode())
    assert page.xpath("//*[@class='error-summary']//a/@href") == [f"#{field}"]
    assert page.get_element_by_id(field).text == long
    assert {box.get("maxlength") for box in page.xpath("//textarea")} == {"4000"}


def test_a_fee_that_is_due_back_is_shown_to_both_sides(town: Town, tmp_path: Path, desk: Desk) -> None:
    dear = PROCEDURE.replace("amount = 0", "amount = 8000")
    version = install_procedure(load_folder(write_folder(tmp_path / "9.000001", procedure=dear)), by=None)
    answers = {"applicant": {"full_name": "Đặng Thị Ánh", "copies": 2}}
    applicant, parts = Applicant(name="Đặng Thị Ánh", person=town.citizen), {"don": HandedIn(on_paper=True)}
    case = submit_case(version, answers, agency=town.agency, applicant=applicant, by=town.citizen, parts=parts)
    pay_cash(case.fee.invoice, by=town.clerk)
    refuse_case(case, by=town.clerk, reason="Không thuộc thẩm quyền")

    inside = text(desk(town.clerk), f"/mot-cua/ho-so/{case.code}/")
    outside = text(desk(town.citizen), f"/ho-so/{case.code}/")

    assert "Phải hoàn lại cho người nộp từ" in inside
    assert "Phí đã nộp sẽ được hoàn lại." in outside
    assert "đã nộp sẽ được UBND phường Đạo Thạnh hoàn lại: Hồ sơ không được tiếp nhận." in outside
    assert all("Chờ hoàn tiền" in page for page in (inside, outside))


def test_applications_chosen_are_taken_in_together_and_one_that_cannot_be_stops_none(
    town: Town, submitted: Submit, desk: Desk
) -> None:
    first, unpaid = submitted(), submitted()
    fee = create_invoice(agency=town.agency, title="Lệ phí", lines=[{"text": "Bản sao", "quantity": 1, "unit_price": 8000}])
    CaseInvoice.objects.create(case=unpaid, invoice=fee)
    second = submitted()
    page = desk(town.clerk).post("/mot-cua/tiep-nhan/", {"cases": [first.pk, unpaid.pk, second.pk]}).content.decode()
    assert f"{unpaid.code}</a>: Hồ sơ chưa nộp phí." in page
    assert set(Case.objects.exclude(received_at=None)) == {first, second}


def test_reception_takes_in_no_case_of_another_agency(town: Town, submitted: Submit, desk: Desk) -> None:
    case = submitted()
    answer = desk(town.stranger).post("/mot-cua/tiep-nhan/", {"cases": [case.pk]}, headers={"accept": "application/json"})
    assert answer.status_code in {403, 404} or answer.json() == {"done": 0, "failed": []}
    assert Case.objects.get(pk=case.pk).received_at is None


def test_a_program_signing_many_is_told_of_each_that_failed(town: Town, submitted: Submit, desk: Desk) -> None:
    step = to_sign(submitted, town)
    answer = desk(town.chairman).post("/mot-cua/ky/", {"steps": [step.pk]}, headers={"accept": "application/json"})
    assert answer.json() == {"done": 1, "failed": []}


def test_the_preview_may_stand_in_a_frame_of_our_own_pages(town: Town, submitted: Submit, desk: Desk) -> None:
    step = to_sign(submitted, town)
    answer = desk(town.chairman).get(f"/mot-cua/ho-so/{step.case.code}/xem-truoc/")
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def shown(clerk: Person) -> list[tuple[str, int | None]]:
    """Whose particulars the register has shown to a clerk, and for which agency."""
    entries = AuditEntry.objects.filter(event="onestop.person_shown", actor_id=clerk.pk, object_type="directory.person")
    return list(entries.order_by("pk").values_list("object_id", "agency_id"))


def test_the_counter_shows_a_person_identified_by_number_and_writes_down_each_time_it_does(
    town: Town, version: ProcedureVersion, desk: Desk
) -> None:
    client = desk(town.clerk)

    found = client.post(COUNTER, {"nguoi": "082190000123"})

    assert "082190000123" not in found.url  # type: ignore[attr-defined]
    assert shown(town.clerk) == []
    chosen = client.get(found.url)  # type: ignore[attr-defined]
    assert chosen.context["chosen"] == town.citizen
    assert shown(town.clerk) == [(str(town.citizen.pk), town.agency.pk)]
    form = client.get(f"{COUNTER}9.000001/", {"nguoi": chosen.context["ticket"]})
    assert "anh@example.com" in form.content.decode()
    assert shown(town.clerk) == [(str(town.citizen.pk), town.agency.pk)] * 2


def test_persons_of_one_telephone_and_name_are_listed_and_each_is_written_down(
    town: Town, version: ProcedureVersion, desk: Desk
) -> None:
    both = [register_person("Lê Văn An", by=None, phone="0912345678") for _ in range(2)]
    page = desk(town.clerk).post(COUNTER, {"nguoi": "0912 345 678 le van an"}).content.decode()
    assert len(html.fromstring(page).xpath("//a[contains(@href, '?chon=')]")) == 2
    assert {person for person, _agency in shown(town.clerk)} == {str(person.pk) for person in both}


@pytest.mark.parametrize("text", ["anh", "Đặng Thị Ánh", "08219000012", "082190"])
def test_a_name_or_a_part_of_a_number_shows_nobody(town: Town, version: ProcedureVersion, desk: Desk, text: str) -> None:
    answer = desk(town.clerk).post(COUNTER, {"nguoi": text})
    assert answer.status_code == 200
    assert "anh@example.com" not in answer.content.decode()
    assert "082190000123" not in answer.content.decode()
    assert shown(town.clerk) == []


def test_walking_through_the_ids_of_persons_at_the_counter_finds_nobody(
    town: Town, version: ProcedureVersion, desk: Desk, second_clerk: Person
) -> None:
    client = desk(town.clerk)
    theirs = parse_qs(urlsplit(desk(second_clerk).post(COUNTER, {"nguoi": "082190000123"}).url).query)["chon"][0]  # type: ignore[attr-defined]
    for ticket in (str(town.citizen.pk), theirs, theirs[:-1] + "x"):
        assert client.get(COUNTER, {"chon": ticket}).status_code == 404
        assert client.get(f"{COUNTER}9.000001/", {"nguoi": ticket}).status_code == 404
        assert client.post(f"{COUNTER}9.000001/", {"nguoi": ticket}).status_code == 404
    assert shown(town.clerk) == []


def test_at_the_counter_papers_and_fee_follow_the_answers(town: Town, version: ProcedureVersion, desk: Desk) -> None:
    answers = {"applicant.full_name": "A", "applicant.copies": "6", "_shown": "applicant", "_side": "1"}
    side = desk(town.clerk).post("/mot-cua/tiep-nhan/quay/9.000001/", answers).content.decode()
    assert "Văn bản ủy quyền" in side
    assert "<html" not in side


def test_the_counter_takes_a_case_in_and_sends_a_second_click_to_the_same_case(
    town: Town, version: ProcedureVersion, desk: Desk
) -> None:
    client = desk(town.clerk)
    entry = {
        "applicant.full_name": "Đặng Thị Ánh", "applicant.copies": "1", "_shown": "applicant", "key": "k" * 32, "paper_don": "on",
        "name": "Đặng Thị Ánh", "identity_number": "082190000123", "phone": "", "email": "", "address": "",
    }  # fmt: skip
    answers = [client.post("/mot-cua/tiep-nhan/quay/9.000001/", entry) for _ in range(2)]
    case = Case.objects.get()
    assert {answer.url for answer in answers} == {f"/mot-cua/ho-so/{case.code}/?moi=1"}  # type: ignore[attr-defined]
    assert (case.status, case.applicant) == (Status.IN_PROGRESS, town.citizen)


@pytest.mark.parametrize("address", ["/mot-cua/tiep-nhan/quay/", "/mot-cua/tiep-nhan/", "/mot-cua/ky/"])
def test_a_desk_that_is_not_mine_is_refused(town: Town, version: ProcedureVersion, desk: Desk, address: str) -> None:
    assert desk(town.specialist).get(address).status_code == 403


def test_every_opening_of_a_case_by_staff_is_written_down(town: Town, submitted: Submit, desk: Desk) -> None:
    case = submitted()
    desk(town.clerk).get(f"/mot-cua/ho-so/{case.code}/")
    assert AuditEntry.objects.filter(event="cases.read", object_id=str(case.pk)).count() == 1


def test_the_bell_counts_what_has_not_been_read(town: Town, submitted: Submit, desk: Desk) -> None:
    client = desk(town.clerk)
    Message.objects.create(
        person=town.clerk, channel="notice", template="x", language="vi", subject="Việc mới", body="…", status="sent", about="x"
    )
    assert '<span class="count">1' in text(client, "/mot-cua/")
