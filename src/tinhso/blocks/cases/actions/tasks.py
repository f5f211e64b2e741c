"""The steps of a user task: opened once, or several times for one task."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, Model, OuterRef

from tinhso.blocks.cases.actions.assigning import assign_by_policy
from tinhso.blocks.cases.actions.common import access
from tinhso.blocks.cases.bpmn.graph import Node
from tinhso.blocks.cases.clock import stand_of
from tinhso.blocks.cases.models import Opinion, Step
from tinhso.blocks.cases.scope import Scope, agency_for, due_in
from tinhso.kernel.actions import write_at_end
from tinhso.kernel.fixed_query import FixedQuery, Param
from tinhso.kernel.inserts import insert


def open_step(
    scope: Scope,
    node: Node,
    *,
    at: datetime,
    instance: int = 0,
    of: int = 1,
    beside: Iterable[Model] = (),
    last: bool = False,
) -> Step:
    """
    Args:
        beside: rows of other tables that begin with the step.
        last: the running action looks at the case's rows no more: unless somebody is to be chosen for it, the step is written
            with what the action records, and has no key before.
    """
    case = scope.case
    agency = agency_for(scope, node.agencies[instance] if node.agencies else node.agency, at=at)
    step = Step(
        case=case,
        sub=scope.sub,
        node=node.id,
        instance=instance,
        name=step_name(node, instance, of),
        does=node.does,
        role=node.role,
        agency=agency,
        opened_at=at,
        due_at=due_in(scope, node, opened_at=at),
        stand=stand_of(case),
    )
    seen_by = access(case, agency, node.role)
    if last and not agency.assigns:
        write_at_end(seen_by, step, *beside)
    else:
        insert(step, beside=[seen_by, *beside])
        assign_by_policy(step, case, at=at)
    return step


HELD_UP = Exists(Opinion.objects.filter(step=OuterRef("pk"), holds_up=True, answered_at__isnull=True, withdrawn=False))
"""Whether a step waits for the opinion of another agency: `held_up` of steps that are read under the case's lock."""
_HELD_UP = FixedQuery(lambda: Step.objects.filter(pk=Param("step")).values_list(HELD_UP, flat=True))


def held_up(step: Step) -> bool:
    known: bool | None = step.__dict__.get("held_up")
    return bool(_HELD_UP.first(step=step.pk)) if known is None else known


def step_name(node: Node, instance: int, of: int) -> str:
    return f"{node.name} ({instance + 1}/{of})" if of > 1 else node.name


def instances_of(scope: Scope, node: Node) -> range:
    """The numbers of the times a task is done."""
    if not node.many:
        return range(1)
    if node.over:
        rows: Any = scope.case.form.answers
        for key in node.over.split(".")[1:]:
            rows = rows.get(key) if isinstance(rows, dict) else None
        return range(len(rows) if isinstance(rows, list) else 0)
    return range(len(node.agencies) or node.times)


def others_remain(scope: Scope, node: Node, step: Step, *, at: datetime) -> bool:
    """Whether a task done several times is not through; in sequence, the next is opened."""
    if scope.case.steps.filter(sub=scope.sub, node=node.id, done_at__isnull=True, cancelled=False).exists():
        return True
    instances = instances_of(scope, node)
    if node.many == "sequential" and step.instance + 1 < len(instances):
        open_step(scope, node, at=at, instance=step.instance + 1, of=len(instances))
        return True
    return False


def common_outcome(scope: Scope, node: Node, last: Step) -> str:
    """What a task done several times leaves behind: the first outcome if all chose it, else the latest that differs."""
    if not node.outcomes or last.outcome != node.outcomes[0]:
        return last.outcome
    times = len(instances_of(scope, node))
    chosen = scope.case.steps.filter(sub=scope.sub, node=node.id, done_at__isnull=False).order_by("-done_at", "-pk")
    outcomes = chosen.values_list("outcome", flat=True)[:times]
    return next((outcome for outcome in outcomes if outcome != node.outcomes[0]), last.outcome)
