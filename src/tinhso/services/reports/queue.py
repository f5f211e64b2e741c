"""The reports of the agencies where somebody works, by what is to be done with them: lists that are opened all the time."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.clock import overdue
from tinhso.blocks.cases.kept import CONTENTS
from tinhso.blocks.cases.models import Case, Status
from tinhso.blocks.cases.queries import Reach, all_cases, fixed_ways, fixed_work, may_see, work_values
from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.policy import grants
from tinhso.kernel.fixed_query import Among, FixedQuery, Param
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
_SHOWN = ("procedure", "version", "agency", "report", "place", "form")


Keys = dict[str, Any]


def _asked(
    code: str, held: int, words: int, fields: int, reach: tuple[int, int]
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
_ROWS = FixedQuery(lambda: all_cases(REPORTS).filter(Among("pk", Param("keys"))).select_related(*_SHOWN).defer(*CONTENTS))
_PAGES = {tab.order: FixedPages(Case, _asked, order=tab.order) for tab in TABS}


def queue_page(
    person: Person, tab: Tab = ALL, *, at: datetime, text: str = "", field: str = "", cursor: str | None = None
) -> Page[Case]:
    """One page of a tab: the reports that somebody may see, with what their lines show.

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
    keys = [row["pk"] for row in page.rows]
    cases = {case.pk: case for case in _ROWS.rows(keys=keys)} if keys else {}
    return Page([cases[key] for key in keys if key in cases], page.next, page.previous)


# asked for by one code, and not by a list of one key, it is prepared
_ONE = FixedQuery(
    lambda: all_cases(REPORTS).filter(code=Param("code"), report__isnull=False).select_related(*_SHOWN).defer(*CONTENTS)
)


def _one(code: str, person: Person) -> list[Case]:
    return [case for case in _ONE.rows(code=code) if may_see(person, case)]
