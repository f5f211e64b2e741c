"""Giving steps to somebody when they open, and the policies by which that is done."""

from collections.abc import Iterable
from datetime import datetime
from time import monotonic, sleep

from django.db import connection
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import override

from tinhso.blocks.cases.actions.common import tell
from tinhso.blocks.cases.actions.given import tell_given
from tinhso.blocks.cases.assignment import (
    Chosen,
    Plan,
    Rule,
    Way,
    choose,
    facts_of,
    known_paths,
    loads_at,
    plan_of,
    policy_for,
    staff_of,
    tenures_at,
)
from tinhso.blocks.cases.models import AssignmentPolicy, AssignmentRule, AssignmentTurn, Case, Procedure, ProcedureVersion, Step
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.directory.models import Agency, Person, Post
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.kernel.manifest import roles
from tinhso.kernel.permissions import require
from tinhso.kernel.rules import check_rule
from tinhso.kernel.time import local

MOST_RULES = 20
_LONGEST_WAIT = 0.5


def assign_by_policy(step: Step, case: Case, *, at: datetime) -> None:
    """Give a step that has just opened to somebody, as the agency wishes; nothing where it has no policy.

    Called in the transition that opens the step, which it never fails: a rule that cannot be carried out leaves the step to
    nobody and says so. To return a result is everybody's at the counter: the applicant comes to the one that is free.
    """
    if not step.agency.assigns or step.does == "return":
        return
    policy = policy_for(step, case)
    if policy is None or policy.way == Way.NOBODY:
        return
    alone = _wait_for_others(step.agency_id)
    chosen = _choose(plan_of(policy), step, case, at=at)
    if not chosen.how:
        return
    step.assignee_id, step.assigned_how = chosen.person, chosen.how
    step.save(update_fields=["assignee", "assigned_how"])
    if chosen.person and alone:
        AssignmentTurn.objects.update_or_create(agency=step.agency, person_id=chosen.person, defaults={"at": at})
    with override("vi"):
        who = f"{step.assignee.full_name}, " if step.assignee else ""
        note = f"{step.name}: {who}{step.assigned_because}"
    event = "step_assigned" if chosen.person else "assignment_failed"
    facts = {"node": step.node, "to": chosen.person, "how": chosen.how, "policy": policy.pk}
    tell(case, event, by=None, at=at, public=False, note=note, **facts)
    if step.assignee:
        tell_given(step, case, step.assignee)


def _choose(plan: Plan, step: Step, case: Case, *, at: datetime) -> Chosen:
    staff = staff_of(tenures_at(step.agency_id, local(at).date()), step.role)
    applicant = case.applicant if plan.asks_applicant else None
    return choose(plan, facts_of(case, step, applicant=applicant), staff, loads_at(step.agency_id, list(staff.present)))


def _wait_for_others(agency_id: int) -> bool:
    """Two steps that open at the same moment must not both go to whoever has least to do.

    Waits for the other transaction, but not for long: one that opens steps at several agencies could otherwise wait for another
    that waits for it. Then the share is less even, and nothing worse. Returns whether nobody else chooses there now.
    """
    until = monotonic() + _LONGEST_WAIT
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"cases.assign {agency_id}"])
            row = cursor.fetchone()
            if row and row[0]:
                return True
            if monotonic() > until:
                return False
            sleep(0.01)


# --- policies


@action
def set_policy(
    agency: Agency, plan: Plan, *, procedure: Procedure | None = None, role: str = "", node: str = "", by: Person
) -> AssignmentPolicy:
    """Say how an agency's steps find somebody; in place of what was said before of the same matter.

    Raises:
        Invalid: a rule cannot be understood or names somebody who does no such work there; `fields` names "condition-1",
            "target-1" and so on.
    """
    require(by, "cases.arrange_work", at=agency)
    agency = Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
    check_plan(plan, agency, procedure=procedure, role=role, node=node)
    policy, _new = AssignmentPolicy.objects.update_or_create(
        agency=agency, procedure=procedure, role=role, node=node, defaults={"way": plan.way}
    )
    policy.rules.all().delete()
    AssignmentRule.objects.bulk_create(
        AssignmentRule(policy=policy, number=number, condition=rule.condition, person_id=rule.person, post_id=rule.post)
        for number, rule in enumerate(plan.rules if plan.way == Way.RULE else (), 1)
    )
    _note_that_there_are_policies(agency)
    targets = [{"person": rule.person, "post": rule.post} for rule in plan.rules]
    matter = {"procedure": procedure.code if procedure else "", "role": role, "node": node}
    record("cases.assignment_set", by=by, on=policy, agency=agency, way=plan.way, targets=targets, **matter)
    return policy


