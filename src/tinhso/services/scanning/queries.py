"""What is to be digitised, and what of a case has been."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.kept import CONTENTS
from tinhso.blocks.cases.models import Case, Part, PartFile, Status
from tinhso.blocks.cases.queries import all_cases, case_for_staff
from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.policy import grants
from tinhso.kernel.errors import NotFound
from tinhso.kernel.permissions import allowed, require
from tinhso.services.scanning.models import Page

LOOKED_BACK = timedelta(days=365)


@dataclass(frozen=True)
class Pile:
    """The pages of a part, and the copies it has. `part` None: the tray."""

    part: Part | None
    pages: list[Page]

    @property
    def held_up(self) -> bool:
        """Whether a page keeps the pile from being bound."""
        return not all(page.ready for page in self.pages)


def case_to_scan(code: str, person: Person) -> Case:
    """A case for whoever digitises at its agency.

    Raises:
        NotFound: there is none they may know of.
        NotAllowed: they do not digitise there.
    """
    case = case_for_staff(code, person)
    require(person, "scanning.scan", at=case.agency)
    return case


def may_scan(person: Person, case: Case) -> bool:
    return allowed(person, "scanning.scan", at=case.agency)


def piles_of(case: Case) -> tuple[list[Pile], Pile]:
    """By part, and what lies in the tray."""
    pages: dict[int | None, list[Page]] = {}
    for page in Page.objects.select_related("file", "reason_by").filter(case=case).order_by("position", "pk"):
        pages.setdefault(page.part_id, []).append(page)
    files = Prefetch("files", PartFile.objects.select_related("file", "digitised").order_by("pk"))
    parts = case.parts.order_by("pk").prefetch_related(files)
    return [Pile(part, pages.get(part.pk, [])) for part in parts], Pile(None, pages.get(None, []))


def page_of(case: Case, pk: int) -> Page:
    page = Page.objects.select_related("file").filter(case=case, pk=pk).first()
    if page is None:
        raise NotFound(_("Không còn trang này. Hãy tải lại trang."))
    return page


def undigitised() -> QuerySet[Part]:
    """Parts handed in on paper of which there is no file."""
    return Part.objects.filter(~Exists(PartFile.objects.filter(part=OuterRef("pk"))), on_paper=True)


def cases_to_scan(person: Person, now: datetime) -> QuerySet[Case]:
    """Cases of the last year, at the agencies where the person digitises, with something on paper of which there is no file."""
    return (
        all_cases()
        .filter(
            Exists(undigitised().filter(case=OuterRef("pk"))),
            agency__in=grants(person).agency_ids_for("scanning.scan"),
            submitted_at__gte=now - LOOKED_BACK,
        )
        .exclude(status__in=[Status.REFUSED, Status.WITHDRAWN])
        .select_related("procedure", "agency", "version")
        .defer(*CONTENTS)
    )


def cases_with_originals(person: Person) -> QuerySet[Case]:
    """Cases at the same agencies, in any status, of which originals are still to go back."""
    held = Part.objects.filter(lent__gt=0, given_back=None)
    return (
        all_cases()
        .filter(pk__in=held.values("case"), agency__in=grants(person).agency_ids_for("scanning.scan"))
        .select_related("procedure", "agency", "version")
        .defer(*CONTENTS)
    )


def originals_held(cases: list[Case]) -> dict[int, list[Part]]:
    """By case, the parts of which originals are held; one query for all."""
    found: dict[int, list[Part]] = {}
    for part in Part.objects.filter(case__in=cases, lent__gt=0, given_back=None).order_by("pk"):
        found.setdefault(part.case_id, []).append(part)
    return found


def how_far(cases: list[Case]) -> dict[int, tuple[int, int, int]]:
    """By case: parts on paper, those of them without a file, pages waiting to be bound. Two queries for all."""
    missing = Q(pk__in=undigitised().filter(case__in=cases).values("pk"))
    parts = Part.objects.filter(case__in=cases, on_paper=True).values("case").annotate(all=Count("pk"), open=Count("pk", missing))
    pages = dict(Page.objects.filter(case__in=cases).values_list("case").annotate(n=Count("pk")))
    return {row["case"]: (row["all"], row["open"], pages.get(row["case"], 0)) for row in parts}


def part_of(case: Case, pk: int | None) -> Part | None:
    """A part of the case; None for the tray.

    Raises:
        NotFound: the case has no such part.
    """
    if not pk:
        return None
    part = case.parts.filter(pk=pk).first()
    if part is None:
        raise NotFound(_("Hồ sơ không có giấy tờ này."))
    return part
