"""Corrections, transfers, and cases opened again because of a complaint."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from tinhso.blocks.cases.actions.clock import begin_pause, extend_term
from tinhso.blocks.cases.actions.correcting import correct_case
from tinhso.blocks.cases.actions.intake import accept_case, refuse_case
from tinhso.blocks.cases.actions.reopening import complain, deny_complaint, reopen_case
from tinhso.blocks.cases.actions.results import return_result, sign_result
from tinhso.blocks.cases.actions.stopping import stop_case
from tinhso.blocks.cases.actions.transferring import transfer_case
from tinhso.blocks.cases.actions.work import complete_step
from tinhso.blocks.cases.changes import changes_of
from tinhso.blocks.cases.clock import standing
from tinhso.blocks.cases.models import Case, Status, Step
from tinhso.blocks.cases.queries import case_for_staff, search_cases, work_of
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.directory.actions import appoint, create_agency, create_post, register_person
from tinhso.blocks.directory.models import Agency, AgencyKind, Person
from tinhso.blocks.messaging.models import Message
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from tinhso.kernel.time import local

Submit = Callable[..., Case]
DAY = timedelta(days=1)
OTHERWISE = {"applicant": {"full_name": "Đặng Thị Ánh", "copies": 3}}


def step(case: Case, node: str) -> Step:
    return case.steps.select_related("case").get(node=node, done_at=None, cancelled=False)


def returned(case: Case, town: Town) -> Case:
    for node in ("review", "check", "draft"):
        complete_step(step(case, node), by=town.specialist, at=MONDAY)
    sign_result(step(case, "sign"), by=town.chairman, at=MONDAY)
    return return_result(step(case, "return"), by=town.clerk, at=MONDAY + DAY)


@pytest.fixture
def received(town: Town, submitted: Submit) -> Case:
    return accept_case(submitted(), by=town.clerk, at=MONDAY)


@pytest.fixture
def neighbour(town: Town) -> Agency:
    return create_agency(
        name="UBND phường Mỹ Phong", short_name="UBND Mỹ Phong", code="H20.71", kind=AgencyKind.COMMITTEE, unit=town.agency.unit,
        parent=town.province, by=None,
    )  # fmt: skip


def hire(agency: Agency, role: str) -> Person:
    person = register_person(f"Người {role}", by=None)
    appoint(person, create_post(agency, role, roles=[role], by=None), valid_from=date(2025, 1, 1), by=None)
    return person


# --- corrections


def test_before_reception_the_applicant_corrects_what_they_entered(town: Town, submitted: Submit) -> None:
    case = correct_case(submitted(), OTHERWISE, by=town.citizen, reason="Cần 3 bản", at=MONDAY)
    assert case.form.answers == OTHERWISE
    kept = case.corrections.get()
    assert (kept.before["applicant"]["copies"], kept.after["applicant"]["copies"]) == (2, 3)
    assert [(line.label, line.before, line.after) for line in changes_of(kept)] == [("Số bản", "2", "3")]


def test_after_reception_only_reception_corrects(town: Town, received: Case) -> None:
    with pytest.raises(WrongState):
        correct_case(received, OTHERWISE, by=town.citizen, reason="x", at=MONDAY)
    for person in (town.specialist, town.stranger, town.manager):
        with pytest.raises(NotAllowed):
            correct_case(received, OTHERWISE, by=person, reason="x", at=MONDAY)
    assert correct_case(received, OTHERWISE, by=town.clerk, reason="Ghi nhầm", at=MONDAY).form.answers == OTHERWISE


def test_nothing_is_corrected_after_the_decision(town: Town, received: Case) -> None:
    ended = returned(received, town)
    with pytest.raises(WrongState):
        correct_case(ended, OTHERWISE, by=town.clerk, reason="x", at=MONDAY)


def test_a_corrected_name_is_found_and_printed_from_now_on(town: Town, received: Case) -> None:
    case = correct_case(
        received, received.form.answers, by=town.clerk, reason="Sai tên", particulars={"name": "Đặng Thị Ân"}, at=MONDAY
    )
    assert case.applicant_name == "Đặng Thị Ân"
    assert search_cases(Case.objects.all(), "dang thi an").exists()
    kept = case.corrections.get()
    assert (kept.party_before, kept.party_after) == ({"name": "Đặng Thị Ánh"}, {"name": "Đặng Thị Ân"})


def test_the_audit_row_of_a_correction_names_questions_and_no_values(town: Town, received: Case) -> None:
    correct_case(received, OTHERWISE, by=town.clerk, reason="Ghi nhầm", particulars={"phone": "0901234567"}, at=MONDAY)
    entry = AuditEntry.objects.get(event="cases.corrected")
    assert (entry.facts["questions"], entry.facts["particulars"]) == (["applicant.copies"], ["phone"])
    assert "0901234567" not in str(entry.facts)


@pytest.mark.parametrize(
    ("answers", "reason"), [(OTHERWISE, " "), ({"applicant": {"full_name": "", "copies": 3}}, "x"), (None, "x")]
)
def test_a_correction_needs_a_reason_right_answers_and_a_change(
    town: Town, received: Case, answers: dict[str, object] | None, reason: str
) -> None:
    with pytest.raises(Invalid):
        correct_case(received, answers or received.form.answers, by=town.clerk, reason=reason, at=MONDAY)
    assert not received.corrections.exists()


def test_answers_that_ask_for_another_document_add_it_to_the_case(town: Town, received: Case) -> None:
    correct_case(received, {"applicant": {"full_name": "A", "copies": 6}}, by=town.clerk, reason="x", at=MONDAY)
    assert set(received.parts.values_list("code", flat=True)) == {"don", "uy-quyen"}


# --- transfers


def test_a_transferred_case_keeps_code_and_clock_and_starts_its_work_anew(town: Town, received: Case, neighbour: Agency) -> None:
    complete_step(step(received, "review"), by=town.specialist, at=MONDAY)
    specialist = hire(neighbour, "specialist")
    case = transfer_case(received, to=neighbour, by=town.chairman, reason="Không thuộc thẩm quyền", at=MONDAY)
    assert (case.code, case.due_at, case.agency) == (received.code, received.due_at, neighbour)
    assert not work_of(town.specialist).exists()
    assert {waiting.node for waiting in work_of(specialist)} == {"review", "check"}
    assert case.steps.filter(done_at__isnull=False).count() == 1


def test_whoever_saw_a_case_before_its_transfer_still_may(town: Town, submitted: Submit, neighbour: Agency) -> None:
    case = transfer_case(submitted(), to=neighbour, by=town.clerk, reason="Nộp nhầm nơi", at=MONDAY)
    for person in (town.clerk, town.chairman, town.manager, hire(neighbour, "reception")):
        assert case_for_staff(case.code, person) == case
    with pytest.raises(NotFound):
        case_for_staff(case.code, town.specialist)


def test_both_sides_are_told_of_a_transfer(town: Town, received: Case, neighbour: Agency) -> None:
    head = hire(neighbour, "signer")
    deputy = hire(town.agency, "signer")
    transfer_case(received, to=neighbour, by=town.chairman, reason="x", at=MONDAY)
    told = Message.objects.filter(template="cases_moved").values_list("person", flat=True)
    assert set(told) == {head.pk, deputy.pk}


def test_a_case_goes_only_to_an_agency_that_handles_the_procedure(town: Town, received: Case) -> None:
    for wrong in (town.province, town.agency):
        with pytest.raises(Invalid):
            transfer_case(received, to=wrong, by=town.chairman, reason="x", at=MONDAY)


def test_before_reception_the_clerk_transfers_and_after_it_those_who_decide(
    town: Town, submitted: Submit, received: Case, neighbour: Agency
) -> None:
    with pytest.raises(NotAllowed):
        transfer_case(received, to=neighbour, by=town.clerk, reason="x", at=MONDAY)
    with pytest.raises(NotAllowed):
        transfer_case(submitted(), to=neighbour, by=town.specialist, reason="x", at=MONDAY)


def test_a_case_whose_clock_stands_still_is_not_transferred(town: Town, received: Case, neighbour: Agency) -> None:
    begin_pause(received, by=town.specialist, reason="agency", note="x", document="1/CV", at=MONDAY)
    with pytest.raises(WrongState):
        transfer_case(received, to=neighbour, by=town.chairman, reason="x", at=MONDAY)


# --- complaints


def test_a_returned_case_reopened_for_a_complaint_counts_its_whole_term_again(town: Town, received: Case) -> None:
    complain(returned(received, town), by=town.citizen, content="Sai tên mẹ", at=MONDAY + 6 * DAY)
    case = reopen_case(received, by=town.chairman, answer="Chấp nhận", at=MONDAY + 7 * DAY)
    assert (case.status, case.ended_at, case.returned_at, case.reopened) == (Status.IN_PROGRESS, None, None, 1)
    assert local(case.received_at) == MONDAY + 7 * DAY
    # the Tuesday is the Day of Vietnamese Culture
    assert local(case.due_at) == (MONDAY + 11 * DAY).replace(hour=17)
    assert {waiting.node for waiting in work_of(town.specialist)} == {"review", "check"}
    assert case.papers.filter(paper__kind="receipt").count() == 2


def test_how_a_reopened_case_had_ended_is_kept(town: Town, received: Case) -> None:
    ended = returned(received, town)
    first = ended.papers.get(is_result=True).paper
    complain(ended, by=town.clerk, content="Sai tên mẹ", at=MONDAY + DAY)
    reopen_case(received, by=town.chairman, answer="Chấp nhận", at=MONDAY + DAY)
    kept = received.reopenings.get()
    assert (kept.status, kept.ended_at, kept.returned_at, kept.result) == (Status.RETURNED, MONDAY, MONDAY + DAY, first)
    assert (kept.due_at, kept.late) == (ended.due_at, False)


def test_a_reopened_case_ends_with_a_second_result_beside_the_first(town: Town, received: Case) -> None:
    complain(returned(received, town), by=town.citizen, content="Sai tên mẹ", at=MONDAY + DAY)
    reopen_case(received, by=town.chairman, answer="Chấp nhận", at=MONDAY + DAY)
    again = returned(received, town)
    assert again.status == Status.RETURNED
    assert again.papers.filter(paper__kind="certificate").count() == 2
    assert again.papers.get(is_result=True).paper.number == "02/XN"


def test_pauses_and_late_steps_of_the_first_time_do_not_count_the_second_time(town: Town, received: Case) -> None:
    begin_pause(received, by=town.specialist, reason="fee", note="x", at=MONDAY)
    stop_case(received, by=town.chairman, reason="x", basis="Điều 1", at=MONDAY + 7 * DAY)
    complain(received, by=town.citizen, content="x", at=MONDAY + 7 * DAY)
    case = reopen_case(received, by=town.chairman, answer="x", at=MONDAY + 7 * DAY)
    late = standing(case, MONDAY + 14 * DAY, list(case.steps.select_related("agency")))
    assert [segment.start for segment in late.segments] == [MONDAY + 7 * DAY]
    assert {one.step.opened_at for one in late.made_late_by} == {MONDAY + 7 * DAY}


def test_a_refused_case_that_is_reopened_waits_for_reception(town: Town, submitted: Submit) -> None:
    refused = refuse_case(submitted(), by=town.clerk, reason="Sai nơi", at=MONDAY)
    complain(refused, by=town.citizen, content="Đúng nơi", at=MONDAY)
    case = reopen_case(refused, by=town.chairman, answer="Chấp nhận", at=MONDAY)
    assert (case.status, case.received_at, case.ended_at) == (Status.SUBMITTED, None, None)
    assert accept_case(case, by=town.clerk, at=MONDAY).status == Status.IN_PROGRESS


def test_a_complaint_is_refused_with_a_reason(town: Town, received: Case) -> None:
    ended = returned(received, town)
    complain(ended, by=town.citizen, content="x", at=MONDAY + DAY)
    with pytest.raises(Invalid):
        deny_complaint(ended, by=town.chairman, answer="", at=MONDAY + DAY)
    denied = deny_complaint(ended, by=town.chairman, answer="Không có cơ sở", at=MONDAY + DAY)
    assert (denied.status, denied.reopened) == (Status.RETURNED, 0)


def test_nothing_is_reopened_without_a_complaint_or_by_others(town: Town, received: Case) -> None:
    ended = returned(received, town)
    with pytest.raises(WrongState):
        reopen_case(ended, by=town.chairman, answer="x", at=MONDAY)
    complain(ended, by=town.citizen, content="x", at=MONDAY)
    for person in (town.clerk, town.specialist, town.citizen):
        with pytest.raises(NotAllowed):
            reopen_case(ended, by=person, answer="x", at=MONDAY)
    with pytest.raises(NotAllowed):
        complain(ended, by=town.stranger, content="x", at=MONDAY)


def test_a_term_extended_before_is_not_extended_after_reopening(town: Town, received: Case) -> None:
    extend_term(received, by=town.chairman, amount=2, reason="x", at=MONDAY)
    complain(returned(received, town), by=town.citizen, content="x", at=MONDAY + DAY)
    case = reopen_case(received, by=town.chairman, answer="x", at=MONDAY + DAY)
    assert local(case.due_at) == (MONDAY + 4 * DAY).replace(hour=17)
    with pytest.raises(WrongState):
        extend_term(case, by=town.chairman, amount=2, reason="x", at=MONDAY + DAY)
