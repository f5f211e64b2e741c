"""Who is given a step when it opens: by load, by rule, or nobody. Nothing here changes anything."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Count

from tinhso.blocks.cases.conditions import first_that_holds
from tinhso.blocks.cases.forms import form_of
from tinhso.blocks.cases.models import AssignmentPolicy, AssignmentTurn, Case, ProcedureVersion, Step
from tinhso.blocks.directory.models import Person, Tenure
from tinhso.blocks.directory.queries import tenures_on
from tinhso.kernel.manifest import roles
from tinhso.kernel.rules import compile_rule

Way = AssignmentPolicy.Way
FACTS = frozenset({
    "case.code", "case.channel", "case.procedure", "case.field", "case.reopened",
    "step.id", "step.role", "step.does",
    "applicant.commune", "applicant.business",
})  # fmt: skip
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Rule:
    """What fulfils `condition` goes to `person`, or to the least loaded of those who hold `post`; without either, the role."""

    condition: str
    person: int | None = None
    post: int | None = None


@dataclass(frozen=True)
class Plan:
    """A policy as it is carried out."""

    way: str
    rules: tuple[Rule, ...] = ()

    @property
    def asks_applicant(self) -> bool:
        """Whether a rule reads particulars that are not in the case's own rows."""
        references = [path for rule in self.rules for path, *_rest in compile_rule(rule.condition).references]
        return any(path[0] == "applicant" for path in references)


@dataclass(frozen=True)
class Staff:
    """Who may be given steps of one role at one agency on a day.

    present: for each person the posts through which they hold the role, as holders or in place of one.
    instead: who stands in for those who are away.
    """

    present: Mapping[int, frozenset[int]]
    instead: Mapping[int, int]


@dataclass(frozen=True)
class Load:
    """How many steps somebody has in hand at the agency, and when a policy last gave them one."""

    steps: int = 0
    last: datetime = _NEVER


@dataclass(frozen=True)
class Chosen:
    """Who, and how it came: "load", "rule:2"; with nobody "failed:2" when rule 2 could not be carried out, or nothing."""

    person: int | None = None
    how: str = ""


def choose(plan: Plan, facts: Mapping[str, Any], staff: Staff, loads: Mapping[int, Load]) -> Chosen:
    """Whom a plan gives a step. The first rule that holds decides; where it fails, or nobody it names is there, nobody."""
    if plan.way == Way.LOAD:
        return Chosen(_least(staff.present, loads), "load") if staff.present else Chosen()
    rules = plan.rules if plan.way == Way.RULE else ()
    decided = first_that_holds((rule.condition for rule in rules), facts)
    if not decided.number:
        return Chosen()
    person = None if decided.failed else _target(rules[decided.number - 1], staff, loads)
    return Chosen(person, f"rule:{decided.number}" if person else f"failed:{decided.number}")


def _target(rule: Rule, staff: Staff, loads: Mapping[int, Load]) -> int | None:
    if rule.person:
        person = staff.instead.get(rule.person, rule.person)
        return person if person in staff.present else None
    able = [person for person, posts in staff.present.items() if rule.post is None or rule.post in posts]
    return _least(able, loads) if able else None


def _least(people: Iterable[int], loads: Mapping[int, Load]) -> int:
    def burden(person: int) -> tuple[int, datetime, int]:
        load = loads.get(person, Load())
        return load.steps, load.last, person

    return min(people, key=burden)


# --- what a plan is given


def staff_of(tenures: Iterable[Tenure], role: str) -> Staff:
    """From the tenures at an agency on a day. A personal role is not passed on to who stands in."""
    giving = [tenure for tenure in tenures if role in tenure.post.roles]
    away = {tenure.in_place_of_id: tenure.person_id for tenure in giving if tenure.in_place_of_id and not tenure.beside}
    absent = {tenure.person_id: away[tenure.pk] for tenure in giving if tenure.pk in away}
    known = roles().get(role)
    present: dict[int, frozenset[int]] = {}
    for tenure in giving:
        passed_on = bool(tenure.in_place_of_id)
        if tenure.person_id in absent or (passed_on and known and known.personal):
            continue
        present[tenure.person_id] = present.get(tenure.person_id, frozenset()) | {tenure.post_id}
    return Staff(present, absent)


def tenures_at(agency_id: int, day: date) -> list[Tenure]:
    return list(tenures_on(day).filter(post__agency=agency_id, post__active=True).select_related("post"))


def loads_at(agency_id: int, people: Collection[int]) -> dict[int, Load]:
    """What each of the people has in hand at the agency."""
    held = Step.objects.filter(agency=agency_id, assignee__in=people, done_at__isnull=True, cancelled=False)
    counts = dict(held.order_by().values_list("assignee").annotate(Count("pk")))
    turns = dict(AssignmentTurn.objects.filter(agency=agency_id, person__in=people).values_list("person", "at"))
    return {person: Load(counts.get(person, 0), turns.get(person, _NEVER)) for person in people}


def facts_of(case: Case, step: Step, *, applicant: Person | None = None) -> dict[str, Any]:
    """What rules may read. `applicant`: with their residence, when a rule asks for it."""
    residence = applicant.residence if applicant else None
    return {
        "answers": case.form.answers,
        "case": {
            "code": case.code,
            "channel": case.channel,
            "procedure": case.procedure.code,
            "field": case.procedure.field_code,
            "reopened": case.reopened,
        },
        "step": {"id": step.node, "role": step.role, "does": step.does},
        "applicant": {"commune": residence.code if residence else None, "business": case.business_id is not None},
    }


def known_paths(version: ProcedureVersion | None) -> frozenset[str]:
    """The names a rule may use: with a procedure the questions of its form, without one any answer."""
    answers = form_of(version).field_paths() - {"today"} if version else {"answers.*"}
    return FACTS | answers


# --- policies


def plan_of(policy: AssignmentPolicy) -> Plan:
    rules = sorted(policy.rules.all(), key=lambda rule: rule.number)
    return Plan(policy.way, tuple(Rule(rule.condition, rule.person_id, rule.post_id) for rule in rules))


def policy_for(step: Step, case: Case) -> AssignmentPolicy | None:
    """The most particular policy of the step's agency that speaks of it."""
    policies = AssignmentPolicy.objects.filter(agency=step.agency_id).prefetch_related("rules")
    fitting = [policy for policy in policies if speaks_of(policy, case.procedure_id, step.role, step.node)]
    return max(fitting, key=lambda policy: (policy.node != "", policy.procedure_id is not None, policy.role != ""), default=None)


def speaks_of(policy: AssignmentPolicy, procedure_id: int, role: str, node: str) -> bool:
    return policy.procedure_id in (None, procedure_id) and policy.role in ("", role) and policy.node in ("", node)
