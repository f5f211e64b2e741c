"""What the public looks for among the reports a moderator released: chosen by field, state, agency and period."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.models import CaseLink, CasePlace, Party
from tinhso.blocks.cases.queries import all_cases, catalogue
from tinhso.blocks.directory.models import Agency, Person
from tinhso.kernel.errors import NotFound
from tinhso.kernel.time import local
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.figures import Sums, sums_by_agency_and_field
from tinhso.services.reports.models import Report
from tinhso.services.reports.queries import public_reports

STATES: Mapping[str, tuple[str | Promise, Q]] = {
    "dang-xu-ly": (_("Đang xử lý"), Q(case__ended_at=None)),
    "da-tra-loi": (_("Đã trả lời"), Q(answered_at__isnull=False, case__ended_at__isnull=False)),
}
PERIODS: Mapping[str, str | Promise] = {"30": _("30 ngày qua"), "90": _("90 ngày qua"), "365": _("Một năm qua"), "": _("Tất cả")}


@dataclass(frozen=True)
class Selection:
    """field: code of a field. state: key of STATES. agency: id. days: key of PERIODS. What is empty or unknown leaves all."""

    field: str = ""
    state: str = ""
    agency: int | None = None
    days: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Selection":
        """As an address names it."""
        agency = asked.get("co-quan", "")
        return cls(
            field=asked.get("linh-vuc", "")[:30],
            state=asked.get("trang-thai", "") if asked.get("trang-thai") in STATES else "",
            agency=int(agency) if agency.isascii() and agency.isdigit() and len(agency) < 10 else None,
            days=asked.get("ky", "") if asked.get("ky") in PERIODS else "",
        )

    @property
    def known(self) -> bool:
        """Whether there are such a field and agency: addresses can name any number of others, for which nothing is kept."""
        field = not self.field or catalogue(REPORTS).filter(code=self.field).exists()
        return field and (not self.agency or Agency.objects.filter(pk=self.agency).exists())

    @property
    def name(self) -> str:
        """Names the selection among all."""
        return f"reports|{self.field}|{self.state}|{self.agency or ''}|{self.days}"


def selected(selection: Selection, at: datetime) -> QuerySet[Report]:
    """The released reports of a selection, the newest first."""
    found = public_reports()
    if selection.field:
        found = found.filter(case__procedure__code=selection.field)
    if selection.state:
        found = found.filter(STATES[selection.state][1])
    if selection.agency:
        found = found.filter(case__agency=selection.agency)
    if selection.days:
        found = found.filter(shown_at__gte=at - timedelta(days=int(selection.days)))
    return found


def places_of(selection: Selection, at: datetime) -> QuerySet[CasePlace]:
    """Where the reports of a selection are."""
    return CasePlace.objects.filter(case__in=selected(selection, at).order_by().values("case"))


def agencies_with_reports() -> QuerySet[Agency]:
    """The agencies that have released reports, by name."""
    return Agency.objects.filter(pk__in=Report.objects.filter(shown=Report.Shown.PUBLIC).values("case__agency")).order_by(
        "search"
    )


_OWN = 20


def report_of(code: str, *, person: Person | None, own: bool, phone: str = "") -> tuple[Report, bool]:
    """A report and whether it is the visitor's own. The own one is seen before a moderator has released it.

    Args:
        own: the visitor sent it from this browser, or has shown its follow-up code.
        phone: the telephone or e-mail this device has proven; who sent a report without an account is known by it.

    Raises:
        NotFound: there is none, or it is neither public nor the visitor's.
    """
    related = ("case__procedure", "case__agency", "case__place__unit")
    report = Report.objects.select_related(*related).filter(case__code=code).first()
    if report:
        mine = own or (person is not None and report.case.applicant_id == person.pk)
        mine = mine or bool(
            phone and report.case.parties.filter(Q(phone=phone) | Q(email=phone), role=Party.Role.APPLICANT).exists()
        )
        if mine or report.public:
            return report, mine
    raise NotFound(
        _("Không tìm thấy phản ánh này, hoặc phản ánh chưa công khai. Nếu là của bạn, hãy mở bằng “Phản ánh của tôi”.")
    )


def sent_by(person: Person | None, phone: str, codes: Iterable[str]) -> list[Report]:
    """The latest that somebody sent: with the account, with the telephone proved by this device, from this browser."""
    ways = [Q(code__in=list(codes))]
    if person:
        ways.append(Q(applicant=person))
    if phone:
        ways.append(Q(pk__in=Party.objects.filter(phone=phone, role=Party.Role.APPLICANT).values("case")))
    newest = all_cases(REPORTS).order_by("-submitted_at")
    keys = {pk for way in ways for pk in newest.filter(way).values_list("pk", flat=True)[:_OWN]}
    related = ("case__procedure", "case__form")
    return list(Report.objects.select_related(*related).filter(pk__in=keys).order_by("-case__submitted_at", "-case")[:_OWN])


def joined_to(report: Report) -> Report | None:
    """The public report that this one is a duplicate of, where the answer will stand."""
    first = public_reports().filter(case__linked__case=report.pk, case__linked__kind=CaseLink.Kind.DUPLICATE)
    return first.first()


@dataclass(frozen=True)
class Line:
    """How reports go at an agency, or in a field. query: the address of its list."""

    name: str
    query: str
    sums: Sums


@dataclass(frozen=True)
class PublicFigures:
    """Of all reports sent since a day, public or not; numbers only. Where most were sent comes first."""

    since: date
    at: datetime
    agencies: list[Line]
    fields: list[Line]


def public_figures(at: datetime, address: str) -> PublicFigures:
    """The figures of twelve months. Three queries. `address` is that of the public list."""
    since = local(at).date() - timedelta(days=365)
    cells = sums_by_agency_and_field(since, local(at).date())
    agencies, fields = defaultdict[int, Sums](Sums), defaultdict[int, Sums](Sums)
    for (agency, field), sums in cells.items():
        agencies[agency] += sums
        fields[field] += sums
    names = Agency.objects.filter(pk__in=agencies).values_list("pk", "name")
    titles = {one.pk: one for one in catalogue(REPORTS) if one.pk in fields}
    by_agency = [Line(name, f"{address}?co-quan={pk}", agencies[pk]) for pk, name in names]
    by_field = [Line(one.title, f"{address}?linh-vuc={one.code}", fields[pk]) for pk, one in titles.items()]
    return PublicFigures(since, at, _most_first(by_agency), _most_first(by_field))


def _most_first(lines: list[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (-line.sums.received, line.name))
