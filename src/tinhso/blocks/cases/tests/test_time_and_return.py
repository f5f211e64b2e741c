"""What happens by itself, messages, opinions of other agencies, and returning to an earlier step."""

from datetime import datetime, timedelta

import pytest

from tinhso.blocks.cases.actions import sweeping
from tinhso.blocks.cases.actions.events import receive_message
from tinhso.blocks.cases.actions.going_back import earlier_steps, go_back
from tinhso.blocks.cases.actions.opinions import ask_opinion, give_opinion, withdraw_opinion
from tinhso.blocks.cases.actions.process import service_task
from tinhso.blocks.cases.actions.supplement import ask_supplement
from tinhso.blocks.cases.actions.sweeping import sweep
from tinhso.blocks.cases.bpmn.tests.files import (
    boundary,
    end,
    exclusive,
    flow,
    line_up,
    parallel,
    service,
    start,
    task,
    timer,
    with_message,
)
from tinhso.blocks.cases.bpmn.tests.files import message as message_event
from tinhso.blocks.cases.jobs import attend_to_time
from tinhso.blocks.cases.models import Case, Step
from tinhso.blocks.cases.queries import case_for_staff, cases_visible_to, opinions_for
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.cases.tests.test_process import SIGN, Begin, begin, department, do, opened
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.messaging.models import Message
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState

__all__ = ["begin", "department"]  # fixtures

FAR = MONDAY + timedelta(days=30)
Department = tuple[Agency, Person]


@service_task("test.fails_on_demand")
def fail_on_demand(case: Case, at: datetime) -> None:
    if case.applicant_name == "Hỏng":
        raise RuntimeError("broken")


# --- timers


def test_a_timer_fires_once_its_time_has_come_and_not_before(begin: Begin) -> None:
    case = begin(start() + timer("wait", "PT4H") + SIGN + line_up("start", "wait", "sign"))
    sweep(MONDAY + timedelta(hours=3))
    assert opened(case) == []
    assert sweep(MONDAY + timedelta(hours=4)).cases == 1
    assert opened(case) == ["sign"]
    assert sweep(MONDAY + timedelta(hours=4)).cases == 0
    assert case.timeline.filter(event="time_ran_out").count() == 1


def test_a_timer_at_a_task_closes_it_and_goes_its_own_way(begin: Begin) -> None:
    case = begin(
        start() + task("a", does="review") + boundary("late", "a") + task("b", does="review") + SIGN
        + line_up("start", "a", "sign") + line_up("late", "b", "sign")
    )  # fmt: skip
    sweep(MONDAY + timedelta(hours=4))
    assert opened(case) == ["b"]
    assert case.steps.get(node="a").cancelled


def test_a_timer_beside_a_task_leaves_it_open_and_ends_with_the_process(begin: Begin, town: Town) -> None:
    case = begin(
        start() + task("sign", does="sign", role="signer") + boundary("late", "sign", beside=True)
        + task("press", does="review") + end("pressed") + task("a", does="review") + end()
        + line_up("start", "sign", "a", "end") + line_up("late", "press", "pressed")
    )  # fmt: skip
    sweep(MONDAY + timedelta(hours=4))
    assert opened(case) == ["press", "sign"]
    Step.objects.filter(case=case, node="sign").update(does="review")  # signing is not what this is about
    do(case, "sign", town.chairman)
    assert opened(case) == ["a", "press"]
    do(case, "a", town.specialist)
    assert opened(case) == []
    assert case.steps.get(node="press").cancelled


def test_a_case_whose_clock_stands_still_is_left_alone(begin: Begin, town: Town) -> None:
    case = begin(start() + timer("wait", "PT4H") + SIGN + line_up("start", "wait", "sign"))
    ask_supplement(case, by=town.clerk, content="Thiếu", at=MONDAY)
    assert sweep(FAR).cases == 0
    assert opened(case) == []


def test_a_case_that_fails_stops_no_other_and_is_named(begin: Begin, town: Town) -> None:
    body = start() + timer("wait") + service("t", "test.fails_on_demand") + SIGN + line_up("start", "wait", "t", "sign")
    broken = begin(body)
    Case.objects.filter(pk=broken.pk).update(applicant_name="Hỏng")
    whole = _another(broken, town)
    swept = sweep(MONDAY + timedelta(hours=4))
    assert swept.failed == (broken.pk,)
    assert opened(whole) == ["sign"]
    assert opened(broken) == []
    assert broken.waits.get().ended_at is None
    with pytest.raises(RuntimeError, match=str(broken.pk)):
        attend_to_time.func(int(FAR.timestamp()))


def _another(case: Case, town: Town) -> Case:
    """A second case of the same procedure."""
    from tinhso.blocks.cases.actions.intake import Applicant, HandedIn, accept_case, submit_case

    another = submit_case(
        case.version, case.form.answers, agency=town.agency, by=town.citizen, at=MONDAY,
        applicant=Applicant(name="Đặng Thị Ánh", person=town.citizen), parts={"don": HandedIn(on_paper=True)},
    )  # fmt: skip
    return accept_case(another, by=town.clerk, at=MONDAY)


# --- lateness


def test_a_late_step_is_told_to_the_heads_once(begin: Begin, town: Town) -> None:
    case = begin(start() + task("a", does="review") + SIGN + line_up("start", "a", "sign"))
    assert sweep(MONDAY).cases == 0
    sweep(FAR)
    sweep(FAR + timedelta(days=1))
    told = Message.objects.filter(template="cases_step_late")
    assert [(message.person, message.channel) for message in told] == [(town.chairman, "notice")]
    assert case.code in told[0].body
    assert case.timeline.filter(event="step_late").count() == 1


