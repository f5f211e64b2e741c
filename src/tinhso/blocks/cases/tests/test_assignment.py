"""Steps find somebody when they open: by load, by rule, with those in mind who are away."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from tinhso.blocks.cases.actions.assigning import drop_policy, set_policy
from tinhso.blocks.cases.actions.intake import HandedIn, accept_case
from tinhso.blocks.cases.actions.results import return_result, sign_result
from tinhso.blocks.cases.actions.work import assign_step, complete_step, take_step
from tinhso.blocks.cases.assignment import Plan, Rule, Way
from tinhso.blocks.cases.assignment_trial import try_plan
from tinhso.blocks.cases.models import AssignmentPolicy, Case, Procedure, Step
from tinhso.blocks.cases.tests.conftest import MONDAY, Town
from tinhso.blocks.directory.actions import appoint, create_post, register_person
from tinhso.blocks.directory.models import Agency, Person, Post, Tenure
from tinhso.blocks.messaging.actions import read_all_notices
from tinhso.blocks.messaging.models import Message
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState

Submit = Callable[..., Case]
LOAD = Plan(Way.LOAD)


def by_rules(*rules: Rule) -> Plan:
    return Plan(Way.RULE, rules)


def post_of(person: Person) -> Post:
    return Post.objects.get(tenures__person=person, tenures__in_place_of=None)


def set_for(town: Town, plan: Plan, **matter: object) -> AssignmentPolicy:
    return set_policy(again(town.agency), plan, by=town.chairman, **matter)  # type: ignore[arg-type]


def again(agency: Agency) -> Agency:
    return Agency.objects.get(pk=agency.pk)


def accepted(town: Town, submitted: Submit, **changes: object) -> dict[str, Step]:
    """The steps of a fresh case that reception has taken in."""
    case = accept_case(submitted(**changes), by=town.clerk, at=MONDAY)
    return {step.node: step for step in case.steps.select_related("assignee", "case").order_by("pk")}


def test_without_a_policy_a_step_waits_for_whoever_takes_it(town: Town, submitted: Submit) -> None:
    steps = accepted(town, submitted)
    assert {step.assignee for step in steps.values()} == {None}
    assert {step.assigned_how for step in steps.values()} == {""}


def test_by_load_the_steps_go_to_who_has_least_to_do(town: Town, submitted: Submit) -> None:
    set_for(town, LOAD, role="specialist")
    first = accepted(town, submitted)
    assert {step.assignee for step in first.values()} == {town.specialist, town.other_specialist}
    for step in first.values():
        assign_step(
            step, to=town.specialist, by=town.specialist if step.assignee == town.specialist else town.chairman, at=MONDAY
        )
    second = accepted(town, submitted)
    assert {step.assignee for step in second.values()} == {town.other_specialist}


def test_of_equally_loaded_colleagues_the_one_who_got_a_step_longest_ago_is_next(town: Town, submitted: Submit) -> None:
    set_for(town, LOAD, role="specialist")
    given = []
    for day in range(4):
        at = MONDAY + timedelta(minutes=day)
        case = accept_case(submitted(at=at), by=town.clerk, at=at)
        for step in case.steps.select_related("case", "assignee").order_by("pk"):
            given.append(step.assignee)
            complete_step(step, by=step.assignee, at=at)  # type: ignore[arg-type]
        case.steps.filter(done_at=None).delete()
    assert Counter(given) == {town.specialist: 4, town.other_specialist: 4}


def test_a_step_of_another_role_is_left_alone(town: Town, submitted: Submit) -> None:
    set_for(town, LOAD, role="reception")
    assert accepted(town, submitted)["review"].assignee is None


def test_who_is_away_gets_nothing_and_who_stands_in_does(town: Town, submitted: Submit) -> None:
    set_for(town, LOAD, role="specialist")
    away = Tenure.objects.get(person=town.specialist)
    Tenure.objects.create(
        post=away.post,
        person=town.clerk,
        in_place_of=away,
        valid_from=MONDAY.date(),
        valid_to=MONDAY.date() + timedelta(days=3),
    )
    steps = accepted(town, submitted)
    assert {step.assignee for step in steps.values()} == {town.clerk, town.other_specialist}


def test_a_rule_that_names_somebody_who_is_away_gives_to_who_stands_in(town: Town, submitted: Submit) -> None:
    set_for(town, by_rules(Rule("true", person=town.specialist.pk)), role="specialist")
    away = Tenure.objects.get(person=town.specialist)
    Tenure.objects.create(post=away.post, person=town.clerk, in_place_of=away, valid_from=MONDAY.date(), valid_to=MONDAY.date())
    assert accepted(town, submitted)["review"].assignee == town.clerk


def test_the_first_rule_that_holds_decides(town: Town, submitted: Submit) -> None:
    few, many = Rule("answers.applicant.copies < 5", town.specialist.pk), Rule("true", post=post_of(town.other_specialist).pk)
    set_for(town, by_rules(few, many), procedure=Procedure.objects.get())
    steps = accepted(town, submitted)
    assert steps["review"].assignee == town.specialist
    assert steps["review"].assigned_how == "rule:1"
    steps = accepted(town, submitted, answers={"applicant": {"full_name": "Đặng Thị Ánh", "copies": 5}})
    assert steps["review"].assignee == town.other_specialist
    assert steps["review"].assigned_how == "rule:2"


def test_a_post_is_a_group_that_shares_by_load(town: Town, submitted: Submit) -> None:
    post = create_post(town.agency, "Tổ thẩm định", roles=["specialist"], by=None)
    for person in (town.clerk, town.other_specialist):
        appoint(person, post, valid_from=date(2025, 1, 1), by=None)
    set_for(town, by_rules(Rule("true", post=post.pk)), role="specialist")
    assert {step.assignee for step in accepted(town, submitted).values()} == {town.clerk, town.other_specialist}


def test_the_most_particular_policy_holds(town: Town, submitted: Submit) -> None:
    procedure = Procedure.objects.get()
    set_for(town, LOAD)
    set_for(town, Plan(Way.NOBODY), procedure=procedure)
    set_for(town, by_rules(Rule("true", town.other_specialist.pk)), procedure=procedure, node="check")
    steps = accepted(town, submitted)
    assert steps["review"].assignee is None
    assert steps["check"].assignee == town.other_specialist


def test_a_rule_that_fails_leaves_the_step_to_nobody_and_says_so(town: Town, submitted: Submit) -> None:
    set_for(town, by_rules(Rule("answers.note + 1 > 2", town.specialist.pk)), role="specialist")
    steps = accepted(town, submitted)
    assert steps["review"].assignee is None
    assert steps["review"].assigned_how == "failed:1"
    told = steps["review"].case.timeline.filter(event="assignment_failed").first()
    assert told
    assert told.note == "Thẩm định: quy tắc 1 không giao được cho ai"


def test_a_rule_that_names_somebody_who_has_left_leaves_the_step_to_nobody(town: Town, submitted: Submit) -> None:
    set_for(town, by_rules(Rule("true", town.specialist.pk)), role="specialist")
    Tenure.objects.filter(person=town.specialist).update(valid_to=MONDAY.date() - timedelta(days=1))
    assert accepted(town, submitted)["review"].assigned_how == "failed:1"


def test_rules_know_the_commune_where_the_applicant_lives(town: Town, submitted: Submit) -> None:
    set_for(town, by_rules(Rule('applicant.commune == "28249"', town.other_specialist.pk)), role="specialist")
    assert accepted(town, submitted)["review"].assignee is None
    Person.objects.filter(pk=town.citizen.pk).update(residence=town.agency.unit)
    assert accepted(town, submitted)["review"].assignee == town.other_specialist


def test_the_time_line_says_why(town: Town, submitted: Submit) -> None:
    set_for(town, by_rules(Rule("true", town.specialist.pk)), role="specialist")
    told = accepted(town, submitted)["review"].case.timeline.filter(event="step_assigned").first()
    assert told
    assert (told.actor, told.public) == (None, False)
    assert told.note == "Thẩm định: Trần Văn Bình, theo quy tắc 1"
    entry = AuditEntry.objects.filter(event="cases.step_assigned").latest("pk")
    assert entry.facts["how"] == "rule:1"


def test_given_on_by_hand_a_step_no_longer_says_that_a_policy_chose(town: Town, submitted: Submit) -> None:
    set_for(town, LOAD, role="specialist")
    step = accepted(town, submitted)["review"]
    assert assign_step(step, to=town.other_specialist, by=town.chairman, at=MONDAY).assigned_how == ""


def test_a_rule_with_a_mistake_is_not_saved(town: Town, submitted: Submit) -> None:
    procedure = submitted().procedure
    rules = (Rule("answers.applicant.copis > 5", town.specialist.pk), Rule("true &&"), Rule("true", town.chairman.pk))
    with pytest.raises(Invalid) as refusal:
        set_for(town, by_rules(*rules), procedure=procedure, node="review")
    assert set(refusal.value.fields) == {"condition-1", "condition-2", "target-3"}
    assert "answers.applicant.copies" in str(refusal.value.fields["condition-1"])
    assert not AssignmentPolicy.objects.exists()


def test_rules_without_a_single_rule_are_not_saved(town: Town) -> None:
    with pytest.raises(Invalid):
        set_for(town, by_rules())


def test_only_heads_and_administrators_say_who_is_given_what(town: Town) -> None:
    with pytest.raises(NotAllowed):
        set_policy(town.agency, LOAD, by=town.specialist)
    policy = set_for(town, LOAD)
    with pytest.raises(NotAllowed):
        drop_policy(policy, by=town.manager)


def test_a_dropped_policy_holds_no_longer(town: Town, submitted: Submit) -> None:
    policy = set_for(town, LOAD)
    assert again(town.agency).assigns
    drop_policy(policy, by=town.chairman)
    assert not again(town.agency).assigns
    assert accepted(town, submitted)["review"].assignee is None
    with pytest.raises(WrongState):
        drop_policy(policy, by=town.chairman)


def test_saying_it_again_replaces_what_was_said_of_the_same_matter(town: Town) -> None:
    set_for(town, LOAD, role="specialist")
    set_for(town, by_rules(Rule("true")), role="specialist")
    policy = AssignmentPolicy.objects.get()
    assert (policy.way, policy.rules.count()) == (Way.RULE, 1)


def with_letter() -> dict[str, HandedIn]:
    return {"don": HandedIn(on_paper=True), "uy-quyen": HandedIn(on_paper=True)}


def test_the_trial_shows_what_a_plan_would_have_done_with_the_last_weeks(town: Town, submitted: Submit) -> None:
    for copies in (2, 3, 9):
        answers = {"applicant": {"full_name": "Đặng Thị Ánh", "copies": copies}}
        accepted(town, submitted, answers=answers, parts=with_letter())
    plan = by_rules(Rule("answers.applicant.copies == 2", town.specialist.pk), Rule("answers.applicant.copies == 3"))
    trial = try_plan(plan, town.agency, procedure=Procedure.objects.get(), node="review", now=MONDAY + timedelta(days=1))
    assert len(trial.tried) == 3
    assert dict(trial.shares) == {town.specialist: 1, town.other_specialist: 1}
    assert (trial.nobody, trial.failed) == (1, 0)
    assert not Step.objects.exclude(assignee=None).exists()


def test_the_trial_by_load_shares_evenly(town: Town, submitted: Submit) -> None:
    for _ in range(4):
        accepted(town, submitted)
    trial = try_plan(LOAD, town.agency, role="specialist", now=MONDAY + timedelta(days=1))
    assert dict(trial.shares) == {town.specialist: 4, town.other_specialist: 4}


def test_the_trial_says_which_rules_would_have_failed(town: Town, submitted: Submit) -> None:
    accepted(town, submitted)
    trial = try_plan(by_rules(Rule("answers.note + 1 > 2")), town.agency, now=MONDAY + timedelta(days=1))
    assert (len(trial.tried), trial.failed) == (2, 2)


def test_a_result_is_returned_by_whoever_stands_at_the_counter(town: Town, submitted: Submit) -> None:
    set_for(town, LOAD)
    steps = accepted(town, submitted)
    case = steps["review"].case
    for _round in range(6):
        waiting = case.steps.filter(done_at=None, cancelled=False).exclude(does__in=("sign", "return")).select_related("assignee")
        for step in waiting:
            complete_step(step, by=step.assignee, at=MONDAY)
    signing = case.steps.get(does="sign", done_at=None)
    assert signing.assignee == town.chairman
    sign_result(signing, by=town.chairman, at=MONDAY)
    returning = case.steps.get(does="return", done_at=None)
    assert (returning.assignee, returning.assigned_how) == (None, "")
    colleague = register_person("Ngô Thị Quầy", by=None)
    appoint(colleague, post_of(town.clerk), valid_from=date(2025, 1, 1), by=None)
    assign_step(returning, to=town.clerk, by=town.clerk, at=MONDAY)
    assign_step(returning, to=colleague, by=town.clerk, at=MONDAY)
    return_result(case.steps.get(pk=returning.pk), by=colleague, at=MONDAY)


def test_a_policy_for_a_step_that_is_no_more_is_not_saved(town: Town, submitted: Submit) -> None:
    submitted()
    for matter in (
        {"procedure": Procedure.objects.get(), "node": "gone"},
        {"node": "review"},
        {"role": "citizen"},
        {"role": "x" * 60},
    ):
        with pytest.raises(Invalid) as refused:
            set_for(town, LOAD, **matter)
        assert set(refused.value.fields) == {"part"}
    with pytest.raises(Invalid) as refused:
        set_for(town, by_rules(Rule("true", 0)))
    assert set(refused.value.fields) == {"target-1"}


def test_whoever_is_given_a_step_is_told_with_the_way_to_the_case_and_not_again_before_they_have_read_it(
    town: Town, submitted: Submit
) -> None:
    set_for(town, LOAD, role="specialist")
    step = accepted(town, submitted)["review"]
    notice = Message.objects.get(person=step.assignee, template="cases_step_given")
    assert (notice.channel, step.case.code in notice.link, step.name in notice.body) == ("notice", True, True)
    for _ in range(3):
        accepted(town, submitted)
    assert Message.objects.filter(person=step.assignee, template="cases_step_given").count() == 1
    read_all_notices(by=step.assignee)  # type: ignore[arg-type]
    accepted(town, submitted)
    assert Message.objects.filter(person=step.assignee, template="cases_step_given").count() == 2


def test_who_takes_a_step_is_not_told_and_who_is_given_it_by_a_colleague_is(town: Town, submitted: Submit) -> None:
    step = accepted(town, submitted)["review"]
    take_step(step, by=town.specialist, at=MONDAY)
    assert not Message.objects.filter(template="cases_step_given").exists()
    assign_step(step, to=town.other_specialist, by=town.specialist, at=MONDAY)
    assert Message.objects.get(template="cases_step_given").person == town.other_specialist
