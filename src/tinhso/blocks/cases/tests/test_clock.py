"""The clock of a case: pauses, the extension, and whose step made it late. The procedure's term is three working days."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tinhso.blocks.cases.actions.clock import begin_pause, end_pause, extend_term
from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.actions.results import sign_result
from tinhso.blocks.cases.actions.supplement import ask_supplement
from tinhso.blocks.cases.actions.work import complete_step
from tinhso.blocks.cases.clock import (
    Standing,
    Verdict,
    ended_late,
    ended_on_time,
    overdue,
    standing,
    standing_still,
    verdict_of,
)
from tinhso.blocks.cases.models import Case, Pause, Status, Step
from tinhso.blocks.cases.queries import work_of
from tinhso.blocks.cases.tests.conftest import MONDAY, Town, withdrawn
from tinhso.blocks.papers.actions import pdf_of
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState
from tinhso.kernel.time import Term, local

Submit = Callable[..., Case]
DAY = timedelta(days=1)
TUESDAY, WEDNESDAY, THURSDAY = MONDAY + DAY, MONDAY + 2 * DAY, MONDAY + 3 * DAY
NEXT_MONDAY = MONDAY + 7 * DAY


@pytest.fixture
def case(town: Town, submitted: Submit) -> Case:
    """Accepted on Monday, due on Thursday at 17:00."""
    return accept_case(submitted(), by=town.clerk, at=MONDAY)


def closing(moment: datetime) -> datetime:
    return moment.replace(hour=17)


def due_at(case: Case) -> datetime | None:
    return local(case.due_at) if case.due_at else None


def step(case: Case, node: str) -> Step:
    return case.steps.select_related("case", "agency").get(node=node, done_at=None, cancelled=False)


def finish(case: Case, town: Town, *nodes: str, at: datetime) -> None:
    for node in nodes:
        complete_step(step(case, node), by=town.specialist, at=at)


def now_stands(case: Case, at: datetime) -> Standing:
    fresh = Case.objects.select_related("agency", "version").get(pk=case.pk)
    return standing(fresh, at, list(fresh.steps.select_related("agency").order_by("opened_at", "pk")))


def wait_for_agency(case: Case, town: Town, at: datetime) -> Case:
    return begin_pause(case, by=town.specialist, reason="agency", note="Chờ sở trả lời", document="12/CV-UBND", at=at)


# pauses


def test_waiting_for_another_agency_stops_the_clock_and_its_answer_gives_a_new_appointment(town: Town, case: Case) -> None:
    paused = wait_for_agency(case, town, TUESDAY)
    assert (paused.status, paused.due_at) == (Status.IN_PROGRESS, None)
    resumed = end_pause(paused, by=town.specialist, at=THURSDAY)
    assert due_at(resumed) == closing(NEXT_MONDAY)  # Tuesday used; Wednesday and Thursday stood still
    moved = resumed.reappointments.get()
    assert (local(moved.before), local(moved.after)) == (closing(THURSDAY), closing(NEXT_MONDAY))


def test_a_tax_duty_has_the_portals_status_six_until_it_is_done(town: Town, case: Case) -> None:
    paused = begin_pause(case, by=town.specialist, reason="fee", note="Nộp lệ phí trước bạ", at=TUESDAY)
    assert paused.status == Status.FINANCIAL_DUTY
    assert end_pause(paused, by=town.specialist, at=TUESDAY).status == Status.IN_PROGRESS


def test_open_steps_move_with_the_case(town: Town, case: Case) -> None:
    before = step(case, "review").due_at
    end_pause(wait_for_agency(case, town, MONDAY + timedelta(hours=1)), by=town.specialist, at=WEDNESDAY)
    assert step(case, "review").due_at > before
    assert step(case, "check").due_at == Case.objects.get(pk=case.pk).due_at


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"reason": "supplement", "note": "x"}, {"pause_reason"}),
        ({"reason": "fee", "note": " "}, {"pause_note"}),
        ({"reason": "court", "note": "Chờ bản án"}, {"document"}),
        ({"reason": "fee", "note": "x", "document": "y" * 201}, {"document"}),
    ],
)
def test_a_pause_needs_a_reason_words_and_for_agency_and_court_a_document(
    town: Town, case: Case, given: dict[str, str], wrong: set[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        begin_pause(case, by=town.specialist, at=TUESDAY, **given)
    assert set(refused.value.fields) == wrong


def test_a_case_stands_still_once_and_runs_on_once(town: Town, case: Case) -> None:
    with pytest.raises(WrongState, match="đang chạy"):
        end_pause(case, by=town.specialist, at=TUESDAY)
    wait_for_agency(case, town, TUESDAY)
    with pytest.raises(WrongState, match="đã tạm dừng rồi"):
        wait_for_agency(case, town, TUESDAY)


def test_an_overdue_case_is_not_made_punctual_by_a_pause(town: Town, case: Case) -> None:
    with pytest.raises(WrongState, match="quá hạn"):
        wait_for_agency(case, town, THURSDAY + DAY)
    asked = ask_supplement(case, by=town.specialist, content="Thiếu đơn", at=THURSDAY + DAY)
    assert verdict_of(asked, THURSDAY + DAY) == Verdict.OVERDUE


def test_a_supplement_is_not_ended_by_the_office(town: Town, case: Case) -> None:
    ask_supplement(case, by=town.specialist, content="Thiếu đơn", at=TUESDAY)
    with pytest.raises(WrongState):
        end_pause(case, by=town.specialist, at=TUESDAY)


def test_while_the_clock_stands_still_nobody_has_work_and_no_step_is_finished(town: Town, case: Case) -> None:
    wait_for_agency(case, town, TUESDAY)
    assert not work_of(town.specialist).exists()
    with pytest.raises(WrongState, match="tạm dừng"):
        finish(case, town, "review", at=TUESDAY)


def test_strangers_stop_no_clock(town: Town, case: Case) -> None:
    with pytest.raises(NotAllowed):
        begin_pause(case, by=town.citizen, reason="fee", note="x", at=TUESDAY)


def test_withdrawing_ends_the_pause(town: Town, case: Case) -> None:
    paused = begin_pause(case, by=town.specialist, reason="fee", note="x", at=TUESDAY)
    withdrawn(paused, town, WEDNESDAY)
    assert not Pause.objects.filter(case=case, ended_at=None).exists()


def test_the_segments_tell_when_the_clock_ran_and_stood_without_a_gap(town: Town, case: Case) -> None:
    end_pause(wait_for_agency(case, town, TUESDAY), by=town.specialist, at=WEDNESDAY)
    wait_for_agency(case, town, THURSDAY)
    segments = now_stands(case, THURSDAY).segments
    assert [(one.pause and one.pause.reason, local(one.start), one.end and local(one.end)) for one in segments] == [
        (None, MONDAY, TUESDAY),
        ("agency", TUESDAY, WEDNESDAY),
        (None, WEDNESDAY, THURSDAY),
        ("agency", THURSDAY, None),
    ]


# the extension


def test_the_term_is_extended_once_with_form_04_and_a_new_appointment(town: Town, case: Case) -> None:
    extended = extend_term(case, by=town.chairman, amount=2, reason="Hồ sơ phức tạp", at=WEDNESDAY)
    assert due_at(extended) == closing(NEXT_MONDAY)
    assert extended.papers.filter(paper__kind="apology").count() == 1
    assert extended.reappointments.get().cause == "extension"
    with pytest.raises(WrongState, match="một lần"):
        extend_term(case, by=town.chairman, amount=2, reason="Lại nữa", at=THURSDAY)


def test_form_04_prints_both_dates_and_the_reason(town: Town, case: Case) -> None:
    paper = extend_term(case, by=town.chairman, amount=2, reason="Hồ sơ phức tạp", at=WEDNESDAY).papers.get(paper__kind="apology")
    assert paper.paper.context["due_before"].startswith("2026-11-19T17:00")
    assert paper.paper.context["due_after"].startswith("2026-11-23T17:00")
    assert pdf_of(paper.paper).startswith(b"%PDF")


def test_after_the_due_date_there_is_no_extension(town: Town, case: Case) -> None:
    with pytest.raises(WrongState, match="trước ngày hẹn trả"):
        extend_term(case, by=town.chairman, amount=1, reason="Chậm", at=THURSDAY + DAY)


def test_a_paused_term_is_not_extended(town: Town, case: Case) -> None:
    wait_for_agency(case, town, TUESDAY)
    with pytest.raises(WrongState, match="tạm dừng"):
        extend_term(case, by=town.chairman, amount=1, reason="Chậm", at=TUESDAY)


def test_only_leaders_extend(town: Town, case: Case) -> None:
    with pytest.raises(NotAllowed):
        extend_term(case, by=town.specialist, amount=1, reason="Chậm", at=TUESDAY)


@pytest.mark.parametrize("amount", [0, -1, 101])
def test_an_extension_has_a_length_and_a_reason(town: Town, case: Case, amount: int) -> None:
    with pytest.raises(Invalid) as refused:
        extend_term(case, by=town.chairman, amount=amount, reason=" ", at=TUESDAY)
    assert set(refused.value.fields) == {"amount", "extend_reason"}


def test_a_pause_after_an_extension_keeps_the_extension(town: Town, case: Case) -> None:
    extend_term(case, by=town.chairman, amount=2, reason="Phức tạp", at=TUESDAY)
    resumed = end_pause(wait_for_agency(case, town, TUESDAY), by=town.specialist, at=WEDNESDAY)
    assert due_at(resumed) == closing(NEXT_MONDAY + 2 * DAY)  # Tuesday is Culture Day


# late by how much, and whose step


def test_the_step_that_overran_its_share_made_the_case_late_not_those_that_came_too_late_to_help(town: Town, case: Case) -> None:
    friday = THURSDAY + DAY
    finish(case, town, "check", at=TUESDAY)
    finish(case, town, "review", at=friday.replace(hour=8))  # its share was one and a half days
    finish(case, town, "draft", at=friday.replace(hour=9))
    sign_result(step(case, "sign"), by=town.chairman, at=friday.replace(hour=10))
    stands = now_stands(case, NEXT_MONDAY)
    assert stands.verdict == Verdict.LATE
    assert [one.step.node for one in stands.made_late_by] == ["review"]
    assert stands.late_by.label() == "1 ngày làm việc"


def test_an_overrun_that_a_later_step_made_up_for_is_forgiven(town: Town, case: Case) -> None:
    finish(case, town, "check", at=TUESDAY)
    finish(case, town, "review", at=THURSDAY.replace(hour=8))  # over its share, yet the case is in time
    assert now_stands(case, THURSDAY).made_late_by == ()
    finish(case, town, "draft", at=THURSDAY + DAY)
    late = now_stands(case, THURSDAY + DAY)
    assert {one.step.node for one in late.made_late_by} == {"review", "draft"}


def test_an_open_case_past_its_date_names_the_step_it_lies_with(town: Town, case: Case) -> None:
    finish(case, town, "check", "review", at=MONDAY)
    stands = now_stands(case, THURSDAY + DAY)
    assert stands.verdict == Verdict.OVERDUE
    assert [one.step.node for one in stands.made_late_by] == ["draft"]
    assert stands.made_late_by[0].step.role == "specialist"


def test_time_in_which_the_clock_stood_still_is_no_overrun(town: Town, case: Case) -> None:
    end_pause(wait_for_agency(case, town, TUESDAY.replace(hour=8)), by=town.specialist, at=NEXT_MONDAY)
    finish(case, town, "review", "check", at=NEXT_MONDAY)
    assert [one.over for one in now_stands(case, NEXT_MONDAY).steps if one.step.done_at] == [None, None]


def test_a_case_ended_at_its_due_moment_is_on_time(town: Town, case: Case) -> None:
    finish(case, town, "check", "review", "draft", at=TUESDAY)
    sign_result(step(case, "sign"), by=town.chairman, at=closing(THURSDAY))
    assert now_stands(case, NEXT_MONDAY).verdict == Verdict.ON_TIME


def test_before_receipt_no_clock_runs(submitted: Submit) -> None:
    stands = now_stands(submitted(), MONDAY)
    assert (stands.verdict, stands.due, stands.segments) == (Verdict.NOT_RECEIVED, None, ())


def test_the_conditions_of_queries_say_what_the_verdict_says(town: Town, submitted: Submit) -> None:
    cases = [accept_case(submitted(), by=town.clerk, at=MONDAY) for _ in range(5)]
    submitted()
    wait_for_agency(cases[0], town, TUESDAY)
    for number, end in ((1, WEDNESDAY), (2, THURSDAY + DAY)):
        finish(cases[number], town, "check", "review", "draft", at=TUESDAY)
        sign_result(step(cases[number], "sign"), by=town.chairman, at=end)
    withdrawn(cases[3], town, TUESDAY)
    at = THURSDAY + DAY
    by_verdict = {
        Verdict.OVERDUE: overdue(at),
        Verdict.PAUSED: standing_still(),
        Verdict.ON_TIME: ended_on_time(),
        Verdict.LATE: ended_late(),
    }
    for verdict, condition in by_verdict.items():
        said = {case.pk for case in Case.objects.select_related("version") if verdict_of(case, at) == verdict}
        assert said == set(Case.objects.filter(condition).values_list("pk", flat=True))
        assert len(said) == 1


def test_the_whole_term_is_shown_beside_its_extension(town: Town, case: Case) -> None:
    extend_term(case, by=town.chairman, amount=2, reason="Phức tạp", at=TUESDAY)
    stands = now_stands(case, TUESDAY)
    assert (stands.extension, stands.due.term) == (Term(2), Term(5))
