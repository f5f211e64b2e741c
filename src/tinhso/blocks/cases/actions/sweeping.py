"""What happens by itself: timers run out, and the heads hear of steps that are late."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial

import structlog
from django.utils.timezone import now

from tinhso.blocks.cases.actions.common import announce, desk_link, tell, transition
from tinhso.blocks.cases.actions.process import fire
from tinhso.blocks.cases.clock import late_steps
from tinhso.blocks.cases.families import PROCEDURES, Family, family_of
from tinhso.blocks.cases.life import LIFE, Deed
from tinhso.blocks.cases.models import Case, Step, TimelineEntry, Wait
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.directory.queries import holders
from tinhso.blocks.identity.queries import language_of
from tinhso.blocks.messaging.actions import send
from tinhso.kernel.actions import action
from tinhso.kernel.errors import WrongState
from tinhso.kernel.fixed_query import FixedQuery, Param
from tinhso.kernel.inserts import insert_all
from tinhso.kernel.time import local

log = structlog.get_logger(__name__)

RUNNING = LIFE[Deed.AWAIT].starts
Heads = Callable[[Agency, Family], list[tuple[Person, str]]]
"""Who hears of an agency's late steps in cases of a family, each with the language to write in."""


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
    heads = cache(partial(_hearers, at=at))  # thousands of steps wait at a few agencies
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
    late = Step.objects.filter(late_steps(at), escalated_at__isnull=True, case__status__in=RUNNING).order_by("due_at")
    return dict.fromkeys([*timers.values_list("case", flat=True), *late.values_list("case", flat=True)])


@action
def attend(case_id: int, *, at: datetime, heads: Heads) -> None:
    """Everything that is due in one case; `heads` says who hears of its late steps.

    Raises:
        WrongState: nothing happens by itself in the state it is in now.
    """
    with transition(Case(pk=case_id), Deed.AWAIT) as case:
        for number, wait in enumerate(_RUN_OUT.rows(case=case_id, at=at)):
            if number and not Wait.objects.filter(pk=wait.pk, ended_at__isnull=True).exists():
                continue  # ended by the one before
            fire(wait, case, at=at)
            tell(case, "time_ran_out", by=None, at=at, public=False, node=wait.node)
        if late := _LATE.rows(case=case_id, at=at):
            _escalate(case, late, at=at, heads=heads)


_RUN_OUT: FixedQuery[Wait, Wait] = FixedQuery(
    lambda: (
        Wait.objects.select_related("sub__agency", "sub__parent")
        .filter(case=Param("case"), ended_at__isnull=True, due_at__lte=Param("at"))
        .exclude(node="")
        .order_by("due_at", "pk")
    )
)
_LATE: FixedQuery[Step, Step] = FixedQuery(
    lambda: (
        Step.objects.select_related("agency")
        .filter(late_steps(Param("at")), case=Param("case"), escalated_at__isnull=True)
        .order_by("due_at", "pk")
    )
)


def _escalate(case: Case, late: list[Step], *, at: datetime, heads: Heads) -> None:
    Step.objects.filter(pk__in=[step.pk for step in late]).update(escalated_at=at)
    insert_all(TimelineEntry(case=case, at=at, event="step_late", public=False, note=step.name) for step in late)
    for step in late:
        announce(case, "step_late", by=None, node=step.node)
        assert step.due_at  # noqa: S101 - late
        due = f"{local(step.due_at):%H:%M %d/%m/%Y}"
        facts = {"code": case.code, "step": step.name, "agency": step.agency.name, "due": due}
        for head, language in heads(step.agency, family_of(case)):
            send(
                "cases_step_late",
                to=head,
                context=facts,
                about=f"cases.case:{case.pk}",
                channels=["notice"],
                link=desk_link(case),
                language=language,
            )


def _hearers(agency: Agency, family: Family, at: datetime) -> list[tuple[Person, str]]:
    return [(head, language_of(head)) for head in heads_of(agency, at, family)]


def heads_of(agency: Agency, at: datetime, family: Family = PROCEDURES) -> list[Person]:
    """Who answers for the agency's work on cases of the family; where it has no head of its own, the one above."""
    above: Agency | None = agency
    while above:
        for role in family.heads:
            if found := list(holders(above, role, local(at).date())):
                return found
        above = above.parent
    return []
