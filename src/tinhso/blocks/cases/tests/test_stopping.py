"""Cases that end without a result: withdrawn, stopped."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tinhso.blocks.cases.actions.clock import begin_pause
from tinhso.blocks.cases.actions.intake import accept_case, refuse_case
from tinhso.blocks.cases.actions.results import sign_result
from tinhso.blocks.cases.actions.stopping import ask_withdrawal, deny_withdrawal, grant_withdrawal, stop_case, withdraw_case
from tinhso.blocks.cases.actions.supplement import answer_supplement, ask_supplement
from tinhso.blocks.cases.actions.work import complete_step
from tinhso.blocks.cases.clock import Verdict, overdue, verdict_of
from tinhso.blocks.cases.models import Case, Petition, Status
from tinhso.blocks.cases.queries import work_of
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.messaging.models import Message
from tinhso.blocks.papers.actions import pdf_of
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState

Submit = Callable[..., Case]
DAY = timedelta(days=1)


@pytest.fixture
def case(town: Town, submitted: Submit) -> Case:
    return accept_case(submitted(), by=town.clerk, at=MONDAY)


def stopped(case: Case, town: Town) -> Case:
    return stop_case(case, by=town.chairman, reason="Đương sự đã chết", basis="Khoản 1 Điều 5 Luật thử", at=MONDAY + DAY)


def test_stopping_issues_form_05_with_reason_and_legal_ground_and_leaves_no_work(town: Town, case: Case) -> None:
    ended = stopped(case, town)
    assert (ended.status, ended.ended_at) == (Status.STOPPED, MONDAY + DAY)
    notice = ended.papers.get(paper__kind="stop").paper
    assert (notice.context["reason"], notice.context["basis"]) == ("Đương sự đã chết", "Khoản 1 Điều 5 Luật thử")
    assert pdf_of(notice).startswith(b"%PDF")
    assert not work_of(town.specialist).exists()


def test_stopping_needs_a_reason_and_a_legal_ground(town: Town, case: Case) -> None:
    with pytest.raises(Invalid) as refused:
        stop_case(case, by=town.chairman, reason=" ", basis="", at=MONDAY)
    assert set(refused.value.fields) == {"stop_reason", "stop_basis"}


def test_only_those_who_decide_stop_a_case(town: Town, case: Case) -> None:
    for person in (town.clerk, town.specialist, town.manager, town.citizen):
        with pytest.raises(NotAllowed):
            stop_case(case, by=person, reason="x", basis="y", at=MONDAY)


def test_stopping_a_case_whose_clock_stands_still_ends_the_pause(town: Town, case: Case) -> None:
    begin_pause(case, by=town.specialist, reason="fee", note="x", at=MONDAY)
    stopped(case, town)
    assert case.pauses.get().ended_at == MONDAY + DAY


def test_before_reception_a_case_is_withdrawn_at_once_and_cannot_be_stopped(town: Town, submitted: Submit) -> None:
    case = submitted()
    with pytest.raises(WrongState):
        stopped(case, town)
    with pytest.raises(WrongState):
        ask_withdrawal(case, by=town.citizen, reason="Đổi ý", at=MONDAY)
    assert withdraw_case(case, by=town.citizen, at=MONDAY).status == Status.WITHDRAWN


@pytest.mark.parametrize("act", ["withdraw", "refuse"])
def test_a_supplement_asked_before_reception_that_never_came_is_no_dead_end(town: Town, submitted: Submit, act: str) -> None:
    case = ask_supplement(submitted(), by=town.clerk, content="Thiếu", at=MONDAY)
    if act == "withdraw":
        assert withdraw_case(case, by=town.citizen, at=MONDAY).status == Status.WITHDRAWN
    else:
        assert refuse_case(case, by=town.clerk, reason="Không bổ sung", at=MONDAY).status == Status.REFUSED


def test_a_received_case_is_neither_refused_nor_withdrawn_at_once_while_a_supplement_is_awaited(town: Town, case: Case) -> None:
    asked = ask_supplement(case, by=town.clerk, content="Thiếu", at=MONDAY)
    with pytest.raises(WrongState):
        refuse_case(asked, by=town.clerk, reason="Không bổ sung", at=MONDAY)
    with pytest.raises(WrongState):
        withdraw_case(asked, by=town.citizen, at=MONDAY)


def test_under_way_the_agency_decides_on_a_withdrawal_and_work_goes_on_meanwhile(town: Town, case: Case) -> None:
    asked = ask_withdrawal(case, by=town.citizen, reason="Đổi ý", at=MONDAY)
    assert (asked.status, asked.due_at) == (Status.IN_PROGRESS, case.due_at)
    assert work_of(town.specialist).count() == 2
    assert Message.objects.filter(person=town.chairman, template="cases_petition").count() == 1
    granted = grant_withdrawal(asked, by=town.chairman, at=MONDAY + DAY)
    assert (granted.status, granted.ended_at) == (Status.WITHDRAWN, MONDAY + DAY)
    assert not work_of(town.specialist).exists()


def test_a_withdrawal_is_refused_with_a_reason_and_may_be_asked_again(town: Town, case: Case) -> None:
    ask_withdrawal(case, by=town.citizen, reason="Đổi ý", at=MONDAY)
    with pytest.raises(Invalid):
        deny_withdrawal(case, by=town.chairman, answer=" ", at=MONDAY)
    denied = deny_withdrawal(case, by=town.chairman, answer="Liên quan người khác", at=MONDAY)
    assert denied.status == Status.IN_PROGRESS
    assert case.petitions.get().granted is False
    ask_withdrawal(case, by=town.citizen, reason="Vẫn xin rút", at=MONDAY)
    assert case.petitions.count() == 2


def test_a_withdrawal_is_asked_once_at_a_time_and_decided_once(town: Town, case: Case) -> None:
    ask_withdrawal(case, by=town.citizen, reason="Đổi ý", at=MONDAY)
    with pytest.raises(WrongState):
        ask_withdrawal(case, by=town.clerk, reason="Đổi ý", at=MONDAY)
    grant_withdrawal(case, by=town.chairman, at=MONDAY)
    with pytest.raises(WrongState):
        deny_withdrawal(case, by=town.chairman, answer="x", at=MONDAY)


@pytest.mark.parametrize("who", ["clerk", "specialist", "manager", "citizen"])
def test_only_those_who_decide_decide_on_a_withdrawal(town: Town, case: Case, who: str) -> None:
    ask_withdrawal(case, by=town.citizen, reason="Đổi ý", at=MONDAY)
    with pytest.raises(NotAllowed):
        grant_withdrawal(case, by=getattr(town, who), at=MONDAY)
    with pytest.raises(NotAllowed):
        deny_withdrawal(case, by=getattr(town, who), answer="x", at=MONDAY)


@pytest.mark.parametrize("who", ["specialist", "stranger", "manager"])
def test_nobody_asks_for_another_s_case_back(town: Town, case: Case, who: str) -> None:
    with pytest.raises(NotAllowed):
        ask_withdrawal(case, by=getattr(town, who), reason="Đổi ý", at=MONDAY)


def test_nothing_is_signed_or_stopped_while_a_withdrawal_waits(town: Town, case: Case) -> None:
    for node in ("review", "check", "draft"):
        complete_step(case.steps.select_related("case").get(node=node, done_at=None), by=town.specialist, at=MONDAY)
    ask_withdrawal(case, by=town.citizen, reason="Đổi ý", at=MONDAY)
    with pytest.raises(WrongState, match="rút"):
        sign_result(case.steps.select_related("case").get(node="sign", done_at=None), by=town.chairman, at=MONDAY)
    with pytest.raises(WrongState, match="rút"):
        stopped(case, town)
    assert Petition.objects.get().decided_at is None


def test_a_supplement_is_not_asked_while_the_clock_stands_still_for_something_else(town: Town, case: Case) -> None:
    begin_pause(case, by=town.specialist, reason="agency", note="x", document="1/CV", at=MONDAY)
    with pytest.raises(WrongState):
        ask_supplement(case, by=town.clerk, content="Thiếu", at=MONDAY)


def test_form_02_prints_each_thing_asked_for_and_why(town: Town, case: Case) -> None:
    ask_supplement(case, by=town.clerk, content="Giấy chứng sinh\n\n Ảnh 4x6 ", reason="Bản cũ mờ", at=MONDAY)
    paper = case.papers.get(paper__kind="supplement").paper
    assert (paper.context["items"], paper.context["reason"]) == (["Giấy chứng sinh", "Ảnh 4x6"], "Bản cũ mờ")


def test_a_second_supplement_is_overdue_nowhere(town: Town, case: Case) -> None:
    for _ in range(2):
        case = ask_supplement(case, by=town.clerk, content="Thiếu", at=MONDAY)
        case = answer_supplement(case, by=town.citizen, answer="Đây", at=MONDAY)
    assert case.counts_late_766
    assert verdict_of(case, MONDAY + DAY) is Verdict.RUNNING
    assert not Case.objects.filter(overdue(MONDAY + DAY)).exists()
