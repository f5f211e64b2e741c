"""How reports go at the agencies somebody reads: the numbers, and the reports behind each."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.blocks.cases.figures.period import Period, recent
from tinhso.blocks.cases.models import Procedure
from tinhso.blocks.cases.queries import catalogue
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.blocks.identity.policy import grants
from tinhso.kernel.errors import NotFound
from tinhso.kernel.paging import page_by_key
from tinhso.kernel.permissions import require
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.figures import MEASURES, Sums, added_up, reports_behind, sums_by_agency_and_field
from tinhso.services.reports.queue import lines_of
from tinhso.services.reports.views.staff_queue import rows_of

BY_AGENCY, BY_FIELD = "co-quan", "linh-vuc"
_COLUMNS = ("received", "answered", "on_time", "late", "open", "rated")


@dataclass(frozen=True)
class Selection:
    """The reports sent in a period to `agencies`: `root` alone where one is chosen, in `field` or in all, told apart `by`."""

    period: Period
    at: datetime
    readable: tuple[Agency, ...]
    root: Agency | None
    field: str
    by: str

    @property
    def agencies(self) -> frozenset[int]:
        return frozenset({self.root.pk} if self.root else {agency.pk for agency in self.readable})

    def address(self, **changes: str) -> str:
        """The query of this selection, changed."""
        parts = {
            "ky": self.period.text,
            "co-quan": self.root.code or "" if self.root else "",
            "linh-vuc": self.field,
            "theo": "" if self.by == BY_AGENCY else self.by,
            **changes,
        }
        return "?" + urlencode({name: value for name, value in parts.items() if value})

    def filters(self, fields: Iterable[Procedure]) -> list[dict[str, object]]:
        periods = [(period.text, str(period)) for period in recent(self.at)]
        if self.period.text not in dict(periods):
            periods.insert(0, (self.period.text, str(self.period)))
        agencies = [("", _("Tất cả")), *((agency.code, agency.name) for agency in self.readable if agency.code)]
        named = [("", _("Tất cả")), *((field.code, field.title) for field in fields)]
        chosen = (
            ("ky", _("Kỳ"), self.period.text, periods),
            ("co-quan", _("Cơ quan"), self.root.code if self.root else "", agencies),
            ("linh-vuc", _("Lĩnh vực"), self.field, named),
        )
        return [
            {"name": name, "label": label, "kind": "select", "value": value, "options": options}
            for name, label, value, options in chosen
        ]


def _selected(query: QueryDict, person: Person, at: datetime) -> Selection:
    """
    Raises:
        Invalid: the address names no period.
        NotFound: the person reads no reports of the agency named.
    """
    require(person, "reports.read")
    readable = tuple(grants(person).agencies_for("reports.read").filter(path__isnull=False).order_by("path"))
    code = query.get("co-quan", "").strip()
    root = next((agency for agency in readable if agency.code == code), None) if code else None
    if code and root is None:
        raise NotFound(_("Không có cơ quan nào mang mã này mà bạn được xem phản ánh."))
    period = Period.parse(query.get("ky", "").strip() or Period.month_of(at).text)
    by = BY_FIELD if query.get("theo") == BY_FIELD else BY_AGENCY
    return Selection(period, at, readable, root, query.get("linh-vuc", "")[:30], by)


@require_safe
@staff_only
def page(request: PersonRequest) -> HttpResponse:
    selection = _selected(request.GET, request.person, now())
    fields = {field.pk: field for field in catalogue(REPORTS).order_by("code")}
    cells = {
        (agency, field): sums
        for (agency, field), sums in sums_by_agency_and_field(
            selection.period.first, selection.period.last, selection.agencies
        ).items()
        if field in fields and selection.field in ("", fields[field].code)
    }
    by_field = selection.by == BY_FIELD
    told_apart = defaultdict[int, Sums](Sums)
    for key, sums in cells.items():
        told_apart[key[by_field]] += sums
    if by_field:
        rows = [(field.title, {"linh-vuc": field.code}, pk) for pk, field in fields.items()]
    else:
        rows = [(agency.name, {"co-quan": agency.code or ""}, agency.pk) for agency in selection.readable]
    lines = [_line(title, told_apart[pk], partial(selection.address, **asked)) for title, asked, pk in rows if pk in told_apart]
    titles = {BY_AGENCY: _("Theo cơ quan"), BY_FIELD: _("Theo lĩnh vực")}
    context = {
        "selection": selection,
        "lines": lines,
        "total": _line(_("Cộng"), added_up(cells.values()), selection.address),
        "columns": [MEASURES[name].title for name in _COLUMNS],
        "filters": selection.filters(fields.values()),
        "keep": {"theo": BY_FIELD} if by_field else {},
        "tabs": [
            {"title": title, "url": selection.address(theo="" if by == BY_AGENCY else by), "current": by == selection.by}
            for by, title in titles.items()
        ],
    }
    return render(request, "reports/figures.html", context)


def _line(title: str, sums: Sums, address: Callable[..., str]) -> dict[str, object]:
    cells = [
        {
            "label": MEASURES[name].title,
            "count": MEASURES[name].count(sums),
            "url": reverse("reports:figure") + address(phan=name),
            "bad": MEASURES[name].bad,
        }
        for name in _COLUMNS
    ]
    return {"title": title, "sums": sums, "cells": cells}


@require_safe
@staff_only
def behind(request: PersonRequest) -> HttpResponse:
    """The reports that a number counts, the newest first."""
    selection = _selected(request.GET, request.person, now())
    name = request.GET.get("phan", "")
    if name not in MEASURES:
        raise NotFound(_("Không có số liệu nào tên như vậy."))
    found = reports_behind(name, selection.period, selection.agencies, selection.field)
    page = page_by_key(found.values("pk", "submitted_at"), order=("-submitted_at",), cursor=request.GET.get("trang"))
    context = {
        "page": page,
        "rows": rows_of(lines_of([row["pk"] for row in page.rows]), selection.at),
        "title": MEASURES[name].title,
        "selection": selection,
    }
    return render(request, "reports/figure.html", context)
