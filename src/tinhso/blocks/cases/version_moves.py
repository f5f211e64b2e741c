"""Where open cases would stand in a newer version of their procedure, and which cannot go there and why."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from tinhso.blocks.cases.bpmn.graph import Graph, Kind, Node
from tinhso.blocks.cases.bpmn.soundness import places
from tinhso.blocks.cases.bpmn.tokens import join_complete
from tinhso.blocks.cases.clock import due_under, promise_of, promise_to, stretches_of
from tinhso.blocks.cases.models import Case, JoinArrival, ProcedureVersion, Step, SubCase, Wait
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.cases.scope import Scope, agency_for, due_in
from tinhso.blocks.cases.version_gaps import Gaps, gaps_of
from tinhso.blocks.cases.version_maps import STAYS, Map
from tinhso.blocks.directory.calendars import agency_calendar
from tinhso.blocks.directory.models import Agency
from tinhso.kernel.errors import WrongState

Row = Step | Wait | SubCase
Find = Callable[[Scope, str], Agency | None]


@dataclass(frozen=True)
class Course:
    """Where cases are moved, and how.

    mapped: what follows which place. incomplete: also cases that lack what the new version asks for. shorter: a case takes the
    new version's term where that ends earlier; else it keeps its own.
    """

    to: ProcedureVersion
    mapped: Map
    incomplete: bool = False
    shorter: bool = False


@dataclass(frozen=True)
class Obstacle:
    """Why a case stays: a code, and what it is about."""

    code: str
    what: str = ""

    @property
    def text(self) -> str:
        texts = {
            "unmapped": _("“{what}” chưa có bước tương ứng ở phiên bản mới"),
            "stays": _("đang ở “{what}”, bước được để lại ở phiên bản cũ"),
            "repeated": _("“{what}” đang làm nhiều lần, phiên bản mới làm khác"),
            "join": _("một nhánh đã xong đang chờ nhập, phiên bản mới không có chỗ chờ ấy"),
            "together": _("phiên bản mới không có lúc nào cùng mở: {what}"),
            "agency": _("không tìm được cơ quan làm “{what}”"),
            "idle": _("không có bước nào đang mở"),
            "incomplete": _("thiếu: {what}"),
            "version": _("không còn ở phiên bản cũ"),
            "status": _("đã kết thúc hoặc đã ký kết quả"),
            "failed": _("lỗi khi chuyển, đã ghi vào nhật ký: {what}"),
        }
        return texts.get(self.code, self.code).format(what=self.what)


@dataclass(frozen=True)
class OpenRows:
    """What is open in a case. timers: of events at steps."""

    steps: list[Step] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    timers: list[Wait] = field(default_factory=list)
    subs: list[SubCase] = field(default_factory=list)
    arrivals: list[JoinArrival] = field(default_factory=list)

    @property
    def resting(self) -> Iterator[Row]:
        yield from self.subs
        yield from self.steps
        yield from self.waits


@dataclass(frozen=True)
class Landing:
    """One thing that is open, where it is and where it goes. agency: of a step that goes to another one."""

    row: Row
    before: Node
    after: Node
    agency: Agency | None = None

    @property
    def same_hands(self) -> bool:
        """Whether the step stays with those who hold it."""
        return not self.agency and self.before.role == self.after.role


@dataclass(frozen=True)
class Outlook:
    """What would become of a case: it goes where no obstacle is named."""

    case: Case
    landings: tuple[Landing, ...]
    obstacles: tuple[Obstacle, ...]
    gaps: Gaps
    rows: OpenRows

    @property
    def goes(self) -> bool:
        return not self.obstacles

    @property
    def places(self) -> list[str]:
        """What is open, by name."""
        graph = graph_of(self.case.version)
        return [row.name if isinstance(row, Step) else _name(graph.node(row.node)) for row in self.rows.resting]

    @property
    def waiting(self) -> list[str]:
        """Where what is no step would be: events waited for, called processes."""
        return [_name(landing.after) for landing in self.landings if not isinstance(landing.row, Step)]


def _name(node: Node) -> str:
    return node.name or node.calls or node.message or node.id


def open_rows(cases: Iterable[Case]) -> dict[int, OpenRows]:
    """Of some cases, in four queries."""
    found: dict[int, OpenRows] = defaultdict(OpenRows)
    keys = [case.pk for case in cases]
    steps = Step.objects.select_related("agency", "assignee", "sub__agency")
    for step in steps.filter(case__in=keys, done_at__isnull=True, cancelled=False).order_by("opened_at", "pk"):
        found[step.case_id].steps.append(step)
    waits = Wait.objects.select_related("sub__agency").filter(case__in=keys, ended_at__isnull=True).exclude(node="")
    for wait in waits.order_by("opened_at", "pk"):
        (found[wait.case_id].timers if wait.at_step else found[wait.case_id].waits).append(wait)
    for sub in SubCase.objects.select_related("agency").filter(case__in=keys, ended_at__isnull=True).order_by("number"):
        found[sub.case_id].subs.append(sub)
    for arrival in JoinArrival.objects.filter(case__in=keys, consumed=False, sub__ended_at=None):
        found[arrival.case_id].arrivals.append(arrival)
    return found


def outlooks(cases: Sequence[Case], course: Course, *, at: datetime) -> list[Outlook]:
    """What would become of cases of one version, in the order given. Five queries, and some for steps whose agency changes.

    Args:
        cases: with version, agency and form.
    """
    rows, gaps, find = open_rows(cases), gaps_of(cases, course.to), _finder(at)
    return [_outlook(case, rows[case.pk], gaps.get(case.pk, Gaps()), course, find) for case in cases]


def _outlook(case: Case, rows: OpenRows, gaps: Gaps, course: Course, find: Find) -> Outlook:
    before, after, mapped = graph_of(case.version), graph_of(course.to), course.mapped
    landings, obstacles = list[Landing](), list[Obstacle]()
    for row in rows.resting:
        node = before.node(row.node)
        name = node.name or (row.name if isinstance(row, Step) else node.id)
        if row.node not in mapped:
            obstacles.append(Obstacle("unmapped", name))
        elif mapped[row.node] == STAYS:
            obstacles.append(Obstacle("stays", name))
        else:
            new = after.node(mapped[row.node])
            if node.many or new.many:
                if _times(node) != _times(new):
                    obstacles.append(Obstacle("repeated", name))
                landings.append(Landing(row, node, new))
            else:
                try:
                    landings.append(Landing(row, node, new, _new_agency(case, row, node, new, after, find=find)))
                except WrongState:
                    obstacles.append(Obstacle("agency", new.name))
    if not (landings or obstacles):
        obstacles.append(Obstacle("idle"))
    if not obstacles:
        obstacles.extend(_out_of_place(after, rows, landings))
    if gaps and not course.incomplete:
        obstacles.append(Obstacle("incomplete", "; ".join((*gaps.papers, *gaps.answers))))
    return Outlook(case, tuple(landings), tuple(obstacles), gaps, rows)


def _times(node: Node) -> tuple[object, ...]:
    """How often a task is done; what was done of it counts by its id."""
    return node.id, node.many, node.over, node.agencies, node.times, node.outcomes, node.agency


def _finder(at: datetime) -> Find:
    """Agencies by the name a process gives them, None where there is no such; each is looked for once, not once a case."""
    known: dict[tuple[int, str], Agency | None] = {}

    def look(scope: Scope, name: str) -> Agency | None:
        try:
            return agency_for(scope, name, at=at)
        except WrongState:
            return None

    def find(scope: Scope, name: str) -> Agency | None:
        if name.startswith("unit:"):  # told by the case's answers
            return look(scope, name)
        key = scope.agency.pk, name
        if key not in known:
            known[key] = look(scope, name)
        return known[key]

    return find


def _new_agency(case: Case, row: Row, before: Node, after: Node, graph: Graph, *, find: Find) -> Agency | None:
    """The agency to which a step goes, where that is another one."""
    if not isinstance(row, Step) or before.agency == after.agency:
        return None
    agency = find(Scope(case, graph, row.sub), after.agency)
    if agency is None:
        raise WrongState(after.agency)
    return None if agency.pk == row.agency_id else agency


def _out_of_place(after: Graph, rows: OpenRows, landings: Sequence[Landing]) -> Iterator[Obstacle]:
    """What rests together must be able to rest together in the new process too, so that no join waits for ever."""
    for sub in [None, *rows.subs]:
        key = sub.pk if sub else None
        process = after.process(sub.process) if sub else after
        here = [landing for landing in landings if _scope(landing.row) == key]
        arrived = {arrival.flow for arrival in rows.arrivals if arrival.sub_id == key}
        joins = {flow.id for flow in process.flows if process.is_join(process.node(flow.target))}
        once = {(landing.after.id, getattr(landing.row, "instance", 0)) for landing in here}
        parallel = [node.id for node in process.nodes if node.kind is Kind.PARALLEL and process.is_join(node)]
        if not arrived <= joins or any(join_complete(process, join, arrived) for join in parallel):  # nothing would open it
            yield Obstacle("join")
        elif len(once) < len(here) or frozenset({landing.after.id for landing in here} | arrived) not in places(process):
            yield Obstacle("together", ", ".join(dict.fromkeys(landing.after.name or landing.after.id for landing in here)))


def _scope(row: Row) -> int | None:
    return row.parent_id if isinstance(row, SubCase) else row.sub_id


# --- dates


def go_under(case: Case, course: Course, *, at: datetime) -> None:
    """Put the case under the version, in memory. Start, pauses and extension of its clock stay as they are, and so does its term;
    a shorter one is taken only where that is wanted and its end still lies ahead."""
    kept, promised, offered = case.term_version_id or case.version_id, promise_to(case), promise_of(course.to)
    case.version, case.term_version_id = course.to, None
    if (offered.term, offered.legal, offered.same_day) == (promised.term, promised.legal, promised.same_day):
        return
    if course.shorter and case.due_at and not case.extended_by:
        due = due_under(offered, case, agency_calendar(case.agency), stretches_of(case)).at
        if due and at < due < case.due_at:
            case.due_at = due
            return
    case.term_version_id = kept


@dataclass(frozen=True)
class Dates:
    """Before and after: of the case, and of each of its steps by name. keeps_term: the new version's term is another one."""

    before: datetime | None
    after: datetime | None
    keeps_term: bool
    steps: tuple[tuple[Landing, datetime | None, datetime | None], ...]


def dates_of(outlook: Outlook, course: Course, *, at: datetime) -> Dates:
    """When the case and its steps would be due. A few queries a case."""
    case = copy(outlook.case)
    before = case.due_at
    go_under(case, course, at=at)
    graph, subs = (
        graph_of(course.to),
        {landing.row.pk: landing for landing in outlook.landings if isinstance(landing.row, SubCase)},
    )
    steps = []
    for landing in outlook.landings:
        step = landing.row
        if isinstance(step, Step):
            sub = copy(step.sub) if step.sub else None
            if sub and sub.pk in subs:
                sub.node = subs[sub.pk].after.id
            opened = step.opened_at if landing.same_hands else at
            steps.append((landing, step.due_at, due_in(Scope(case, graph, sub), landing.after, opened_at=opened)))
    return Dates(before, case.due_at, case.term_version_id is not None, tuple(steps))