def test_an_agency_without_a_head_tells_the_one_above(town: Town, department: Department) -> None:
    assert sweeping.heads_of(department[0], MONDAY) == [town.manager]


# --- messages


def test_a_message_lets_go_on_what_waits_for_it(begin: Begin) -> None:
    case = begin(with_message(start() + message_event("paid") + SIGN + line_up("start", "paid", "sign")))
    receive_message(case, "tax.paid", by=None, at=MONDAY)
    assert opened(case) == ["sign"]


def test_a_message_that_comes_early_and_twice_is_kept_once(begin: Begin, town: Town) -> None:
    body = start() + task("a", does="review") + message_event("paid") + SIGN + line_up("start", "a", "paid", "sign")
    case = begin(with_message(body))
    receive_message(case, "tax.paid", by=None, at=MONDAY)
    receive_message(case, "tax.paid", by=None, at=MONDAY)
    assert opened(case) == ["a"]
    do(case, "a", town.specialist)
    assert opened(case) == ["sign"]
    assert not case.waits.filter(ended_at__isnull=True).exists()


def test_a_message_nobody_waits_for_is_refused(begin: Begin, town: Town) -> None:
    case = begin(with_message(start() + message_event("paid") + SIGN + line_up("start", "paid", "sign")))
    with pytest.raises(Invalid, match=r"không chờ tin “tax\.other”"):
        receive_message(case, "tax.other", by=None, at=MONDAY)
    with pytest.raises(NotAllowed):
        receive_message(case, "tax.paid", by=town.stranger, at=MONDAY)


# --- opinions


def _asked(case: Case, town: Town, agency: Agency, **given: bool) -> object:
    step = case.steps.select_related("case", "agency").get(node="a")
    return ask_opinion(step, agency, by=town.specialist, question="Thửa đất có quy hoạch không?", at=MONDAY, **given)


def test_an_opinion_asked_opens_the_case_to_the_agency_and_holds_nothing_up(
    begin: Begin, town: Town, department: Department
) -> None:
    agency, colleague = department
    case = begin(start() + task("a", does="review") + SIGN + line_up("start", "a", "sign"))
    opinion = _asked(case, town, agency)
    assert list(opinions_for(colleague)) == [opinion]
    assert case_for_staff(case.code, colleague) == case
    assert list(cases_visible_to(colleague)) == [case]
    do(case, "a", town.specialist)
    assert opened(case) == ["sign"]


def test_a_step_that_waits_for_an_opinion_is_finished_after_the_answer_or_withdrawal(
    begin: Begin, town: Town, department: Department
) -> None:
    agency, colleague = department
    case = begin(start() + task("a", does="review") + SIGN + line_up("start", "a", "sign"))
    first, second = _asked(case, town, agency, holds_up=True), _asked(case, town, agency, holds_up=True)
    with pytest.raises(WrongState, match="còn chờ ý kiến"):
        do(case, "a", town.specialist)
    with pytest.raises(NotAllowed):
        give_opinion(first, by=town.specialist, answer="Không", at=MONDAY)  # type: ignore[arg-type]
    give_opinion(first, by=colleague, answer="Không có quy hoạch", at=MONDAY)  # type: ignore[arg-type]
    withdraw_opinion(second, by=town.specialist, at=MONDAY)  # type: ignore[arg-type]
    with pytest.raises(WrongState, match="đã được trả lời hoặc đã rút"):
        give_opinion(second, by=colleague, answer="Có", at=MONDAY)  # type: ignore[arg-type]
    do(case, "a", town.specialist)
    assert opened(case) == ["sign"]


# --- going back


def _back(case: Case, node: str, to: str, by: Person) -> Case:
    step = case.steps.select_related("case", "agency").get(node=node, done_at__isnull=True, cancelled=False)
    return go_back(step, to, by=by, reason="Thiếu số liệu", at=MONDAY)


BRANCHES = (
    start() + task("first", does="review") + parallel("s") + task("a1", does="review") + task("a2", does="review")
    + task("b", does="review") + parallel("j") + task("last", "ok,redo", does="review") + exclusive("g", "g-sign") + SIGN
    + line_up("start", "first", "s", "a1", "a2", "j", "last", "g", "sign") + line_up("s", "b", "j")
    + flow("g", "first", 'outcome == "redo"')
)  # fmt: skip


def test_going_back_within_a_branch_leaves_the_other_alone(begin: Begin, town: Town) -> None:
    case = begin(BRANCHES)
    for node in ("first", "b", "a1"):
        do(case, node, town.specialist)
    _back(case, "a2", "a1", town.specialist)
    assert opened(case) == ["a1"]
    for node in ("a1", "a2"):
        do(case, node, town.specialist)
    assert opened(case) == ["last"]


def test_going_back_before_the_split_undoes_both_branches(begin: Begin, town: Town) -> None:
    case = begin(BRANCHES)
    for node in ("first", "b", "a1"):
        do(case, node, town.specialist)
    _back(case, "a2", "first", town.specialist)
    assert opened(case) == ["first"]
    assert not case.arrivals.filter(consumed=False).exists()
    assert case.timeline.get(event="went_back").note.endswith(": Thiếu số liệu")
    for node in ("first", "b", "a1", "a2"):
        do(case, node, town.specialist)
    assert opened(case) == ["last"]


def test_one_cannot_go_back_into_one_branch_of_several(begin: Begin, town: Town) -> None:
    case = begin(BRANCHES)
    for node in ("first", "b", "a1", "a2"):
        do(case, node, town.specialist)
    step = case.steps.select_related("case", "agency").get(node="last")
    assert [node.id for node in earlier_steps(step)] == ["first"]
    with pytest.raises(Invalid, match="Không thể chuyển hồ sơ về bước này"):
        _back(case, "last", "a1", town.specialist)
