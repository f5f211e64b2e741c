"""Open cases go on under a newer version of their procedure, or stay, with the reason."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tinhso.blocks.cases.actions.correcting import correct_case
from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.actions.opinions import ask_opinion
from tinhso.blocks.cases.actions.procedures import install_procedure, replace_version
from tinhso.blocks.cases.actions.supplement import ask_supplement
from tinhso.blocks.cases.actions.versions import Stays, move_to_version
from tinhso.blocks.cases.actions.work import complete_step
from tinhso.blocks.cases.changes import corrections_of
from tinhso.blocks.cases.clock import promise_to, standing
from tinhso.blocks.cases.jobs import tell_applicant
from tinhso.blocks.cases.loading import load_folder
from tinhso.blocks.cases.models import Case, ProcedureVersion, Status, Step
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.cases.tests.folder import PROCEDURE, PROCESS, SCHEMA, with_question, write_folder
from tinhso.blocks.cases.version_maps import STAYS, proposed_map, wrong_in
from tinhso.blocks.cases.version_moves import Course, dates_of, outlooks
from tinhso.blocks.directory.models import Person
from tinhso.blocks.messaging.models import Message
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import NotAllowed, WrongState
from tinhso.kernel.events import Event

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(hours=2)
NEW_DATES = PROCEDURE.replace('"2025.1"', '"2030.1"').replace("2025-07-01", "2026-11-16")
CHECKED = (
    '<bpmn:userTask id="verify" name="Đối chiếu sổ" tinhso:role="specialist" tinhso:does="review"/>',
    '<bpmn:userTask id="check" name="Đối chiếu sổ" tinhso:role="specialist" tinhso:does="review"/>',
)
Newer = Callable[..., ProcedureVersion]


@pytest.fixture
def newer(version: ProcedureVersion, tmp_path: Path) -> Newer:
    """Install a second version; keyword arguments are its files."""

    def install(**files: object) -> ProcedureVersion:
        folder = tmp_path / "9.000001@2030.1"
        given = {"procedure": NEW_DATES, **files}
        return replace_version(load_folder(write_folder(folder, **given)), by=None)  # type: ignore[arg-type]

    return install


@pytest.fixture
def running(submitted: Callable[..., Case], town: Town) -> Case:
    return accept_case(submitted(), by=town.clerk, at=MONDAY)


def course(before: ProcedureVersion, after: ProcedureVersion, **changes: str) -> Course:
    return Course(after, proposed_map(graph_of(before), graph_of(after)) | changes)


def move(case: Case, where: Course, town: Town, version: ProcedureVersion) -> Case:
    move_to_version(case, where, of=version, by=town.manager, at=LATER)
    return Case.objects.select_related("version", "agency", "form").get(pk=case.pk)


def opened(case: Case) -> dict[str, Step]:
    return {step.node: step for step in case.steps.select_related("agency").filter(done_at=None, cancelled=False)}


def do(case: Case, node: str, by: Person, **given: str) -> None:
    complete_step(case.steps.select_related("case", "agency").get(node=node, done_at=None, cancelled=False), by=by, **given)


def test_a_case_goes_on_where_it_is_and_what_was_done_stays_under_the_old_version(
    running: Case, town: Town, version: ProcedureVersion, newer: Newer
) -> None:
    do(running, "review", town.specialist)
    due = Case.objects.get(pk=running.pk).due_at
    process = PROCESS.replace(CHECKED[1], CHECKED[0]).replace('sourceRef="check"', 'sourceRef="verify"')
    process = process.replace('targetRef="check"', 'targetRef="verify"').replace('"Dự thảo"', '"Soạn thảo"')
    to = newer(process=process)
    case = move(running, course(version, to), town, version)
    assert (case.version_id, case.due_at, case.term_version_id) == (to.pk, due, None)
    assert list(opened(case)) == ["verify"]
    assert case.steps.get(node="review").version_id == version.pk
    standing(case, LATER, list(case.steps.select_related("agency")))
    do(case, "verify", town.specialist)
    assert opened(case)["draft"].name == "Soạn thảo"
    told = case.timeline.get(event="version_changed")
    assert not told.public
    assert told.note == "2025.1 → 2030.1: Đối chiếu sổ"
    assert AuditEntry.objects.filter(event="cases.version_changed", actor_id=town.manager.pk).exists()


def test_a_step_of_another_role_opens_anew_for_those_who_hold_it_with_its_questions(
    running: Case, town: Town, version: ProcedureVersion, newer: Newer
) -> None:
    [review, check] = [opened(running)[name] for name in ("review", "check")]
    asked = ask_opinion(review, town.agency, by=town.specialist, role="signer", question="Đúng không?", at=MONDAY)
    to = newer(process=PROCESS.replace('name="Thẩm định" tinhso:role="specialist"', 'name="Thẩm định" tinhso:role="signer"'))
    case = move(running, course(version, to), town, version)
    review.refresh_from_db()
    assert (review.cancelled, review.version_id) == (True, version.pk)
    assert opened(case)["review"].role == "signer"
    assert opened(case)["check"].pk == check.pk
    assert case.access.filter(role="signer", agency=town.agency).exists()
    asked.refresh_from_db()
    assert asked.step_id == opened(case)["review"].pk


def test_places_may_change_names_with_each_other(running: Case, town: Town, version: ProcedureVersion, newer: Newer) -> None:
    to = newer()
    case = move(running, course(version, to, review="check", check="review"), town, version)
    names = dict(case.steps.values_list("pk", "name"))
    assert sorted(names.values()) == ["Thẩm định", "Đối chiếu sổ"]


def test_what_has_no_place_keeps_the_case_where_it_is(running: Case, town: Town, version: ProcedureVersion, newer: Newer) -> None:
    to = newer()
    usual = course(version, to)
    partly = replace(usual, mapped={name: place for name, place in usual.mapped.items() if name != "check"})
    for where, code in (
        (partly, "unmapped"),
        (course(version, to, check=STAYS), "stays"),
        (course(version, to, check="review"), "together"),
        (course(version, to, review="draft", check="draft"), "together"),
    ):
        with pytest.raises(Stays) as stays:
            move(running, where, town, version)
        assert {obstacle.code for obstacle in stays.value.obstacles} == {code}
        assert all(obstacle.text for obstacle in stays.value.obstacles)
    running.refresh_from_db()
    assert running.version_id == version.pk
    assert set(opened(running)) == {"review", "check"}


def test_a_branch_that_waits_at_a_join_needs_the_same_join(
    running: Case, town: Town, version: ProcedureVersion, newer: Newer
) -> None:
    do(running, "review", town.specialist)
    to = newer(process=PROCESS.replace('id="f4"', 'id="f44"'))
    with pytest.raises(Stays) as stays:
        move(running, course(version, to), town, version)
    assert [obstacle.code for obstacle in stays.value.obstacles] == ["join"]


def test_a_case_is_looked_at_again_under_its_lock(running: Case, town: Town, version: ProcedureVersion, newer: Newer) -> None:
    where = course(version, newer(), check=STAYS)
    do(running, "check", town.specialist)  # meanwhile
    case = move(running, where, town, version)
    assert list(opened(case)) == ["review"]
    with pytest.raises(Stays) as stays:
        move(case, where, town, version)
    assert [obstacle.code for obstacle in stays.value.obstacles] == ["version"]


def test_only_those_who_may_edit_procedures_move_cases(
    running: Case, town: Town, version: ProcedureVersion, newer: Newer
) -> None:
    with pytest.raises(NotAllowed):
        move_to_version(running, course(version, newer()), of=version, by=town.chairman, at=LATER)


def test_a_place_after_the_signature_follows_none_before_it(version: ProcedureVersion, newer: Newer) -> None:
    before, after = graph_of(version), graph_of(newer())
    assert wrong_in({"draft": "return", "sign": "sign", "nowhere": "sign"}, before, after) == ["nowhere", "draft"]
    assert wrong_in({"draft": "review", "sign": STAYS}, before, after) == []


def test_the_term_promised_is_kept_and_a_shorter_one_taken_only_where_asked_for(
    submitted: Callable[..., Case], town: Town, version: ProcedureVersion, newer: Newer
) -> None:
    first, second = (accept_case(submitted(), by=town.clerk, at=MONDAY) for _index in range(2))
    to = newer(procedure=NEW_DATES.replace('text = "3 days"', 'text = "2 days"'))
    usual = course(version, to)
    kept = move(first, usual, town, version)
    assert (kept.due_at, promise_to(kept).term.amount, kept.term_version_id) == (first.due_at, 3, version.pk)
    shorter = replace(usual, shorter=True)
    second = Case.objects.select_related("version", "agency", "form").get(pk=second.pk)
    [outlook] = outlooks([second], shorter, at=LATER)
    dates = dates_of(outlook, shorter, at=LATER)
    moved = move(second, shorter, town, version)
    assert first.due_at
    assert moved.due_at == first.due_at - timedelta(days=1) == dates.after
    assert {landing.row.pk: after for landing, _before, after in dates.steps} == {
        step.pk: step.due_at for step in opened(moved).values()
    }
    assert moved.reappointments.get().cause == "version"
    assert moved.timeline.filter(event="term_shortened", public=True).exists()
    assert promise_to(moved).term.amount == 2


def test_a_longer_term_does_not_make_a_case_due_later(running: Case, town: Town, version: ProcedureVersion, newer: Newer) -> None:
    to = newer(procedure=NEW_DATES.replace('"3 days"', '"9 days"'))
    case = move(running, replace(course(version, to), shorter=True), town, version)
    assert case.due_at == running.due_at
    assert promise_to(case).legal.amount == 3


def test_a_case_that_waits_for_papers_goes_too_and_stands_still(
    running: Case, town: Town, version: ProcedureVersion, newer: Newer
) -> None:
    ask_supplement(running, by=town.specialist, content="Bản sao", at=MONDAY)
    case = move(running, course(version, newer()), town, version)
    assert (case.status, case.due_at) == (Status.SUPPLEMENT_ASKED, None)
    assert all(step.due_at is None for step in opened(case).values())


def test_what_the_new_version_asks_for_besides_is_named_and_holds_a_case_back_unless_it_may_go_without(
    running: Case, town: Town, version: ProcedureVersion, newer: Newer
) -> None:
    part = '[[parts]]\ncode = "anh"\nname = "Ảnh 4x6"\ncopies = 2\n\n[[parts]]\ncode = "uy-quyen"'
    schema = with_question("job", {"type": "string", "title": "Nghề nghiệp", "minLength": 1})
    schema["properties"]["applicant"]["required"].append("job")
    to = newer(procedure=NEW_DATES.replace('[[parts]]\ncode = "uy-quyen"', part), schema=schema)
    with pytest.raises(Stays) as stays:
        move(running, course(version, to), town, version)
    assert [(obstacle.code, obstacle.what) for obstacle in stays.value.obstacles] == [("incomplete", "Ảnh 4x6; Nghề nghiệp")]
    case = move(running, replace(course(version, to), incomplete=True), town, version)
    assert set(case.parts.values_list("code", "on_paper")) == {("don", True), ("anh", False)}


TIMED = (
    '<bpmn:boundaryEvent id="{id}" attachedToRef="review" cancelActivity="false"><bpmn:timerEventDefinition>'
    "<bpmn:timeDuration>{after}</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    '<bpmn:sequenceFlow id="g1" sourceRef="{id}" targetRef="help"/>'
    '<bpmn:userTask id="help" name="Hỗ trợ" tinhso:role="department_head" tinhso:does="review"/>'
    '<bpmn:sequenceFlow id="g2" sourceRef="help" targetRef="helped"/><bpmn:endEvent id="helped"/></bpmn:process>'
)


def test_timers_at_a_step_begin_with_the_move_and_those_there_run_on(
    running: Case, town: Town, version: ProcedureVersion, newer: Newer, tmp_path: Path
) -> None:
    to = newer(process=PROCESS.replace("</bpmn:process>", TIMED.format(id="slow", after="PT5H")))
    case = move(running, course(version, to), town, version)
    timer = case.waits.get(ended_at=None)
    assert (timer.node, timer.opened_at, timer.due_at) == ("slow", LATER, LATER + timedelta(hours=5))
    third = NEW_DATES.replace("2030.1", "2031.1").replace("2026-11-16", "2026-11-17")
    process = PROCESS.replace("</bpmn:process>", TIMED.format(id="slow", after="PT1H"))
    last = replace_version(load_folder(write_folder(tmp_path / "9.000001@2031.1", procedure=third, process=process)), by=None)
    case = move(case, course(to, last), town, to)
    timer.refresh_from_db()
    assert (timer.ended_at, timer.due_at) == (None, LATER + timedelta(hours=1))


def test_looking_at_many_cases_takes_no_more_queries(
    submitted: Callable[..., Case], town: Town, version: ProcedureVersion, newer: Newer, django_assert_num_queries
) -> None:
    cases = [accept_case(submitted(), by=town.clerk, at=MONDAY) for _index in range(4)]
    where = course(version, newer(schema=with_question("job", SCHEMA["properties"]["applicant"]["properties"]["full_name"])))
    cases = list(Case.objects.select_related("version", "agency", "form").filter(pk__in=[case.pk for case in cases]))
    with django_assert_num_queries(5):
        assert [outlook.goes for outlook in outlooks(cases, where, at=LATER)] == [True] * 4


def test_the_applicant_hears_of_an_earlier_date(running: Case, town: Town, version: ProcedureVersion, newer: Newer) -> None:
    to = newer(procedure=NEW_DATES.replace('text = "3 days"', 'text = "2 days"'))
    move(running, replace(course(version, to), shorter=True), town, version)
    tell_applicant(Event("cases.term_shortened", "cases.case", str(running.pk), None))
    assert Message.objects.filter(template="cases_term_shortened").exists()


def test_a_correction_made_before_the_move_is_read_with_the_form_it_was_made_by(
    running: Case, town: Town, version: ProcedureVersion, newer: Newer
) -> None:
    answers = {"applicant": {**running.form.answers["applicant"], "copies": 3}}
    correct_case(running, answers, by=town.clerk, reason="Nhầm số bản", at=MONDAY)
    to = newer(schema=json.loads(json.dumps(SCHEMA).replace(json.dumps("Số bản"), json.dumps("Số lượng bản sao"))))
    case = move(running, course(version, to), town, version)
    [(_correction, changes)] = corrections_of(case)
    assert [(change.label, change.after) for change in changes] == [("Số bản", "3")]
    correct_case(case, {"applicant": {**answers["applicant"], "copies": 4}}, by=town.clerk, reason="Lại nhầm", at=LATER)
    assert corrections_of(case)[1][1][0].label == "Số lượng bản sao"


def test_a_version_under_which_steps_were_done_before_the_case_moved_on_is_not_overwritten(
    running: Case, town: Town, version: ProcedureVersion, newer: Newer, tmp_path: Path
) -> None:
    do(running, "review", town.specialist)
    move(running, course(version, newer()), town, version)
    assert not version.cases.exists()
    changed = PROCEDURE.replace("amount = 0", "amount = 8000")
    with pytest.raises(WrongState, match="đặt số phiên bản mới"):
        install_procedure(load_folder(write_folder(tmp_path / "again" / "9.000001", procedure=changed)), by=None)
