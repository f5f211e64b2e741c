"""What a member of staff has before them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.opinions import ASKED_ROLES
from tinhso.blocks.cases.clock import late_steps
from tinhso.blocks.cases.models import Case, Opinion, Stand, Step
from tinhso.blocks.cases.queries import all_cases, fixed_questions, fixed_work, search_cases, work_of, work_values
from tinhso.blocks.directory.models import Agency, AgencyKind, Person
from tinhso.blocks.directory.queries import holders, tenures_on
from tinhso.kernel.fixed_query import FixedQuery, Param
from tinhso.kernel.manifest import roles
from tinhso.kernel.paging import FixedPages, Page, page_by_key
from tinhso.kernel.time import local

COUNTED = 1000


def posts_of(people: Iterable[Person]) -> dict[int, str]:
    """A post each of them holds today, with its agency. One query."""
    held = tenures_on(localdate()).filter(person__in=people, post__active=True, in_place_of=None).order_by("-post__order", "-pk")
    return {
        person: f"{title}, {agency}"
        for person, title, agency in held.values_list("person", "post__title", "post__agency__short_name")
    }


WorkRow = dict[str, Any]


@dataclass(frozen=True)
class Share:
    """A part of somebody's work. `code` stands in the address."""

    code: str
    count: int


def _shares(*, now: Any, tomorrow: Any, person: Any) -> dict[str, Q]:
    running = Q(stand=Stand.RUNS)
    return {
        "": Q(pk__isnull=False),
        "qua-han": running & late_steps(now),
        "hom-nay": running & Q(due_at__gte=now, due_at__lt=tomorrow),
        "toi": Q(assignee=person),
        "chua": Q(assignee=None),
    }


_SHARES = _shares(now=Param("now"), tomorrow=Param("tomorrow"), person=Param("person"))


class Work:
    """What waits for a person at a moment, and how it divides: all, overdue, due by the end of today, taken, not yet taken."""

    def __init__(self, person: Person, now: datetime) -> None:
        tomorrow = local(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        self.person = person
        self._held, values = work_values(person)
        self._values = values | {"person": person.pk, "now": now, "tomorrow": tomorrow}

    def shares(self) -> list[Share]:
        """The parts with how many steps each has. One query."""
        (counts,) = _counted(self._held).rows(**self._values) or [(0,) * len(_SHARES)]
        return [Share(code, count) for code, count in zip(_SHARES, counts, strict=True)]

    def questions(self) -> int:
        """How many opinions are asked of the person, up to `COUNTED`."""
        return len(_asked(self._held).rows(**self._values))

    def page(self, share: str, text: str = "", cursor: str | None = None) -> Page[WorkRow]:
        """The steps of a part, most urgent first; only of the cases that `text` finds."""
        if not text:
            return _STEPS.page(self._held, share, cursor=cursor, **self._values)
        rule = _shares(**{name: self._values[name] for name in ("now", "tomorrow", "person")})[share]
        steps = work_of(self.person).filter(rule, case__in=search_cases(all_cases(), text))
        return page_by_key(steps.values(*_ROW), order=("due_at",), cursor=cursor)


@cache
def _counted(held: int) -> FixedQuery[Step, tuple[int, ...]]:
    def make() -> QuerySet[Step, tuple[int, ...]]:
        one_row = fixed_work(held).select_related(None).order_by().values("cancelled")  # of which none is
        counts = {f"n{number}": Count("pk", filter=rule) for number, rule in enumerate(_SHARES.values())}
        return one_row.annotate(**counts).values_list(*counts)

    return FixedQuery(make)


@cache
def _asked(held: int) -> FixedQuery[Opinion, int]:
    return FixedQuery(lambda: fixed_questions(held).select_related(None).order_by().values_list("pk", flat=True)[:COUNTED])


_ROW = (
    *("pk", "name", "agency", "due_at", "assignee__full_name", "assigned_how"),
    *("case__code", "case__procedure", "case__applicant_name", "case__status"),
)
"""What a line of one's work is made of."""
_STEPS = FixedPages(Step, lambda held, share: (fixed_work(held).filter(_SHARES[share]).values(*_ROW), ()), order=("due_at",))


def waiting_for_signature(person: Person) -> QuerySet[Step]:
    """Results that wait for the person's signature."""
    return work_of(person).filter(does="sign").select_related("case__version")


def next_work(person: Person, *, besides: int) -> Step | None:
    """The most urgent step that waits for the person in another case than `besides`."""
    held, values = work_values(person)
    return _next(held).first(besides=besides, **values)


@cache
def _next(held: int) -> FixedQuery[Step, Step]:
    def make() -> QuerySet[Step]:
        others = fixed_work(held).select_related(None).exclude(case=Param("besides"))
        return others.select_related("case__procedure").defer("case__search").order_by("due_at", "pk")[:1]

    return FixedQuery(make)


def agencies_to_ask(case: Case, on: date) -> list[tuple[str | Promise, list[Agency]]]:
    """Where somebody could give an opinion on a case, in groups: its own agency with its parts, those above it, the rest."""
    could = tenures_on(on).filter(post__agency=OuterRef("pk"), post__active=True, post__roles__overlap=list(ASKED_ROLES))
    own, above, departments, committees = [], [], [], []
    above_ids = {int(part) for part in (case.agency.path or "").rstrip(".").split(".")[:-1] if part}
    for agency in Agency.objects.filter(Exists(could), active=True).order_by("name"):
        if case.agency_id in (agency.pk, agency.parent_id):
            own.append(agency)
        elif agency.pk in above_ids:
            above.append(agency)
        elif agency.kind == AgencyKind.COMMITTEE:
            committees.append(agency)
        elif agency.parent_id is None or agency.parent_id in above_ids:
            departments.append(agency)
    groups = (
        (_("Trong cơ quan"), own),
        (_("Cơ quan cấp trên"), above),
        (_("Sở, ngành, đơn vị"), departments),
        (_("Ủy ban nhân dân nơi khác"), committees),
    )
    return [(title, agencies) for title, agencies in groups if agencies]


def recipients_at(agency: Agency, on: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """Who can be asked at an agency: for each role anybody who holds it, or one of them. Values are "role" and "role:person"."""
    found = []
    for role in ASKED_ROLES:
        if people := list(holders(agency, role, on)):
            title = str(roles()[role].title)
            anybody = (role, str(_("%(role)s: ai cũng được")) % {"role": title})
            found.append((title, [anybody, *((f"{role}:{person.pk}", person.full_name) for person in people)]))
    return found
