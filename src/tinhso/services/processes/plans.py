"""What a plan would do, case by case, and what it has done."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _

from tinhso.blocks.cases.bpmn.graph import Node
from tinhso.blocks.cases.kept import CONTENTS
from tinhso.blocks.cases.life import LIFE, Deed
from tinhso.blocks.cases.models import Case, ProcedureVersion, Step, SubCase, Wait
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.cases.queries import all_cases, cases_visible_to
from tinhso.blocks.cases.version_maps import STAYS, followers, places_to_rest
from tinhso.blocks.cases.version_moves import Course, Dates, Obstacle, Outlook, dates_of, outlooks
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.directory.queries import agencies_below
from tinhso.kernel.errors import NotFound
from tinhso.kernel.permissions import allowed, require
from tinhso.services.processes.models import MovePlan, PlannedCase
from tinhso.services.processes.steps import role_title, title_of

UNDER_WAY = sorted(LIFE[Deed.MOVE_VERSION].starts)
MOST_CASES = 2_000
"""So many are looked at at a time for a preview; all chosen ones are moved."""
PAGE = 50


def plan_for(person: Person, pk: int) -> MovePlan:
    """For those who draw or approve: a plan names cases of every agency, though nobody in them."""
    if not allowed(person, "processes.approve"):
        require(person, "processes.draft")
    related = ("source__procedure", "target", "agency", "begun_by", "decided_by")
    found = MovePlan.objects.select_related(*related).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("Không có kế hoạch này."))
    return found


def plans_about(version: ProcedureVersion) -> QuerySet[MovePlan]:
    """From a version or to it, the latest first."""
    found = MovePlan.objects.select_related("source", "target", "begun_by")
    return (found.filter(source=version) | found.filter(target=version)).order_by("-begun_at")


def course_of(plan: MovePlan) -> Course:
    return Course(plan.target, plan.mapped, incomplete=plan.incomplete, shorter=plan.shorter)


def open_cases_of(version: ProcedureVersion) -> QuerySet[Case]:
    """Those under way: received, not signed yet."""
    return all_cases().filter(procedure=version.procedure_id, version=version, status__in=UNDER_WAY)


def chosen_cases(plan: MovePlan) -> QuerySet[Case]:
    """The open cases a plan is about."""
    found = open_cases_of(plan.source)
    if plan.statuses:
        found = found.filter(status__in=plan.statuses)
    if plan.agency:
        found = found.filter(agency__in=agencies_below(plan.agency))
    if plan.first:
        found = found.filter(received_at__gte=make_aware(datetime.combine(plan.first, time())))
    if plan.last:
        found = found.filter(received_at__lt=make_aware(datetime.combine(plan.last + timedelta(days=1), time())))
    return found.order_by("received_at", "pk")


def agencies_to_choose(plan: MovePlan) -> QuerySet[Agency]:
    """Those with open cases, and the one chosen, though it may have none any more."""
    with_cases = open_cases_of(plan.source).order_by().values("agency").distinct()
    return Agency.objects.filter(Q(pk__in=with_cases) | Q(pk=plan.agency_id)).order_by("path")


# --- the map


@dataclass(frozen=True)
class MapRow:
    """A place of the old process. to: where it leads, empty to stay, None where nothing is said. why: whether ids agree."""

    node: Node
    title: str
    role: str
    open: int
    to: str | None
    choices: tuple[tuple[str, str], ...]
    why: str


def map_rows(plan: MovePlan) -> list[MapRow]:
    """In the order of the old process, with the number of open cases at each place."""
    before, after = graph_of(plan.source), graph_of(plan.target)
    counted = _counted(plan.source)
    rows = []
    for place in places_to_rest(before):
        choices = tuple(
            (other.node.id, other.node.name or other.node.calls or other.node.id) for other in followers(place, after)
        )
        to = plan.mapped.get(place.node.id)
        why = ""
        if to and to != STAYS:
            why = _("cùng mã bước") if to == place.node.id else _("khác mã bước")
        title, role = title_of(place.node), role_title(place.node.role)
        rows.append(MapRow(place.node, title, role, counted[place.node.id], to, choices, why))
    return rows


def _counted(version: ProcedureVersion) -> Counter[str]:
    """Things open at each place, over all open cases of the version."""
    cases = open_cases_of(version).order_by().values("pk")
    found: Counter[str] = Counter()
    rows: Iterable[QuerySet[Step] | QuerySet[Wait] | QuerySet[SubCase]] = (
        Step.objects.filter(case__in=cases, done_at=None, cancelled=False),
        Wait.objects.filter(case__in=cases, ended_at=None, at_step=False),
        SubCase.objects.filter(case__in=cases, ended_at=None),
    )
    for kind in rows:
        found.update(dict(kind.order_by().values_list("node").annotate(count=Count("pk"))))
    return found


# --- what would be


@dataclass(frozen=True)
class Foreseen:
    """One case of the preview. seen: the reader may open it."""

    outlook: Outlook
    dates: Dates | None
    seen: bool


@dataclass(frozen=True)
class Preview:
    """goes, stays: how many of those looked at; reasons: why cases stay, each with how many.

    chosen: how many the plan is about; part, parts: which of them are looked at, the `first` to the `last`.
    """

    rows: tuple[Foreseen, ...]
    goes: int
    stays: int
    reasons: tuple[tuple[str, int], ...]
    chosen: int
    part: int
    parts: int
    pages: int
    page: int

    @property
    def first(self) -> int:
        return (self.part - 1) * MOST_CASES + 1

    @property
    def last(self) -> int:
        return self.first + self.goes + self.stays - 1


def preview_of(plan: MovePlan, *, person: Person, at: datetime, only: str = "", part: int = 1, page: int = 1) -> Preview:
    """Every chosen case with where it would stand, `MOST_CASES` at a time.

    Args:
        only: "goes" or "stays" lists only those.
    """
    chosen = chosen_cases(plan)
    total = chosen.count()
    parts = max(1, -(-total // MOST_CASES))
    part = min(max(1, part), parts)
    contents = [name for name in CONTENTS if name != "version__definition"]
    cases = list(chosen.select_related("version", "agency", "form").defer(*contents)[(part - 1) * MOST_CASES : part * MOST_CASES])
    course = course_of(plan)
    found = outlooks(cases, course, at=at)
    goes = sum(outlook.goes for outlook in found)
    reasons = Counter(obstacle.text for outlook in found for obstacle in outlook.obstacles)
    listed = [outlook for outlook in found if only not in ("goes", "stays") or outlook.goes == (only == "goes")]
    pages = max(1, -(-len(listed) // PAGE))
    page = min(max(1, page), pages)
    shown = listed[(page - 1) * PAGE : page * PAGE]
    seen = seen_by(person, [one.case.pk for one in shown])
    rows = [Foreseen(one, dates_of(one, course, at=at) if one.goes else None, one.case.pk in seen) for one in shown]
    return Preview(tuple(rows), goes, len(found) - goes, tuple(reasons.most_common()), total, part, parts, pages, page)


def seen_by(person: Person, cases: Collection[int]) -> set[int]:
    """Those of some cases that the reader may open."""
    return set(cases_visible_to(person).filter(pk__in=cases).values_list("pk", flat=True))


# --- what was


@dataclass(frozen=True)
class Outcome:
    """What became of one case. reasons: why it stayed."""

    planned: PlannedCase
    reasons: tuple[str, ...]


def outcomes_of_plan(plan: MovePlan, state: str = "") -> QuerySet[PlannedCase]:
    found = plan.cases.select_related("case__agency")
    return found.filter(state=state) if state in PlannedCase.State.values else found


def outcome(planned: PlannedCase) -> Outcome:
    return Outcome(planned, tuple(Obstacle(code, what).text for code, what in planned.obstacles))


def counted_outcomes(plan: MovePlan) -> dict[str, int]:
    """By state."""
    return dict(plan.cases.order_by().values_list("state").annotate(count=Count("pk")))
