"""The life of a case, from submission to return."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tinhso.blocks.cases.actions.intake import Applicant, HandedIn, accept_case, move_to_person, refuse_case
from tinhso.blocks.cases.actions.results import rate_case, return_result, send_back_unsigned, sign_many, sign_result
from tinhso.blocks.cases.actions.stopping import withdraw_case
from tinhso.blocks.cases.actions.supplement import answer_supplement, ask_supplement
from tinhso.blocks.cases.actions.work import assign_step, complete_step, take_step
from tinhso.blocks.cases.models import Case, Status, Step
from tinhso.blocks.cases.queries import case_for_applicant, case_for_staff, cases_visible_to, work_of
from tinhso.blocks.cases.tests.conftest import MONDAY, Town, withdrawn
from tinhso.blocks.esignature.verify import verify_pdf
from tinhso.blocks.papers.actions import signed_pdf_of
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from tinhso.kernel.time import local

Submit = Callable[..., Case]


def _step(case: Case, node: str) -> Step:
    return case.steps.select_related("case").get(node=node, done_at=None, cancelled=False)


def _to_signature(case: Case, town: Town) -> Step:
    for node in ("review", "check", "draft"):
        complete_step(_step(case, node), by=town.specialist, at=MONDAY)
    return _step(case, "sign")


def test_the_whole_story_ends_with_a_signed_result_that_verifies(town: Town, submitted: Submit) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    paper = sign_result(_to_signature(case, town), by=town.chairman, at=MONDAY)
    assert paper.number == "01/XN"
    report = verify_pdf(signed_pdf_of(paper))
    assert all(signature.intact for signature in report.signatures)
    returned = return_result(_step(case, "return"), by=town.clerk, at=MONDAY)
    assert returned.status == Status.RETURNED
    assert not case.steps.filter(done_at=None).exists()


def test_the_code_names_agency_day_and_number(town: Town, submitted: Submit) -> None:
    assert [submitted().code for _ in range(2)] == ["H20.70-261116-0001", "H20.70-261116-0002"]


def test_a_repeated_submission_returns_the_same_case(submitted: Submit) -> None:
    assert submitted(submission_key="k1").pk == submitted(submission_key="k1").pk
    assert Case.objects.count() == 1


def test_acceptance_starts_the_clock_and_counts_no_day_of_receipt(town: Town, submitted: Submit) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    assert local(case.due_at) == (MONDAY + timedelta(days=3)).replace(hour=17)


def test_a_case_accepted_in_the_evening_is_received_the_next_morning(town: Town, submitted: Submit) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY.replace(hour=20))
    assert local(case.received_at) == (MONDAY + timedelta(days=1)).replace(hour=7)


def test_only_reception_accepts(town: Town, submitted: Submit) -> None:
    with pytest.raises(NotAllowed):
        accept_case(submitted(), by=town.specialist, at=MONDAY)


def test_a_case_is_accepted_once(town: Town, submitted: Submit) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    with pytest.raises(WrongState):
        accept_case(case, by=town.clerk, at=MONDAY)


def test_missing_answers_and_parts_are_named(town: Town, submitted: Submit) -> None:
    with pytest.raises(Invalid) as refused:
        submitted(answers={"applicant": {"full_name": ""}}, parts={})
    assert set(refused.value.fields) == {"applicant.full_name", "applicant.copies", "parts.don"}


def test_a_part_is_wanted_only_when_its_condition_holds(submitted: Submit) -> None:
    with pytest.raises(Invalid) as refused:
        submitted(answers={"applicant": {"full_name": "A", "copies": 6}})
    assert set(refused.value.fields) == {"parts.uy-quyen"}


def test_a_refusal_needs_a_reason_and_issues_form_03(town: Town, submitted: Submit) -> None:
    case = submitted()
    with pytest.raises(Invalid):
        refuse_case(case, by=town.clerk, reason="  ", at=MONDAY)
    refused = refuse_case(case, by=town.clerk, reason="Không thuộc thẩm quyền", at=MONDAY)
    assert refused.status == Status.REFUSED
    assert refused.papers.get().paper.kind == "refusal"


def test_a_supplement_stops_the_clock_and_gives_a_new_due_date(town: Town, submitted: Submit) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    asked = ask_supplement(case, by=town.specialist, content="Thiếu đơn", at=MONDAY + timedelta(days=1))
    assert (asked.status, asked.due_at) == (Status.SUPPLEMENT_ASKED, None)
    answered = answer_supplement(
        asked, by=town.citizen, answer="Đây ạ", parts={"don": HandedIn(on_paper=True)}, at=MONDAY + timedelta(days=3)
    )
    # due Thursday; Tuesday to Thursday were lost: two working days later is Monday
    assert local(answered.due_at) == (MONDAY + timedelta(days=7)).replace(hour=17)


def test_a_second_supplement_request_counts_as_late_in_the_766_index_only(town: Town, submitted: Submit) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    for _ in range(2):
        case = ask_supplement(case, by=town.clerk, content="Thiếu", at=MONDAY)
        case = answer_supplement(case, by=town.citizen, answer="Đây", at=MONDAY)
    assert case.counts_late_766
    assert local(case.due_at) == (MONDAY + timedelta(days=3)).replace(hour=17)


def test_while_a_supplement_is_awaited_nobody_has_work(town: Town, submitted: Submit) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    assert work_of(town.specialist).count() == 2
    ask_supplement(case, by=town.clerk, content="Thiếu", at=MONDAY)
    assert not work_of(town.specialist).exists()


def test_a_withdrawn_case_waits_for_nobody(town: Town, submitted: Submit) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    withdrawn(case, town)
    assert not work_of(town.specialist).exists()


def test_a_stranger_cannot_withdraw_a_case(town: Town, submitted: Submit) -> None:
    with pytest.raises(NotAllowed):
        withdraw_case(submitted(), by=town.stranger, at=MONDAY)


def test_the_join_waits_for_both_branches(town: Town, submitted: Submit) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    complete_step(_step(case, "check"), by=town.specialist, at=MONDAY)
    assert not case.steps.filter(node="draft").exists()
    complete_step(_step(case, "review"), by=town.specialist, at=MONDAY)
    assert case.steps.filter(node="draft").count() == 1


def test_a_step_sent_back_needs_a_reason_and_opens_the_draft_again(town: Town, submitted: Submit) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    step = _to_signature(case, town)
    with pytest.raises(Invalid):
        send_back_unsigned(step, by=town.chairman, outcome="return", note="", at=MONDAY)
    send_back_unsigned(step, by=town.chairman, outcome="return", note="Sai tên", at=MONDAY)
    assert _step(case, "draft").name == "Dự thảo"


def test_a_step_taken_by_a_colleague_is_refused(town: Town, submitted: Submit) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    take_step(_step(case, "review"), by=town.specialist, at=MONDAY)
    with pytest.raises(NotAllowed):
        complete_step(_step(case, "review"), by=town.other_specialist, at=MONDAY)


def test_a_step_is_handed_only_to_somebody_who_holds_its_role(town: Town, submitted: Submit) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    with pytest.raises(Invalid):
        assign_step(_step(case, "review"), to=town.clerk, by=town.specialist, at=MONDAY)
    assert (
        assign_step(_step(case, "review"), to=town.other_specialist, by=town.specialist, at=MONDAY).assignee
        == town.other_specialist
    )


def test_a_step_cannot_be_signed_by_completing_it(town: Town, submitted: Submit) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    with pytest.raises(WrongState):
        complete_step(_to_signature(case, town), by=town.chairman, outcome="approve", at=MONDAY)


def test_in_a_batch_one_case_that_cannot_be_signed_does_not_stop_the_others(town: Town, submitted: Submit) -> None:
    first, second = (accept_case(submitted(), by=town.clerk, at=MONDAY) for _ in range(2))
    steps = [_to_signature(first, town), _to_signature(second, town)]
    withdrawn(first, town)
    signed = sign_many(steps, by=town.chairman, at=MONDAY)
    assert [bool(line.paper) for line in signed] == [False, True]
    assert signed[0].error


def test_a_case_is_seen_by_its_applicant_its_staff_and_those_above(town: Town, submitted: Submit) -> None:
    case = accept_case(submitted(), by=town.clerk, at=MONDAY)
    for person in (town.clerk, town.specialist, town.chairman, town.manager):
        assert case_for_staff(case.code, person).pk == case.pk
    assert case_for_applicant(case.code, town.citizen).pk == case.pk
    for outsider in (town.stranger, town.citizen):
        with pytest.raises(NotFound):
            case_for_staff(case.code, outsider)
    with pytest.raises(NotFound):
        case_for_applicant(case.code, town.stranger)


def test_a_specialist_sees_a_case_only_when_a_step_has_come_to_the_role(town: Town, submitted: Submit) -> None:
    case = submitted()
    assert not cases_visible_to(town.specialist).exists()
    accept_case(case, by=town.clerk, at=MONDAY)
    assert cases_visible_to(town.specialist).count() == 1


def test_a_case_is_rated_once_by_its_applicant(town: Town, submitted: Submit) -> None:
    case = refuse_case(submitted(), by=town.clerk, reason="Sai nơi", at=MONDAY)
    rate_case(case, by=town.citizen, stars=4, at=MONDAY)
    with pytest.raises(WrongState):
        rate_case(case, by=town.citizen, stars=5, at=MONDAY)


def test_every_change_leaves_an_audit_row_without_personal_values(town: Town, submitted: Submit) -> None:
    accept_case(submitted(), by=town.clerk, at=MONDAY)
    entries = AuditEntry.objects.filter(event__startswith="cases.", object_type="cases.case")
    assert list(entries.order_by("pk").values_list("event", flat=True)) == ["cases.submitted", "cases.accepted"]
    assert not any("Ánh" in str(entry.facts) for entry in AuditEntry.objects.all())


def test_an_applicant_without_a_register_entry_can_apply_at_the_counter(town: Town, submitted: Submit) -> None:
    case = submitted(applicant=Applicant(name="Người Mới"), by=town.clerk)
    assert (case.applicant, case.applicant_name) == (None, "Người Mới")


def test_cases_of_a_self_declared_entry_go_to_the_person_it_turned_out_to_be(town: Town, submitted: Submit) -> None:
    case = submitted(applicant=Applicant(name="Huỳnh Văn Lạ", person=town.stranger), by=town.stranger)
    assert move_to_person(town.stranger, town.citizen) == 1
    assert case_for_applicant(case.code, town.citizen).parties.get().person == town.citizen
