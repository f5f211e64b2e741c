"""Returning a case to an earlier step, with a reason: what came after it is undone."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import tell, transition
from tinhso.blocks.cases.actions.process import Scope, end_sub_cases, open_task, scope_of
from tinhso.blocks.cases.actions.work import open_step
from tinhso.blocks.cases.bpmn.graph import Graph, Kind, Node
from tinhso.blocks.cases.bpmn.soundness import after, markings
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import Case, Step
from tinhso.blocks.cases.process_tables import SubCase, Wait
from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action
from tinhso.kernel.errors import Invalid

BACK = "back"
"""The outcome of a step that was ended by going back."""


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
            raise Invalid(_("Không thể chuyển hồ sơ về bước này."))
        fresh.done_at, fresh.done_by, fresh.outcome, fresh.note = at, by, BACK, reason
        fresh.save(update_fields=["done_at", "done_by", "outcome", "note"])
        scope = scope_of(case, fresh.sub)
        _undo(scope, task, at=at)
        open_task(scope, task, at=at)
        tell(case, "went_back", by=by, at=at, public=False, note=reason, node=fresh.node, to=task.id)
    return case


def _undo(scope: Scope, task: Node, *, at: datetime) -> None:
    nodes, flows = after(scope.graph, task)
    here = {"case": scope.case, "sub": scope.sub}
    Step.objects.filter(**here, node__in=nodes, done_at__isnull=True, cancelled=False).update(cancelled=True)
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
    return frozenset({task.id, *(set(resting) - nodes), *(set(arrived) - flows)}) in _places(graph)


@lru_cache(maxsize=64)
def _places(graph: Graph) -> frozenset[frozenset[str]]:
    """The process's distributions of tokens as rows have them: at nodes, and on flows in front of joins."""
    events = {node.id for node in graph.nodes if node.kind is Kind.BOUNDARY}
    place = {flow.id: flow.id if graph.is_join(graph.node(flow.target)) else flow.target for flow in graph.flows}
    return frozenset(frozenset(place[flow] for flow in marking - events) for marking in markings(graph))
