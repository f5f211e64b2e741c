"""What happens by itself: timers run out, and the heads hear of steps that are late."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial

import structlog
from django.utils.timezone import now

from tinhso.blocks.cases.actions.common import tell, transition
from tinhso.blocks.cases.actions.process import fire
from tinhso.blocks.cases.life import LIFE, Deed
from tinhso.blocks.cases.models import Case, Step
from tinhso.blocks.cases.process_tables import Wait
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.directory.queries import holders
from tinhso.blocks.messaging.actions import send
from tinhso.kernel.actions import action
from tinhso.kernel.errors import WrongState
from tinhso.kernel.time import local

log = structlog.get_logger(__name__)

RUNNING = LIFE[Deed.AWAIT].starts
HEADS = ("department_head", "signer", "manager")
"""Who is told that a step is late: the holders of the first of these roles that anybody holds at the step's agency or above."""

Heads = Callable[[Agency], list[Person]]


@dataclass(frozen=True)
class Swept:
    """How many cases were attended to, and which could not be (their ids)."""

    cases: int
    failed: tuple[int, ...]


def sweep(at: datetime | None = None) -> Swept:
    """Fire due timers and tell of late steps: each case in a transaction of its own, so that one that fails stops no other.

    May run twice at a time: a case is locked, and what has been done to it is not done again.
    """
    at = at or now()
    due, failed = cases_due(at), []
    heads = cache(partial(heads_of, at=at))  # thousands of steps wait at a few agencies
    for case_id in due:
        try:
            attend(case_id, at=at, heads=heads)
        except WrongState:  # has ended, or waits for the applicant, since
            continue
        except Exception:
            log.exception("case_not_swept", case=case_id)
            failed.append(case_id)
    return Swept(len(due) - len(failed), tuple(failed))


def cases_due(at: datetime) -> Collection[int]:
    """The ids of cases with a timer that has run out, or a late step nobody was told of; those that wait longest first."""
    timers = Wait.objects.filter(ended_at__isnull=True, due_at__lte=at, case__status__in=RUNNING).order_by("due_at")
    late = Step.objects.filter(
        done_at__isnull=True, cancelled=False, escalated_at__isnull=True, due_at__lt=at, case__status__in=RUNNING
    ).order_by("due_at")
    return dict.fromkeys([*timers.values_list("case", flat=True), *late.values_list("case", flat=True)])


@action
def attend(case_id: int, *, at: datetime, heads: Heads) -> None:
    """Everything that is due in one case; `heads` says who hears of its late steps.

    Raises:
        WrongState: nothing happens by itself in the state it is in now.
    """
    with transition(Case(pk=case_id), Deed.AWAIT) as case:
        due = case.waits.select_related("sub__agency", "sub__parent").filter(ended_at__isnull=True, due_at__lte=at)
        for wait in due.exclude(node="").order_by("due_at", "pk"):
            if not Wait.objects.filter(pk=wait.pk, ended_at__isnull=True).exists():
                continue  # ended by the one before
            fire(wait, case, at=at)
            tell(case, "time_ran_out", by=None, at=at, public=False, node=wait.node)
        late = case.steps.select_related("agency").filter(
            done_at__isnull=True, cancelled=False, escalated_at__isnull=True, due_at__lt=at
        )
        for step in late.order_by("due_at", "pk"):
            _escalate(case, step, at=at, heads=heads)


def _escalate(case: Case, step: Step, *, at: datetime, heads: Heads) -> None:
    step.escalated_at = at
    step.save(update_fields=["escalated_at"])
    tell(case, "step_late", by=None, at=at, public=False, note=step.name, node=step.node)
    assert step.due_at  # noqa: S101 - late
    facts = {"code": case.code, "step": step.name, "agency": step.agency.name, "due": f"{local(step.due_at):%H:%M %d/%m/%Y}"}
    for head in heads(step.agency):
        send("cases_step_late", to=head, context=facts, about=f"cases.case:{case.pk}", channels=["notice"], link=_link(case))


def heads_of(agency: Agency, at: datetime) -> list[Person]:
    """Who answers for the agency's work; where it has no head of its own, the one above."""
    above: Agency | None = agency
    while above:
        for role in HEADS:
            if found := list(holders(above, role, local(at).date())):
                return found
        above = above.parent
    return []


def _link(case: Case) -> str:
    return f"/mot-cua/ho-so/{case.code}/"
