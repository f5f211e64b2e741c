"""What cases wait for besides their own agency's work: steps and sub-cases elsewhere, messages, times, opinions."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.models import Case, CaseAccess, Opinion, Status, Step, SubCase, Wait
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.cases.queries import all_cases, of_roles, pairs_for
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.identity.policy import grants

STEP, MESSAGE, TIMER, OPINION = "step", "message", "timer", "opinion"
_LABELS = {
    STEP: _("Bước ở cơ quan khác"),
    MESSAGE: _("Văn bản, tin báo"),
    TIMER: _("Hết thời gian chờ"),
    OPINION: _("Ý kiến"),
}


@dataclass(frozen=True)
class Waiting:
    """One thing waited for.

    what: in words. where: the agency it lies with; None for a time, and for what comes from outside. row: the step, wait or
    opinion itself.
    """

    kind: str
    what: str
    where: Agency | None
    since: datetime
    due_at: datetime | None
    row: Step | Wait | Opinion

    @property
    def label(self) -> str | Promise:
        return _LABELS[self.kind]


def _steps() -> QuerySet[Step]:
    return Step.objects.filter(done_at__isnull=True, cancelled=False).exclude(agency=F("case__agency"))


def _waits() -> QuerySet[Wait]:
    """Messages and times the process rests at; not a message that came early, nor a timer at a task."""
    return Wait.objects.filter(ended_at__isnull=True, at_step=False).exclude(node="")


def _opinions() -> QuerySet[Opinion]:
    return Opinion.objects.filter(answered_at__isnull=True, withdrawn=False)


def cases_waiting(person: Person) -> QuerySet[Case]:
    """Open cases of the agencies where the person works, which they may see, that wait for something besides the agency."""
    pairs = pairs_for(person, "work")
    if not pairs:
        return Case.objects.none()
    came = CaseAccess.objects.filter(of_roles(sorted(pairs)), case=OuterRef("pk"))
    own = {agency for agency, _role in pairs}
    return all_cases().filter(
        Q(agency__in=own & grants(person).agency_ids_for("cases.read")) | Exists(came),
        Exists(_steps().filter(case=OuterRef("pk")))
        | Exists(_waits().filter(case=OuterRef("pk")))
        | Exists(_opinions().filter(case=OuterRef("pk"))),
        agency__in=own,
        status__in=(Status.IN_PROGRESS, Status.FINANCIAL_DUTY),
    )


def waiting_for(cases: Sequence[Case]) -> dict[int, list[Waiting]]:
    """What each of some cases waits for, the longest first; three queries however many they are."""
    found: dict[int, list[Waiting]] = defaultdict(list)
    by_id = {case.pk: case for case in cases}
    for step in _steps().filter(case__in=by_id).select_related("agency"):
        found[step.case_id].append(Waiting(STEP, step.name, step.agency, step.opened_at, step.due_at, step))
    for wait in _waits().filter(case__in=by_id).select_related("sub"):
        found[wait.case_id].append(waiting_at(by_id[wait.case_id], wait))
    for opinion in _opinions().filter(case__in=by_id).select_related("agency"):
        found[opinion.case_id].append(_asked(opinion))
    for things in found.values():
        things.sort(key=lambda thing: thing.since)
    return found


def waiting_at(case: Case, wait: Wait) -> Waiting:
    """A wait with the name its event has in the process."""
    graph = graph_of(case.version)
    node = (graph.process(wait.sub.process) if wait.sub else graph).node(wait.node)
    kind = MESSAGE if wait.message else TIMER
    return Waiting(kind, node.name or wait.message or str(_LABELS[kind]), None, wait.opened_at, wait.due_at, wait)


def _asked(opinion: Opinion) -> Waiting:
    return Waiting(OPINION, opinion.question, opinion.agency, opinion.asked_at, opinion.due_at, opinion)


@dataclass(frozen=True)
class Beside:
    """What runs beside the steps of a case, for its page: open waits, questions with their answers, sub-cases by id."""

    waits: Sequence[Waiting]
    opinions: Sequence[Opinion]
    subs: dict[int, SubCase]


def beside_steps(case: Case, *, events: Collection[str]) -> Beside:
    """Asks the database only for what the process can have and, for questions, only where one was asked (`events` of the time
    line)."""
    graph = graph_of(case.version)
    waits: Sequence[Waiting] = ()
    opinions: Sequence[Opinion] = ()
    if any(node.message or node.timer for process in graph.processes for node in process.nodes):
        rows = _waits().filter(case=case).select_related("sub").order_by("opened_at", "pk")
        waits = tuple(waiting_at(case, wait) for wait in rows)
    called = graph.called or "version_changed" in events  # then sub-cases may have ended under the version before
    subs = SubCase.objects.filter(case=case).select_related("agency").in_bulk() if called else {}
    if "opinion_asked" in events:
        asked = case.opinions.select_related("agency", "asked_by", "answered_by", "person", "step").prefetch_related(
            "files__file"
        )
        opinions = tuple(asked.order_by("asked_at", "pk"))
    return Beside(waits, opinions, subs)
