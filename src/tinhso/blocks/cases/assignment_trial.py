"""What a plan would have done with the steps of the last weeks: the preview before it is put into force."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from tinhso.blocks.cases.assignment import Chosen, Load, Plan, Staff, Way, choose, facts_of, staff_of
from tinhso.blocks.cases.models import Procedure, Step
from tinhso.blocks.cases.models.assignment import how_in_words
from tinhso.blocks.directory.models import Agency, Person, Tenure
from tinhso.kernel.time import local

DAYS = 30
MOST_STEPS = 500


@dataclass(frozen=True)
class Tried:
    """One step of the past: with whom it was, and whom the plan would have given it to."""

    step: Step
    chosen: Chosen
    person: Person | None

    @property
    def was_with(self) -> Person | None:
        return self.step.done_by or self.step.assignee

    @property
    def because(self) -> str:
        return how_in_words(self.chosen.how)


@dataclass(frozen=True)
class Trial:
    """`shares`: how many steps each would have been given, most first. `nobody`, `failed`: how many nobody, because no rule holds
    or because one could not be carried out."""

    tried: tuple[Tried, ...]
    shares: tuple[tuple[Person, int], ...]
    nobody: int
    failed: int


def try_plan(
    plan: Plan, agency: Agency, *, procedure: Procedure | None = None, role: str = "", node: str = "", now: datetime
) -> Trial:
    """Carry a plan out on the steps that opened at the agency in the last 30 days, with those who were there on each day.

    Loads count what the plan itself would have given and what was not yet done by then.
    """
    steps = _steps(agency, procedure, role, node, now)
    tenures = _tenures(agency, now)
    staff: dict[tuple[date, str], Staff] = {}
    held: dict[int, list[Step]] = {}
    chosen: list[tuple[Step, Chosen]] = []
    for step in steps:
        key = (local(step.opened_at).date(), step.role)
        if key not in staff:
            staff[key] = _staff_on(tenures, step.role, key[0])
        applicant = step.case.applicant if plan.way == Way.RULE else None
        choice = choose(plan, facts_of(step.case, step, applicant=applicant), staff[key], _loads(held, step.opened_at))
        if choice.person:
            held.setdefault(choice.person, []).append(step)
        chosen.append((step, choice))
    return _told(chosen)


def _steps(agency: Agency, procedure: Procedure | None, role: str, node: str, now: datetime) -> list[Step]:
    """The newest, oldest first."""
    found = Step.objects.filter(agency=agency, opened_at__gte=now - timedelta(days=DAYS))
    if procedure:
        found = found.filter(case__procedure=procedure)
    if role:
        found = found.filter(role=role)
    if node:
        found = found.filter(node=node)
    related = ("assignee", "done_by", "case__form", "case__procedure", "case__applicant__residence")
    newest = found.select_related(*related).order_by("-opened_at", "-pk")[:MOST_STEPS]
    return list(newest)[::-1]


def _tenures(agency: Agency, now: datetime) -> list[Tenure]:
    first = local(now).date() - timedelta(days=DAYS)
    there = Tenure.objects.filter(Q(valid_to=None) | Q(valid_to__gte=first), post__agency=agency, post__active=True)
    return list(there.select_related("post"))


def _staff_on(tenures: Iterable[Tenure], role: str, day: date) -> Staff:
    held = [one for one in tenures if one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)]
    return staff_of(held, role)


def _loads(held: Mapping[int, list[Step]], at: datetime) -> dict[int, Load]:
    loads = {}
    for person, given in held.items():
        open_then = sum(not step.cancelled and (step.done_at is None or step.done_at > at) for step in given)
        loads[person] = Load(open_then, given[-1].opened_at)
    return loads


def _told(chosen: list[tuple[Step, Chosen]]) -> Trial:
    counts = Counter(choice.person for _step, choice in chosen if choice.person)
    people = Person.objects.in_bulk(list(counts))
    tried = tuple(Tried(step, choice, people.get(choice.person or 0)) for step, choice in chosen)
    failed = sum(choice.how.startswith("failed") for _step, choice in chosen)
    shares = tuple((people[person], count) for person, count in counts.most_common())
    return Trial(tried[::-1], shares, len(chosen) - counts.total() - failed, failed)
