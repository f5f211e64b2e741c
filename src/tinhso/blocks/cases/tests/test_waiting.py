"""What waits elsewhere, messages recorded by hand, opinions asked of one person, and what going back undoes."""

from datetime import date, timedelta

import pytest

from tinhso.blocks.cases.actions.events import record_message
from tinhso.blocks.cases.actions.going_back import go_back, targets_of
from tinhso.blocks.cases.actions.opinions import ask_opinion, give_opinion
from tinhso.blocks.cases.bpmn.tests.files import boundary, line_up, start, task, timer, with_message
from tinhso.blocks.cases.bpmn.tests.files import message as message_event
from tinhso.blocks.cases.models import Case, Step
from tinhso.blocks.cases.queries import opinions_for
from tinhso.blocks.cases.tests.conftest import MONDAY, Town, _staff
from tinhso.blocks.cases.tests.test_process import SIGN, Begin, begin, department, do, opened
from tinhso.blocks.cases.waiting import beside_steps, cases_waiting, waiting_for
from tinhso.blocks.directory.models import Agency, Person
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState

__all__ = ["begin", "department"]  # fixtures

Department = tuple[Agency, Person]
TWO = start() + task("a", does="review") + task("b", does="review") + SIGN + line_up("start", "a", "b", "sign")


def _waits(person: Person) -> list[tuple[str, str, str]]:
    cases = list(cases_waiting(person).select_related("version"))
    things = [thing for found in waiting_for(cases).values() for thing in found]
    return [(thing.kind, thing.what, thing.where.short_name if thing.where else "") for thing in things]


def _step(case: Case, node: str) -> Step:
    return case.steps.select_related("case", "agency").get(node=node, done_at=None, cancelled=False)


def test_a_case_with_a_step_at_another_agency_waits_for_it(begin: Begin, town: Town, department: Department) -> None:
    begin(TWO.replace('id="a"', 'id="a" tinhso:agency="province:nnmt"'))
    assert _waits(town.clerk) == [("step", "Việc a", "Sở NN&MT")]
    assert _waits(department[1]) == []  # there it is work


def test_a_case_waits_for_a_time_but_not_for_a_timer_at_a_task(begin: Begin, town: Town) -> None:
    case = begin(
        start() + task("a", does="review") + boundary("late", "a") + timer("wait", "PT4H") + SIGN
        + line_up("start", "a", "wait", "sign") + line_up("late", "wait")
    )  # fmt: skip
    assert _waits(town.specialist) == []
    do(case, "a", town.specialist)
    assert _waits(town.specialist) == [("timer", "Hết thời gian chờ", "")]


def test_an_open_question_is_waited_for_until_it_is_answered(begin: Begin, town: Town, department: Department) -> None:
    case = begin(TWO)
    opinion = ask_opinion(_step(case, "a"), department[0], by=town.specialist, question="Có quy hoạch không?", at=MONDAY)
    assert _waits(town.specialist) == [("opinion", "Có quy hoạch không?", "Sở NN&MT")]
    give_opinion(opinion, by=department[1], answer="Không", document="12/SNNMT ngày 17/11/2026", at=MONDAY)
    assert _waits(town.specialist) == []
    [answered] = beside_steps(case, events={"opinion_asked"}).opinions
    assert (answered.answer, answered.document) == ("Không", "12/SNNMT ngày 17/11/2026")


def test_a_question_to_one_person_is_theirs_alone(begin: Begin, town: Town, department: Department) -> None:
    agency, asked = department
    colleague = _staff(agency, "Chuyên viên 2", ["specialist"], "Đinh Văn Kề")
    case = begin(TWO)
    opinion = ask_opinion(_step(case, "a"), agency, by=town.specialist, question="Sao?", person=asked, at=MONDAY)
    assert list(opinions_for(asked)) == [opinion]
    assert list(opinions_for(colleague)) == []
    with pytest.raises(NotAllowed):
        give_opinion(opinion, by=colleague, answer="Vậy", at=MONDAY)


def test_nobody_is_asked_where_nobody_could_answer_nor_for_yesterday(begin: Begin, town: Town, department: Department) -> None:
    step = _step(begin(TWO), "a")
    with pytest.raises(Invalid) as refusal:
        ask_opinion(
            step, department[0], by=town.specialist, question="", role="signer", due_at=MONDAY - timedelta(days=1), at=MONDAY
        )
    assert set(refusal.value.fields) == {"question", "due", "to"}


def test_a_question_for_a_step_that_is_late_is_due_with_the_case(begin: Begin, town: Town, department: Department) -> None:
    case = begin(TWO)
    case.steps.update(due_at=MONDAY - timedelta(days=1))
    opinion = ask_opinion(_step(case, "a"), department[0], by=town.specialist, question="Sao?", at=MONDAY)
    assert opinion.due_at == case.due_at


# --- messages recorded by hand

WITH_TAX = with_message(start() + message_event("paid") + SIGN + line_up("start", "paid", "sign"), "tax.paid")


def test_a_message_is_recorded_with_number_and_date_of_its_paper_and_the_case_goes_on(begin: Begin, town: Town) -> None:
    case = begin(WITH_TAX)
    wait = case.waits.select_related("case").get()
    record_message(wait, by=town.clerk, number="125/TB-TCS", dated=date(2026, 11, 16), note="Đã nộp đủ", at=MONDAY)
    assert opened(case) == ["sign"]
    assert case.waits.get().document == "125/TB-TCS ngày 16/11/2026"
    assert "125/TB-TCS ngày 16/11/2026. Đã nộp đủ" in case.timeline.get(event="message_came").note
    with pytest.raises(WrongState):
        record_message(wait, by=town.clerk, number="125/TB-TCS", dated=date(2026, 11, 16), at=MONDAY)


@pytest.mark.parametrize("dated", [None, date(2026, 11, 17), date(2026, 11, 15)])
def test_a_paper_without_a_number_or_of_an_impossible_day_is_refused(begin: Begin, town: Town, dated: date | None) -> None:
    wait = begin(WITH_TAX).waits.select_related("case").get()
    with pytest.raises(Invalid) as refusal:
        record_message(wait, by=town.clerk, number=" ", dated=dated, at=MONDAY)
    assert set(refusal.value.fields) == {"number", "dated"}


# --- going back


def test_before_going_back_one_reads_what_it_undoes(begin: Begin, town: Town, department: Department) -> None:
    case = begin(
        start() + task("a", does="review") + task("b", does="review") + task("c", does="review") + SIGN
        + line_up("start", "a", "b", "c", "sign")
    )  # fmt: skip
    for node in ("a", "b"):
        do(case, node, town.specialist)
    step = _step(case, "c")
    opinion = ask_opinion(step, department[0], by=town.specialist, question="Sao?", at=MONDAY)

    nearest, first = targets_of(step)

    assert (nearest.node.id, nearest.open, nearest.again, nearest.opinions) == ("b", ("Việc c",), (), 1)
    assert (first.node.id, first.open, first.again, first.opinions) == ("a", ("Việc c",), ("Việc b",), 1)
    go_back(step, "a", by=town.specialist, reason="Thiếu", at=MONDAY)
    opinion.refresh_from_db()
    assert opinion.withdrawn
    assert list(opinions_for(department[1])) == []
