"""Carrying out an approved plan: each case in a transaction of its own, so that one that fails stops no other."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime

import structlog
from django.db import transaction
from django.utils.timezone import now

from tinhso.blocks.cases.actions.versions import Stays, move_to_version
from tinhso.blocks.cases.models import Step
from tinhso.blocks.directory.models import Person
from tinhso.blocks.directory.queries import holders
from tinhso.blocks.messaging.actions import send
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import WrongState
from tinhso.kernel.time import local
from tinhso.services.processes.models import MovePlan, PlannedCase
from tinhso.services.processes.plans import course_of

log = structlog.get_logger(__name__)
State = PlannedCase.State
_NAMED = 5


def carry_out(plan_id: int, mover: int | None = None) -> None:
    """Move what waits. Begun again after a break it goes on where it was; beside another run it takes the other cases.

    Args:
        mover: who made it go on, in whose name cases are moved then; else it is who approved the plan.
    """
    plan = MovePlan.objects.select_related("source", "target", "decided_by").get(pk=plan_id)
    if plan.state != MovePlan.State.RUNNING:
        return
    by = Person.objects.get(pk=mover) if mover else plan.decided_by
    assert by  # noqa: S101 - an approved plan has one
    for pk in list(plan.cases.filter(state=State.WAITING).order_by("pk").values_list("pk", flat=True)):
        try:
            move_one(plan, pk, by=by, at=now())
        except Exception as error:
            log.exception("case_not_moved", plan=plan_id, planned=pk)
            note_failure(pk, type(error).__name__, at=now())
    finish_plan(plan, by=by, at=now())


@action
def move_one(plan: MovePlan, pk: int, *, by: Person, at: datetime) -> None:
    """Move one case, or keep why it stays. Nothing where another run has it, or has done with it."""
    held = PlannedCase.objects.select_for_update(skip_locked=True, of=("self",)).select_related("case")
    planned = held.filter(pk=pk, state=State.WAITING).first()
    if planned is None:
        return
    planned.done_at = at
    try:
        with transaction.atomic():
            moved = move_to_version(planned.case, course_of(plan), of=plan.source, by=by, at=at)
    except Stays as stays:
        planned.state, planned.obstacles = State.STAYED, [[obstacle.code, obstacle.what] for obstacle in stays.obstacles]
    except WrongState:
        planned.state, planned.obstacles = State.STAYED, [["status", ""]]
    else:
        planned.state, planned.ways, planned.steps = State.MOVED, list(moved.ways), [step.pk for step in moved.steps]
    planned.save()


@action
def note_failure(pk: int, what: str, *, at: datetime) -> None:
    """What went wrong is in the log; here stands that something did."""
    PlannedCase.objects.filter(pk=pk, state=State.WAITING).update(state=State.FAILED, obstacles=[["failed", what]], done_at=at)


@action
def finish_plan(plan: MovePlan, *, by: Person, at: datetime) -> None:
    """When nothing waits any more the plan is done, and those who hold steps that changed hear of it, once for all of theirs."""
    plan = MovePlan.objects.select_for_update(of=("self",)).select_related("source__procedure", "target").get(pk=plan.pk)
    if plan.state != MovePlan.State.RUNNING or plan.cases.filter(state=State.WAITING).exists():
        return
    plan.state, plan.ended_at = MovePlan.State.DONE, at
    plan.save(update_fields=["state", "ended_at"])
    _tell_holders(plan, at=at)
    counted = Counter(plan.cases.values_list("state", flat=True))
    record("processes.plan_done", by=by, on=plan, cases={state: counted[state] for state in State.values})


def _tell_holders(plan: MovePlan, *, at: datetime) -> None:
    moved = plan.cases.filter(state=State.MOVED).exclude(steps=[])
    steps = [pk for pks in moved.values_list("steps", flat=True) for pk in pks]
    for holder, codes in _by_holder(steps, at=at).items():
        send(
            "processes_moved",
            to=holder,
            context={
                "procedure": plan.source.procedure.name,
                "procedure_en": plan.source.procedure.name_en or plan.source.procedure.name,
                "version": plan.target.version,
                "count": len(codes),
                "codes": ", ".join(codes[:_NAMED]) + ("…" if len(codes) > _NAMED else ""),
            },
            about=f"processes.moveplan:{plan.pk}",
            channels=["notice"],
            link="/mot-cua/",
        )
    moved.update(steps=[])  # told


def _by_holder(steps: Iterable[int], *, at: datetime) -> dict[Person, list[str]]:
    """Codes of the cases whose steps somebody holds: who has taken it, else all of its role."""
    found: dict[Person, dict[str, None]] = defaultdict(dict)
    of_role: dict[tuple[int, str], list[Person]] = {}
    still = Step.objects.filter(pk__in=list(steps), done_at=None, cancelled=False)
    for step in still.select_related("agency", "assignee", "case").order_by("case__code"):
        key = step.agency_id, step.role
        if step.assignee is None and key not in of_role:
            of_role[key] = list(holders(step.agency, step.role, local(at).date()))
        for person in [step.assignee] if step.assignee else of_role[key]:
            found[person][step.case.code] = None
    return {person: list(codes) for person, codes in found.items()}
