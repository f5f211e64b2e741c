"""What a member of staff has before them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.opinions import ASKED_ROLES
from tinhso.blocks.cases.clock import late_steps
from tinhso.blocks.cases.models import Case, Step
from tinhso.blocks.cases.queries import opinions_for, work_of
from tinhso.blocks.directory.models import Agency, AgencyKind, Person
from tinhso.blocks.directory.queries import holders, tenures_on
from tinhso.kernel.manifest import roles
from tinhso.kernel.time import local

COUNTED = 1000


def posts_of(people: Iterable[Person]) -> dict[int, str]:
    """A post each of them holds today, with its agency. One query."""
    held = tenures_on(localdate()).filter(person__in=people, post__active=True, in_place_of=None).order_by("-post__order", "-pk")
    return {
        person: f"{title}, {agency}"
        for person, title, agency in held.values_list("person", "post__title", "post__agency__short_name")
    }


@dataclass(frozen=True)
class Share:
    """A part of somebody's work. `code` stands in the address; `count` stops at `COUNTED`."""

    code: str
    rule: Q
    count: int = 0


def shares_of_work(person: Person, now: datetime) -> list[Share]:
    """How a person's work divides: all, overdue, due by the end of today, taken, not yet taken. One query."""
    shares = _shares(person, now)
    waiting = work_of(person).select_related(None).order_by().values("pk")[:COUNTED]
    counts = Step.objects.filter(pk__in=waiting).aggregate(
        **{f"n{number}": Count("pk", filter=share.rule) for number, share in enumerate(shares)}
    )
    return [Share(share.code, share.rule, counts[f"n{number}"]) for number, share in enumerate(shares)]


def _shares(person: Person, now: datetime) -> list[Share]:
    tomorrow = local(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    running = Q(case__ended_at=None)
    return [
        Share("", Q(pk__isnull=False)),
        Share("qua-han", running & late_steps(now)),
        Share("hom-nay", running & Q(due_at__gte=now, due_at__lt=tomorrow)),
        Share("toi", Q(assignee=person)),
        Share("chua", Q(assignee=None)),
    ]


def waiting_for_signature(person: Person) -> QuerySet[Step]:
    """Results that wait for the person's signature."""
    return work_of(person).filter(does="sign").select_related("case__version")


def next_work(person: Person, *, besides: int) -> Step | None:
    """The most urgent step that waits for the person in another case than `besides`."""
    return work_of(person).exclude(case=besides).order_by("due_at", "pk").first()


def questions_waiting(person: Person) -> int:
    """How many opinions are asked of the person, up to `COUNTED`."""
    return opinions_for(person).select_related(None).order_by()[:COUNTED].count()


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
