"""Many steps given to a colleague at once, many results returned at once: one that fails does not stop the others."""

from collections.abc import Callable

import pytest
from django.test import Client

from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.actions.results import return_result, sign_result
from tinhso.blocks.cases.actions.work import complete_step, take_step
from tinhso.blocks.cases.models import Case, ResultReturn, Status, Step
from tinhso.blocks.cases.tests.conftest import Town
from tinhso.blocks.directory.models import Person

Desk = Callable[[Person], Client]
Submit = Callable[..., Case]
ASSIGN, RETURN = "/mot-cua/giao-viec/", "/mot-cua/tra-ket-qua/"


@pytest.fixture
def steps(town: Town, submitted: Submit) -> list[Step]:
    """Three steps that wait for a specialist."""
    cases = [accept_case(submitted(), by=town.clerk) for _ in range(3)]
    return [case.steps.select_related("case", "agency").get(node="review") for case in cases]


@pytest.fixture
def results(town: Town, submitted: Submit) -> list[Step]:
    """Two signed results that wait to be returned."""
    return [_signed(accept_case(submitted(), by=town.clerk), town) for _ in range(2)]


def _signed(case: Case, town: Town) -> Step:
    for node in ("review", "check", "draft"):
        complete_step(case.steps.select_related("case").get(node=node, done_at=None), by=town.specialist)
    sign_result(case.steps.select_related("case").get(does="sign", done_at=None), by=town.chairman)
    return case.steps.select_related("case", "agency").get(does="return")


def keys(steps: list[Step]) -> list[int]:
    return [step.pk for step in steps]


def test_the_work_list_leads_to_the_choice_of_a_colleague(town: Town, steps: list[Step], desk: Desk) -> None:
    client = desk(town.specialist)
    assert ASSIGN in client.get("/mot-cua/").content.decode()
    page = client.get(ASSIGN, {"steps": keys(steps[:2])}).content.decode()
    assert town.other_specialist.full_name in page
    assert steps[0].case.code in page
    assert steps[2].case.code not in page


def test_steps_are_given_and_each_is_named(town: Town, steps: list[Step], desk: Desk) -> None:
    given = {"steps": keys(steps), "to": town.other_specialist.pk}
    page = desk(town.specialist).post(ASSIGN, given).content.decode()
    assert "Đã giao 3 / 3 việc cho Phạm Thu Hà." in page
    assert all(step.case.code in page for step in steps)
    assert set(Step.objects.filter(node="review").values_list("assignee", flat=True)) == {town.other_specialist.pk}


def test_one_that_a_colleague_has_taken_meanwhile_does_not_stop_the_others(town: Town, steps: list[Step], desk: Desk) -> None:
    take_step(steps[1], by=town.other_specialist)
    page = desk(town.specialist).post(ASSIGN, {"steps": keys(steps), "to": town.specialist.pk}).content.decode()
    assert "Đã giao 2 / 3 việc" in page
    assert "Bước này thuộc về người hoặc bộ phận khác." in page


def test_without_a_receiver_nothing_is_given(town: Town, steps: list[Step], desk: Desk) -> None:
    client = desk(town.specialist)
    assert client.post(ASSIGN, {"steps": keys(steps)}).status_code == 422
    assert client.post(ASSIGN, {"steps": keys(steps), "to": town.chairman.pk}).status_code == 422
    assert not Step.objects.exclude(assignee=None).exists()


def test_what_one_may_not_see_is_not_given_away(town: Town, steps: list[Step], desk: Desk) -> None:
    assert desk(town.chairman).post(ASSIGN, {"steps": keys(steps), "to": town.specialist.pk}).status_code == 200
    Step.objects.update(assignee=None)
    outsider = desk(town.stranger).post(ASSIGN, {"steps": keys(steps), "to": town.specialist.pk})
    assert outsider.status_code in {403, 404}
    assert not Step.objects.exclude(assignee=None).exists()


def test_nothing_chosen_leads_back_to_the_list(town: Town, desk: Desk) -> None:
    assert desk(town.specialist).get(ASSIGN).status_code == 302


def test_results_are_returned_together_to_one_who_signs_on_paper(town: Town, results: list[Step], desk: Desk) -> None:
    client = desk(town.clerk)
    assert results[0].case.code in client.get(RETURN).content.decode()
    given = {"steps": keys(results), "way": "counter", "receiver": "Lê Văn Nhận", "on_paper": "1"}
    page = client.post(RETURN, given).content.decode()
    assert "Đã trả 2 / 2 kết quả." in page
    assert set(Case.objects.values_list("status", flat=True)) == {Status.RETURNED}
    assert set(ResultReturn.objects.values_list("receiver", "on_paper")) == {("Lê Văn Nhận", True)}


def test_without_a_receiver_each_applicant_takes_their_own(town: Town, results: list[Step], desk: Desk) -> None:
    desk(town.clerk).post(RETURN, {"steps": keys(results[:1]), "way": "counter", "on_paper": "1"})
    assert ResultReturn.objects.get().receiver == "Đặng Thị Ánh"


def test_one_drawn_signature_does_not_stand_for_several_applicants(town: Town, results: list[Step], desk: Desk) -> None:
    Case.objects.filter(pk=results[1].case_id).update(applicant_name="Phạm Văn Khác")
    given = {"steps": keys(results), "way": "counter", "signature": "data:image/png;base64,AAAA"}
    answer = desk(town.clerk).post(RETURN, given)
    assert answer.status_code == 422
    assert "Hãy ghi tên người nhận đã ký" in answer.content.decode()
    assert not ResultReturn.objects.exists()


def test_by_post_one_without_a_number_stays_and_what_was_typed_with_it(town: Town, results: list[Step], desk: Desk) -> None:
    first, second = results
    given = {"steps": keys(results), "way": "post", f"tracking-{first.pk}": "EB123456789VN", f"tracking-{second.pk}": "12"}
    page = desk(town.clerk).post(RETURN, given).content.decode()
    assert "Đã trả 1 / 2 kết quả." in page
    assert "Hãy nhập mã bưu gửi" in page
    assert f'name="tracking-{second.pk}" maxlength="40" autocomplete="off" autocapitalize="characters" value="12"' in page
    assert ResultReturn.objects.get().case == first.case


def test_one_returned_already_does_not_stop_the_others(town: Town, results: list[Step], desk: Desk) -> None:
    return_result(results[0], by=Person.objects.get(pk=town.clerk.pk))
    page = desk(town.clerk).post(RETURN, {"steps": keys(results), "way": "electronic"}).content.decode()
    assert "Đã trả 1 / 2 kết quả." in page


def test_nothing_chosen_is_said(town: Town, results: list[Step], desk: Desk) -> None:
    answer = desk(town.clerk).post(RETURN, {"way": "electronic"})
    assert answer.status_code == 422
    assert "Hãy chọn ít nhất một kết quả." in answer.content.decode()
