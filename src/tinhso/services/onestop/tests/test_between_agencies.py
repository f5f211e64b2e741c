"""The screens of work between agencies."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate, now
from lxml import html
from PIL import Image

from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.actions.opinions import ask_opinion
from tinhso.blocks.cases.actions.work import complete_step
from tinhso.blocks.cases.models import Case, Opinion, Step, Wait
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.cases.tests.test_process import department
from tinhso.blocks.directory.models import Agency, Person

__all__ = ["department"]  # a fixture

Desk = Callable[[Person], Client]
Department = tuple[Agency, Person]


def _scan() -> SimpleUploadedFile:
    picture = BytesIO()
    Image.new("RGB", (40, 40), "white").save(picture, "PNG")
    return SimpleUploadedFile("tra-loi.png", picture.getvalue(), "image/png")


@pytest.fixture
def case(town: Town, submitted: Callable[..., Case]) -> Case:
    at = now() - timedelta(hours=1)
    return accept_case(submitted(at=at), by=town.clerk, at=at)


def _step(case: Case, node: str = "review") -> Step:
    return case.steps.select_related("case", "agency").get(node=node, done_at=None, cancelled=False)


def _ask_at(case: Case, agency: Agency, node: str = "review") -> str:
    return f"{reverse('onestop:ask_opinion', args=[case.code, _step(case, node).pk])}?co-quan={agency.pk}"


def _asked(case: Case, town: Town, agency: Agency, desk: Desk, **more: str) -> Opinion:
    given = {"to": "specialist", "question": "Thửa đất có quy hoạch không?", **more}
    assert desk(town.specialist).post(_ask_at(case, agency), given).status_code == 302
    return case.opinions.get()


def test_a_question_goes_to_another_agency_and_its_answer_stands_on_the_case(
    case: Case, town: Town, department: Department, desk: Desk
) -> None:
    agency, colleague = department
    opinion = _asked(case, town, agency, desk, holds_up="on")
    theirs = desk(colleague)
    assert "Thửa đất có quy hoạch không?" in theirs.get("/mot-cua/y-kien/").content.decode()
    assert case.code in theirs.get("/mot-cua/ho-so/").content.decode()
    address = reverse("onestop:opinion", args=[case.code, opinion.pk])
    assert (
        theirs.post(address, {"answer": "Không có", "document": "12/SNNMT ngày 20/11/2026", "files": _scan()}).status_code == 302
    )
    page = desk(town.clerk).get(reverse("onestop:case", args=[case.code])).content.decode()
    assert "Không có" in page
    assert "12/SNNMT ngày 20/11/2026" in page
    assert "tra-loi.png" in page


def test_a_question_with_faults_keeps_what_was_typed_and_names_each_field(
    case: Case, town: Town, department: Department, desk: Desk
) -> None:
    day = f"{localdate() - timedelta(days=3):%d/%m/%Y}"
    answer = desk(town.specialist).post(_ask_at(case, department[0]), {"to": "specialist", "question": "Có không?", "due": day})
    assert answer.status_code == 422
    page = html.fromstring(answer.content)
    assert page.get_element_by_id("id_question").text.strip() == "Có không?"
    assert page.get_element_by_id("id_due").value == day
    assert page.get_element_by_id("id_due_error") is not None
    assert not case.opinions.exists()


def test_an_answer_without_words_keeps_its_file(case: Case, town: Town, department: Department, desk: Desk) -> None:
    opinion = _asked(case, town, department[0], desk)
    theirs, address = desk(department[1]), reverse("onestop:opinion", args=[case.code, opinion.pk])
    refused = theirs.post(address, {"answer": " ", "files": _scan()})
    assert refused.status_code == 422
    kept = html.fromstring(refused.content).xpath("//input[@name='kept']/@value")[0]
    assert theirs.post(address, {"answer": "Được", "kept": kept}).status_code == 302
    assert [one.file.name for one in opinion.files.all()] == ["tra-loi.png"]


def test_the_work_list_says_what_my_cases_wait_for_and_since_when(
    case: Case, town: Town, department: Department, desk: Desk
) -> None:
    mine = desk(town.specialist)
    assert case.code not in mine.get("/mot-cua/dang-cho/").content.decode()
    ask_opinion(_step(case), department[0], by=town.specialist, question="Có quy hoạch không?")
    page = mine.get("/mot-cua/dang-cho/").content.decode()
    assert case.code in page
    assert "Sở NN&amp;MT" in page
    assert case.code in mine.get("/mot-cua/dang-cho/?q=anh").content.decode()
    assert case.code not in mine.get("/mot-cua/dang-cho/?q=khac").content.decode()


def test_a_case_is_returned_after_reading_what_that_undoes(case: Case, town: Town, desk: Desk) -> None:
    for node in ("review", "check"):
        complete_step(_step(case, node), by=town.specialist)
    address = reverse("onestop:go_back", args=[case.code, _step(case, "draft").pk])
    client = desk(town.specialist)
    assert "không có bước nào trước đó" in client.get(address).content.decode()  # one branch of two cannot be gone back to
    complete_step(_step(case, "draft"), by=town.specialist)
    address = reverse("onestop:go_back", args=[case.code, _step(case, "sign").pk])
    chairman = desk(town.chairman)
    assert "Hủy việc đang làm: Ký" in chairman.get(address).content.decode()
    assert chairman.post(address, {"to": "draft", "reason": ""}).status_code == 422
    assert chairman.post(address, {"to": "draft", "reason": "Thiếu số liệu"}).status_code == 302
    assert chairman.post(address, {"to": "draft", "reason": "Thiếu số liệu"}).status_code == 409  # pressed twice
    assert _step(case, "draft").open
    assert case.timeline.filter(event="went_back").count() == 1


def test_a_document_that_came_is_recorded_with_number_and_date(case: Case, town: Town, desk: Desk) -> None:
    wait = Wait.objects.create(case=case, node="check", message="tax.paid", opened_at=case.submitted_at)
    address = reverse("onestop:record_message", args=[case.code, wait.pk])
    refused = desk(town.clerk).post(address, {"number": "125/TB-TCS", "dated": "31/02/2026", "note": "Đã nộp"})
    assert refused.status_code == 422
    page = html.fromstring(refused.content)
    assert page.get_element_by_id("id_number").value == "125/TB-TCS"
    assert page.get_element_by_id("id_note").text.strip() == "Đã nộp"
    assert page.get_element_by_id("id_dated_error").text == "Hãy ghi ngày như 02/12/2026."


def test_the_tab_of_what_waits_elsewhere_asks_for_its_number_after_the_page(
    town: Town, submitted: Callable[..., Case], desk: Callable[[Person], Client], department: tuple[Agency, Person]
) -> None:
    client = desk(town.specialist)
    assert 'hx-get="/mot-cua/dang-cho/so/"' in client.get("/mot-cua/").content.decode()
    assert client.get("/mot-cua/dang-cho/so/").content == b"0"
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    step = case.steps.select_related("case", "agency").get(node="review")
    ask_opinion(step, department[0], by=town.specialist, question="Có quy hoạch không?", at=MONDAY)
    assert client.get("/mot-cua/dang-cho/so/").content == b"1"
