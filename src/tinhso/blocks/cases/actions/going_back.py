"""Returning a case to an earlier step, with a reason: what came after it is undone."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import tell, transition
from tinhso.blocks.cases.actions.process import end_sub_cases, open_task
from tinhso.blocks.cases.actions.work import open_step
from tinhso.blocks.cases.bpmn.graph import Graph, Node
from tinhso.blocks.cases.bpmn.soundness import after, places
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import Case, Opinion, Step, SubCase, Wait
from tinhso.blocks.cases.scope import Scope, scope_of
from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action
from tinhso.kernel.errors import Invalid

BACK = "back"
"""The outcome of a step that was ended by going back."""


@dataclass(frozen=True)
class Target:
    """An earlier step one may go back to, and what that undoes, for the person to read before they do it.

    open: names of steps, waits and sub-cases that are cancelled. again: names of steps that were done and are to be done anew.
    opinions: how many questions are withdrawn.
    """

    node: Node
    open: tuple[str, ...]
    again: tuple[str, ...]
    opinions: int


def targets_of(step: Step) -> list[Target]:
    """Where the step's case may go back to, the nearest first."""
    scope = scope_of(step.case, step.sub)
    return [_target(scope, step, node) for node in reversed(earlier_steps(step))]


def _target(scope: Scope, step: Step, task: Node) -> Target:
    nodes, _flows = after(scope.graph, task)
    here = {"case": scope.case, "sub": scope.sub, "node__in": nodes}
    steps = list(Step.objects.filter(**here, cancelled=False).order_by("opened_at", "pk"))
    ended = [wait.node for wait in Wait.objects.filter(**here, ended_at__isnull=True, at_step=False)]
    ended += SubCase.objects.filter(case=scope.case, parent=scope.sub, node__in=nodes, ended_at__isnull=True).values_list(
        "node", flat=True
    )
    return Target(
        node=task,
        open=(*(one.name for one in steps if one.open), *(scope.graph.node(node).name or node for node in ended)),
        again=tuple(dict.fromkeys(one.name for one in steps if one.done_at and one.node not in (task.id, step.node))),
        opinions=_questions(scope.case, [*(one.pk for one in steps if one.open), step.pk]).count(),
    )


def _questions(case: Case, steps: Iterable[int]) -> QuerySet[Opinion]:
    return case.opinions.filter(step__in=steps, answered_at__isnull=True, withdrawn=False)


def earlier_steps(step: Step) -> list[Node]:
    """The tasks to which a step's case may be returned, in the order of the process.

    Those done before in the same process from which the step follows, and where what is left after undoing is something the
    process can also come to by itself: so a join never waits for a branch that was undone.
    """
    scope = scope_of(step.case, step.sub)
    done = set(scope.case.steps.filter(sub=scope.sub, done_at__isnull=False).values_list("node", flat=True))
    nodes, arrived = scope.resting(), _arrived(scope)
    return [
        task
        for task in scope.graph.user_tasks
        if task.id in done and task.id != step.node and _sound(scope.graph, task, step.node, nodes, arrived)
    ]


@action
def go_back(step: Step, to: str, *, by: Person, reason: str, at: datetime | None = None) -> Case:
    """Return the case to an earlier step: whatever came after it is cancelled, other branches go on.

    Raises:
        NotAllowed: the step is not this person's.
        Invalid: one cannot go back there, or no reason is given.
    """
    at = at or now()
    reason = free_text(reason, field="reason")
    if not reason:
        raise Invalid(_("Hãy ghi lý do."), fields={"reason": _("Hãy ghi lý do để người nhận biết phải làm gì.")})
    with transition(step.case, Deed.SEND_BACK) as case:
        fresh = open_step(step, case, by=by)
        task = next((node for node in earlier_steps(fresh) if node.id == to), None)
        if task is None:
            wrong = {"to": _("Hãy chọn một bước trong danh sách.")}
            raise Invalid(_("Không thể chuyển hồ sơ về bước này."), fields=wrong)
        fresh.done_at, fresh.done_by, fresh.outcome, fresh.note = at, by, BACK, reason
        fresh.save(update_fields=["done_at", "done_by", "outcome", "note"])
        scope = scope_of(case, fresh.sub)
        _undo(scope, fresh, task, at=at)
        open_task(scope, task, at=at)
        tell(
            case,
            "went_back",
            by=by,
            at=at,
            public=False,
            note=f"{fresh.name} → {task.name}: {reason}",
            node=fresh.node,
            to=task.id,
        )
    return case


def _undo(scope: Scope, step: Step, task: Node, *, at: datetime) -> None:
    nodes, flows = after(scope.graph, task)
    here = {"case": scope.case, "sub": scope.sub}
    ended = Step.objects.filter(**here, node__in=nodes, done_at__isnull=True, cancelled=False)
    _questions(scope.case, [*ended.values_list("pk", flat=True), step.pk]).update(withdrawn=True)
    ended.update(cancelled=True)
    Wait.objects.filter(**here, node__in=nodes, ended_at__isnull=True).update(ended_at=at)
    scope.case.arrivals.filter(sub=scope.sub, flow__in=flows, consumed=False).update(consumed=True)
    for sub in SubCase.objects.filter(case=scope.case, parent=scope.sub, node__in=nodes, ended_at__isnull=True):
        end_sub_cases(sub, cancelled=True, at=at)


def _arrived(scope: Scope) -> set[str]:
    return set(scope.case.arrivals.filter(sub=scope.sub, consumed=False).values_list("flow", flat=True))


def _sound(graph: Graph, task: Node, current: str, resting: Collection[str], arrived: Collection[str]) -> bool:
    nodes, flows = after(graph, task)
    if current not in nodes:
        return False
    return frozenset({task.id, *(set(resting) - nodes), *(set(arrived) - flows)}) in places(graph)
