"""Moving an open case to a newer version of its procedure. Nothing is guessed: a case whose places are not all mapped stays."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from tinhso.blocks.cases.actions.common import tell, transition
from tinhso.blocks.cases.actions.process import shift_open_steps, wait_at
from tinhso.blocks.cases.actions.tasks import instances_of, open_step, step_name
from tinhso.blocks.cases.bpmn.graph import Graph, Node
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import Case, Part, ProcedureVersion, Reappointment, Step, SubCase, Wait
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.cases.requirements import required_parts
from tinhso.blocks.cases.scope import Scope, scope_of
from tinhso.blocks.cases.version_maps import changed
from tinhso.blocks.cases.version_moves import Course, Landing, Obstacle, Outlook, go_under, outlooks
from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action
from tinhso.kernel.errors import WrongState
from tinhso.kernel.permissions import require
from tinhso.kernel.time import local


class Stays(WrongState):
    """The case cannot go; `obstacles` says why."""

    code = "case_stays"

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        self.obstacles = tuple(obstacles)
        super().__init__("; ".join(obstacle.text for obstacle in obstacles))


@dataclass(frozen=True)
class Moved:
    """What was done. steps: the open ones that are now called, done or held differently; "from → to" by name in `ways`."""

    steps: tuple[Step, ...]
    ways: tuple[str, ...]


@action
def move_to_version(case: Case, course: Course, *, of: ProcedureVersion, by: Person, at: datetime) -> Moved:
    """Let an open case go on under a newer version: what is open in it lands where the map says, looked at again under its lock.

    What was done stays done under the old version. Its clock keeps start, pauses, extension and term; see `go_under`.

    Args:
        of: the version it is expected to be in.

    Raises:
        Stays: something of it has no place in the new version, or it is in another version or status by now.
    """
    require(by, "cases.edit_procedures")
    with transition(case, Deed.MOVE_VERSION) as case:
        if case.version_id != of.pk or course.to.procedure_id != case.procedure_id:
            raise Stays([Obstacle("version")])
        [outlook] = outlooks([case], course, at=at)
        if outlook.obstacles:
            raise Stays(outlook.obstacles)
        before, due = case.version, case.due_at
        case.steps.exclude(pk__in=[step.pk for step in outlook.rows.steps]).filter(version=None).update(version=before)
        case.corrections.filter(version=None).update(version=before)
        go_under(case, course, at=at)
        steps = _land(outlook, case, before, at=at)
        _ask_for_papers(case)
        shift_open_steps(case)
        if due and case.due_at and due != case.due_at:
            Reappointment.objects.create(case=case, at=at, cause=Reappointment.Cause.VERSION, before=due, after=case.due_at)
            note = f"{local(due):%H:%M %d/%m/%Y} → {local(case.due_at):%H:%M %d/%m/%Y}"
            tell(case, "term_shortened", by=by, at=at, note=note)
        ways = tuple(dict.fromkeys(_way(landing) for landing in outlook.landings))
        note = f"{before.version} → {course.to.version}: {'; '.join(ways)}"
        nodes = [f"{landing.before.id}>{landing.after.id}" for landing in outlook.landings]
        tell(case, "version_changed", by=by, at=at, public=False, note=note, of=before.version, to=course.to.version, nodes=nodes)
    return Moved(tuple(steps), ways)


def _way(landing: Landing) -> str:
    before, after = landing.before.name or landing.before.id, landing.after.name or landing.after.id
    if before != after:
        return f"{before} → {after}"
    with override("vi"):
        return before if not changed(landing.before, landing.after) else _("{step} (thay đổi)").format(step=before)


def _land(outlook: Outlook, case: Case, before: ProcedureVersion, *, at: datetime) -> list[Step]:
    """Put every row at its new place. Returns the steps of which somebody should hear."""
    _clear_the_way(outlook.landings)
    for landing in outlook.landings:
        if isinstance(landing.row, SubCase):
            landing.row.node, landing.row.process = landing.after.id, landing.after.calls
            landing.row.save(update_fields=["node", "process"])
        elif isinstance(landing.row, Wait):
            landing.row.node, landing.row.message = landing.after.id, landing.after.message
            landing.row.save(update_fields=["node", "message"])
    subs = {sub.pk: sub for sub in SubCase.objects.select_related("agency").filter(case=case, ended_at__isnull=True)}
    scopes = {None: scope_of(case, None)} | {pk: scope_of(case, sub) for pk, sub in subs.items()}
    told = []
    for landing in outlook.landings:
        if isinstance(landing.row, Step):
            step = _land_step(landing, scopes[landing.row.sub_id], before, at=at)
            if changed(landing.before, landing.after):
                told.append(step)
    for arrival in outlook.rows.arrivals:
        flows = {flow.id: flow for flow in scopes[arrival.sub_id].graph.flows}
        if arrival.node != flows[arrival.flow].target:
            arrival.node = flows[arrival.flow].target
            arrival.save(update_fields=["node"])
    _set_timers(outlook, scopes, graph_of(before), at=at)
    return told


def _clear_the_way(landings: Sequence[Landing]) -> None:
    """Two may change places; no two rows may be open at one place even for a moment."""
    for model in (Step, Wait, SubCase):
        for landing in landings:
            if isinstance(landing.row, model) and landing.before.id != landing.after.id:
                model._default_manager.filter(pk=landing.row.pk).update(node=f"→{landing.row.pk}")


def _land_step(landing: Landing, scope: Scope, before: ProcedureVersion, *, at: datetime) -> Step:
    """With the same hands the step goes on; else it ends there and a new one opens, with its open questions."""
    step, node = landing.row, landing.after
    assert isinstance(step, Step)  # noqa: S101
    of = len(instances_of(scope, node))
    if landing.same_hands:
        step.node, step.name, step.does = node.id, step_name(node, step.instance, of), node.does
        step.save(update_fields=["node", "name", "does"])
        return step
    Step.objects.filter(pk=step.pk).update(cancelled=True, version=before, node=landing.before.id)
    new = open_step(scope, node, at=at, instance=step.instance, of=of)
    step.opinions.filter(answered_at__isnull=True, withdrawn=False).update(step=new)
    return new


def _set_timers(outlook: Outlook, scopes: dict[int | None, Scope], old: Graph, *, at: datetime) -> None:
    """Timers at steps: one with the same id runs on, one that has run out is not begun again, new ones begin now."""
    running: dict[int | None, dict[str, Wait]] = defaultdict(dict)
    for timer in outlook.rows.timers:
        running[timer.sub_id][timer.node] = timer
    kept, begun = set[int](), dict[tuple[int | None, str], Node]()
    for landing in outlook.landings:
        if isinstance(landing.row, Step):
            key, events = landing.row.sub_id, {event.id for event in _events(old, landing.before)}
            for event in scopes[key].graph.boundaries(landing.after):
                if event.id not in events:
                    begun[key, event.id] = event
                elif event.id in running[key]:
                    kept.add(running[key][event.id].pk)
    ended = [timer.pk for timer in outlook.rows.timers if timer.pk not in kept]
    Wait.objects.filter(pk__in=ended).update(ended_at=at)
    for (key, _name), event in begun.items():
        wait_at(scopes[key], event, at=at)


def _events(graph: Graph, node: Node) -> tuple[Node, ...]:
    process = next(process for process in graph.processes if node in process.nodes)
    return process.boundaries(node)


def _ask_for_papers(case: Case) -> None:
    """What the new version wants and the old did not becomes a part of the case, not handed in yet."""
    there = set(case.parts.values_list("code", flat=True))
    Part.objects.bulk_create(
        Part(case=case, code=part.code, name=part.name, required=part.required, originals=part.originals, copies=part.copies)
        for part in required_parts(case.version, case.form.answers)
        if part.code not in there
    )
