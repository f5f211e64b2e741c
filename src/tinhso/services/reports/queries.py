"""What may be seen of reports. The public sees what a moderator released, and never who sent it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import PurePath

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.measure import D
from django.db.models import Q, QuerySet
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.families import Family, power
from tinhso.blocks.cases.forms import form_of
from tinhso.blocks.cases.models import Case, Party, Procedure, ProcedureVersion, Step
from tinhso.blocks.cases.places import geometry
from tinhso.blocks.cases.queries import case_for_staff, cases_visible_to, procedure_in_force, versions_in_force
from tinhso.blocks.directory.models import Person
from tinhso.blocks.files.models import StoredFile
from tinhso.kernel.errors import NotFound
from tinhso.kernel.fixed_query import FixedQuery, Param
from tinhso.kernel.keeping.kept import Kept
from tinhso.kernel.permissions import allowed
from tinhso.kernel.time import local
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.models import Photo, Report

NEAR_M, NEAR_DAYS = 100, 30
_METRES_A_DEGREE = 111_320


@dataclass(frozen=True)
class Kind:
    """A sub-kind; `code` is what programs send (Open311: `<field>.<code>`), and never changes."""

    code: str
    title: str
    title_en: str

    @property
    def label(self) -> str:
        return self.title_en if get_language() == "en" else self.title


@dataclass(frozen=True)
class Field:
    """One of the fields in which reports are taken, as it is in force."""

    version: ProcedureVersion
    kinds: tuple[Kind, ...]

    @property
    def code(self) -> str:
        return self.version.procedure.code

    @property
    def label(self) -> str:
        return self.version.procedure.title

    def kind(self, code: str) -> Kind | None:
        return next((kind for kind in self.kinds if kind.code == code), None)


def fields_open(at: datetime, family: Family = REPORTS) -> list[Field]:
    """The fields with their sub-kinds, in the order of their codes; another family's, where its forms ask for a sub-kind, too."""
    return [Field(version, kinds_of(version)) for version in versions_in_force(at, family)]


def kind_titles(at: datetime) -> Mapping[str, str]:
    """Of the sub-kinds in force, by "<field>.<code>", in the reader's language: for lists."""
    key = (local(at).date(), get_language())
    return _KINDS.get(key, lambda: {f"{one.code}.{kind.code}": kind.label for one in fields_open(at) for kind in one.kinds})


_KINDS: Kept[tuple[date, str | None], dict[str, str]] = Kept(Procedure, ProcedureVersion)


def field_open(code: str, at: datetime) -> Field:
    """
    Raises:
        NotFound: no such field is open.
    """
    version = procedure_in_force(code, at, REPORTS)
    return Field(version, kinds_of(version))


def kinds_of(version: ProcedureVersion) -> tuple[Kind, ...]:
    asked = form_of(version).schema["properties"]["matter"]["properties"]["kind"]
    return tuple(Kind(one["const"], one["title"], one.get("title_en") or one["title"]) for one in asked["oneOf"])


# --- the public


def public_reports() -> QuerySet[Report]:
    """What everybody may see, with place and agency, newest first. To be shown: `text`, `answer`, the photos that are public, the
    case's code, status, times, agency and place; nothing else."""
    related = ("case__procedure", "case__agency", "case__place__unit")
    found = Report.objects.filter(shown=Report.Shown.PUBLIC).select_related(*related)
    return found.defer("draft", "case__applicant_name", "case__search").order_by("-shown_at", "-case")


def nearby(point: tuple[float, float], field: str, within_m: int = NEAR_M, days: int = NEAR_DAYS) -> QuerySet[Report]:
    """Public reports of a field close by that are recent and open, the nearest first: perhaps the same matter."""
    here = geometry(point)
    box = here.buffer(within_m / _METRES_A_DEGREE * 1.2)  # the index knows degrees; metres are asked of what it leaves
    since = now() - timedelta(days=days)
    found = public_reports().filter(case__procedure__code=field, case__submitted_at__gte=since, case__ended_at=None)
    found = found.filter(case__place__point__intersects=box).annotate(metres=Distance("case__place__point", here))
    return found.filter(metres__lte=D(m=within_m)).order_by("metres")


def public_report(code: str) -> Report:
    """
    Raises:
        NotFound: there is none, or it is not public.
    """
    report = public_reports().filter(case__code=code).first()
    if report is None:
        raise _no_report(code)
    return report


def public_file(photo: Photo) -> StoredFile:
    """A photo as everybody may have it: the released copy where there is one, under a name that tells nothing."""
    file = photo.released or photo.file
    file.name = f"anh-{photo.pk}{PurePath(file.name).suffix.lower()[:5]}"
    return file


def photos_shown(report: Report, *, own: bool) -> QuerySet[Photo]:
    """What is released; the sender sees the own photos besides, not what others took and nobody has released."""
    seen = Q(public=True) | Q(stage=Photo.Stage.BEFORE, still_of=None) if own else Q(public=True)
    return report.photos.filter(seen).select_related("file", "released").order_by("pk")


# --- staff


def report_for_staff(code: str, person: Person) -> Report:
    """The only way for staff to obtain a report.

    Raises:
        NotFound: there is none, or the person may not know that there is.
    """
    try:
        case = case_for_staff(code, person, REPORTS)
    except NotFound:
        raise _no_report(code) from None
    report = _REPORT.first(case=case.pk)
    if report is None:  # told to the 1022 line a moment ago: `adopt_report` has yet to run
        raise _no_report(code)
    report.case = case
    return report


_REPORT = FixedQuery(lambda: Report.objects.select_related("case__place__unit").filter(case=Param("case")))


def reports_of_staff(person: Person) -> QuerySet[Report]:
    return Report.objects.filter(case__in=cases_visible_to(person, REPORTS)).select_related("case__procedure", "case__agency")


def may_know_who(person: Person, case: Case) -> bool:
    """Whether name and telephone of the reporter are shown to this person."""
    return allowed(person, power(case, "identity"), at=case.agency)


def reporter_of(case: Case, person: Person) -> Party | None:
    """Who sent it, for those who need to know; else None."""
    return case.parties.filter(role=Party.Role.APPLICANT).first() if may_know_who(person, case) else None


def writer_of(steps: Iterable[Step]) -> int | None:
    """The id of who wrote the answer last, and so may not approve it."""
    written = [step for step in steps if step.does == "draft" and step.done_at is not None]
    return max(written, key=lambda step: (step.done_at, step.pk)).done_by_id if written else None


def alike(report: Report) -> Sequence[Report]:
    """Other open reports of the field near it, public or not, that the agency may join with it."""
    place = getattr(report.case, "place", None)
    if place is None or place.point is None:
        return []
    box = place.point.buffer(NEAR_M / _METRES_A_DEGREE * 1.2)
    found = Report.objects.select_related("case__place").filter(
        case__procedure=report.case.procedure_id,
        case__agency=report.case.agency_id,
        case__ended_at=None,
        case__place__point__intersects=box,
    )
    return list(found.exclude(pk=report.pk).order_by("-case")[:10])


def _no_report(code: str) -> NotFound:
    return NotFound(_("Không tìm thấy phản ánh %(code)s.") % {"code": code})
