"""The reports of the agencies where somebody works, by what is to be done with them: lists that are opened all the time."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.clock import overdue
from tinhso.blocks.cases.models import Case, Status
from tinhso.blocks.cases.queries import Reach, all_cases, fixed_ways, fixed_work, may_see, work_values
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.identity.policy import grants
from tinhso.kernel.fixed_query import Among, FixedQuery, Param
from tinhso.kernel.keeping.kept import KeptQuery
from tinhso.kernel.manifest import Text
from tinhso.kernel.paging import FixedPages, Page
from tinhso.kernel.text import fold
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.models import Report

_MOST_WORDS = 8
_CODE = re.compile(rf"{REPORTS.mark}-\d{{6}}-[0-9A-Z]{{6}}", re.ASCII)


@dataclass(frozen=True)
class Tab:
    """A share of the reports somebody may see.

    code: as in the address. rule: for somebody with so many roles to work in. order: what presses most comes first. needs:
    without that permission it is not shown.
    """

    code: str
    title: Text
    rule: Callable[[int], Q]
    order: tuple[str, ...] = ("due_at",)
    needs: str = "reports.search"


_TO_MODERATE = Q(Among("agency", Param("moderated")), report__shown=Report.Shown.WAITING) & ~Q(status=Status.STOPPED)
TABS = (
    Tab("", _("Chờ tôi"), lambda held: Q(pk__in=fixed_work(held).select_related(None).order_by().values("case"))),
    Tab("kiem-duyet", _("Chờ kiểm duyệt"), lambda _held: _TO_MODERATE, ("-submitted_at",), "reports.moderate"),
    Tab("dang-xu-ly", _("Đang xử lý"), lambda _held: Q(status=Status.IN_PROGRESS)),
    Tab("qua-han", _("Quá hạn"), lambda _held: overdue(Param("at"))),  # type: ignore[arg-type]
    Tab("hoi-them", _("Chờ người gửi"), lambda _held: Q(status=Status.SUPPLEMENT_ASKED), ("-submitted_at",)),
    Tab("tat-ca", _("Tất cả"), lambda _held: Q(), ("-submitted_at",)),
)
ALL = TABS[-1]
_BY_CODE = {tab.code: tab for tab in TABS}


class Line(NamedTuple):
    """What a list shows of a report. In the order of `_COLUMNS`."""

    pk: int
    code: str
    procedure: int
    field: str
    version: int
    term_version: int | None
    agency: int
    agency_name: str
    status: int
    submitted_at: datetime
    received_at: datetime | None
    due_at: datetime | None
    ended_at: datetime | None
    kind: str
    shown: str
    me_too: int
    address: str | None
    text: str | None


_COLUMNS = (
    *("pk", "code", "procedure", "procedure__code", "version", "term_version", "agency", "agency__short_name"),
    *("status", "submitted_at", "received_at", "due_at", "ended_at"),
    *("report__kind", "report__shown", "report__me_too", "place__address", "text"),
)

Keys = dict[str, Any]


def _asked(
    code: str, held: int, words: int, fields: int, reach: tuple[bool, int, int]
) -> tuple[QuerySet[Case, Keys], list[QuerySet[Case]]]:
    rule = _BY_CODE[code].rule(held) & Q(report__isnull=False)  # those that have their row here (`adopt_report`)
    if fields:
        rule &= Q(procedure__code=Param("field"))
    for number in range(words):
        rule &= Q(search__contains=Param(f"word{number}"))
    rows = all_cases(REPORTS).values("pk", *(key.lstrip("-") for key in _BY_CODE[code].order))
    return rows, [way.filter(rule) for way in fixed_ways(*reach, REPORTS)]


# The list is planned anew for whoever asks, and each table joined to it would make that dearer: what the lines show is asked for
# by the keys, in a statement that is prepared.
_LINES: FixedQuery[Case, tuple[Any, ...]] = FixedQuery(lambda: _lines().filter(Among("pk", Param("keys"))))
# asked for by one code, and not by a list of one key, it is prepared
_ONE: FixedQuery[Case, tuple[Any, ...]] = FixedQuery(lambda: _lines().filter(code=Param("code"), report__isnull=False))
_AGENCY = KeptQuery(lambda: Agency.objects.filter(pk=Param("pk")), of=[Agency])


def _lines() -> "QuerySet[Case, Any]":
    text = KeyTextTransform("text", KeyTransform("matter", "form__answers"))
    return all_cases(REPORTS).annotate(text=text).values_list(*_COLUMNS)


def lines_of(keys: Sequence[int]) -> list[Line]:
    """In the order of the keys."""
    lines = {line.pk: line for line in map(Line._make, _LINES.rows(keys=keys))} if keys else {}
    return [lines[key] for key in keys if key in lines]


_PAGES = {tab.order: FixedPages(Case, _asked, order=tab.order) for tab in TABS}


def queue_page(
    person: Person, tab: Tab = ALL, *, at: datetime, text: str = "", field: str = "", cursor: str | None = None
) -> Page[Line]:
    """One page of a tab: the reports that somebody may see.

    Args:
        text: words of the report, its address or its code; a whole code among all reports means that one. field: code of its
            field, empty for all.

    Raises:
        Invalid: the cursor was not made for this tab.
    """
    if tab is ALL and not field and _CODE.fullmatch(code := text.strip().upper()):
        return Page(_one(code, person), None, None)
    reach, words = Reach.of(person, REPORTS), fold(text).split()[:_MOST_WORDS]
    held, work = work_values(person, REPORTS)
    values = {f"word{number}": word for number, word in enumerate(words)} | work | reach.values
    moderated = sorted(grants(person).agency_ids_for("reports.moderate"))
    shape = (tab.code, held, len(words), int(bool(field)), reach.shape)
    page = _PAGES[tab.order].page(*shape, cursor=cursor, at=at, field=field, moderated=moderated, **values)
    return Page(lines_of([row["pk"] for row in page.rows]), page.next, page.previous)


def _one(code: str, person: Person) -> list[Line]:
    found = map(Line._make, _ONE.rows(code=code))
    return [
        line for line in found if may_see(person, Case(pk=line.pk, family=REPORTS.code, agency=_AGENCY.first(pk=line.agency)))
    ]