def check_plan(plan: Plan, agency: Agency, *, procedure: Procedure | None = None, role: str = "", node: str = "") -> None:
    """Whether a plan could be carried out there.

    Raises:
        Invalid: as `set_policy`.
    """
    version = procedure.versions.order_by("-valid_from").first() if procedure else None
    rules = plan.rules if plan.way == Way.RULE else ()
    needed = role_of_part(version, role=role, node=node)
    wrong = {**_wrong_conditions(rules, known_paths(version)), **_wrong_targets(rules, agency, needed or "")}
    if needed is None:
        wrong["part"] = _("Quy trình đang áp dụng không còn bước này. Hãy chọn phần việc khác.")
    if plan.way not in Way.values:
        wrong["way"] = _("Hãy chọn cách giao việc.")
    elif plan.way == Way.RULE and not rules:
        wrong["condition-1"] = _("Hãy ghi ít nhất một quy tắc.")
    elif len(rules) > MOST_RULES:
        wrong["way"] = _("Nhiều nhất %(limit)s quy tắc.") % {"limit": MOST_RULES}
    if wrong:
        raise Invalid(_("Cách giao việc này còn chỗ chưa đúng."), fields=wrong)


@action
def drop_policy(policy: AssignmentPolicy, *, by: Person) -> None:
    """Let the more general policy hold again, or none."""
    require(by, "cases.arrange_work", at=policy.agency)
    agency = Agency.objects.select_for_update(no_key=True).get(pk=policy.agency_id)
    fresh = AssignmentPolicy.objects.filter(pk=policy.pk).first()
    if fresh is None:
        raise WrongState(_("Cách giao việc này đã được bỏ."))
    record("cases.assignment_dropped", by=by, on=fresh, agency=agency)
    fresh.delete()
    _note_that_there_are_policies(agency)


def role_of_part(version: ProcedureVersion | None, *, role: str, node: str) -> str | None:
    """Whose steps a policy speaks of, "" for everybody's; None when there are no such steps."""
    if node:
        graph = graph_of(version) if version else None
        steps = [step for process in graph.processes for step in process.user_tasks] if graph else []
        return next((step.role for step in steps if step.id == node), None)
    return role if not role or (role in roles() and "cases.work" in roles()[role].permissions) else None


def _note_that_there_are_policies(agency: Agency) -> None:
    agency.assigns = AssignmentPolicy.objects.filter(agency=agency).exclude(way=Way.NOBODY).exists()
    agency.save(update_fields=["assigns"])


def _wrong_conditions(rules: Iterable[Rule], known: frozenset[str]) -> dict[str, object]:
    found = {number: check_rule(rule.condition, known) for number, rule in enumerate(rules, 1)}
    return {f"condition-{number}": " ".join(problems) for number, problems in found.items() if problems}


def _wrong_targets(rules: Iterable[Rule], agency: Agency, role: str) -> dict[str, object]:
    tenures = tenures_at(agency.pk, localdate())
    people = {tenure.person_id for tenure in tenures if not role or role in tenure.post.roles}
    posts = {post.pk for post in Post.objects.filter(agency=agency, active=True) if not role or role in post.roles}
    wrong: dict[str, object] = {}
    for number, rule in enumerate(rules, 1):
        if (rule.person is not None and rule.person not in people) or (rule.post is not None and rule.post not in posts):
            wrong[f"target-{number}"] = _("Người hoặc vị trí này không làm bước đó ở cơ quan.")
    return wrong
