"""Figures: the page, the cases behind a number, the files."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.blocks.cases.clock import remaining_of
from tinhso.blocks.cases.figures.counting import facts_behind
from tinhso.blocks.cases.figures.delays import delays
from tinhso.blocks.cases.figures.indicators import NOT_YET
from tinhso.blocks.cases.figures.measures import MEASURES
from tinhso.blocks.cases.kept import CONTENTS
from tinhso.blocks.cases.models import CaseFacts
from tinhso.blocks.cases.queries import cases_visible_to
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import NotFound
from tinhso.kernel.paging import page_by_key
from tinhso.kernel.permissions import require
from tinhso.services.figures.chart import twelve_months
from tinhso.services.figures.files import as_csv, as_xlsx
from tinhso.services.figures.selection import BY_AGENCY, BY_FIELD, BY_PROCEDURE, Selection, selected
from tinhso.services.figures.sheet import sheet
from tinhso.services.figures.shown import late_address, shown_indicator, shown_line, title_of

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _selection(request: PersonRequest) -> Selection:
    require(request.person, "cases.figures")
    return selected(request.GET, request.person, now())


@require_safe
@staff_only
def page(request: PersonRequest) -> HttpResponse:
    """The indicators of a selection with their definitions, the table, the last twelve months."""
    selection = _selection(request)
    counted = sheet(selection)
    titles = {BY_AGENCY: _("Theo cơ quan"), BY_FIELD: _("Theo lĩnh vực"), BY_PROCEDURE: _("Theo thủ tục")}
    context = {
        "selection": selection,
        "sheet": counted,
        "lines": [shown_line(line, selection) for line in counted.lines],
        "indicators": [shown_indicator(value, selection) for value in counted.indicators],
        "not_yet": NOT_YET,
        "months": twelve_months(selection.scope, selection.judged.now),
        "filters": selection.filters(),
        "keep": {"theo": selection.by} if selection.by != BY_AGENCY else {},
        "tabs": [
            {"title": title, "url": selection.address(theo=by), "current": by == selection.by} for by, title in titles.items()
        ],
    }
    return render(request, "figures/page.html", context)


@require_safe
@staff_only
def cases(request: PersonRequest) -> HttpResponse:
    """The cases that a number counts, as far as the person may see them; newest first."""
    selection = _selection(request)
    name = request.GET.get("phan", "")
    if name not in MEASURES:
        raise NotFound(_("Không có số liệu nào tên như vậy."))
    title, behind = _behind(selection, name, request.GET)
    found = cases_visible_to(request.person).filter(pk__in=behind).select_related("procedure", "version", "agency")
    page = page_by_key(found.defer(*CONTENTS), order=("-submitted_at",), cursor=request.GET.get("trang"))
    context = {
        "page": page,
        "rows": [(case, remaining_of(case, selection.judged.now)) for case in page.rows],
        "title": title,
        "selection": selection,
    }
    return render(request, "figures/cases.html", context)


def _behind(selection: Selection, name: str, query: QueryDict) -> tuple[str, Collection[int] | QuerySet[CaseFacts, int]]:
    """The cases of a measure; of the late ones perhaps only those that a role at an agency made late."""
    title = str(MEASURES[name].title)
    role, agency = query.get("vai", ""), query.get("tai", "")
    if name != "late" or not role:
        return title, facts_behind(name, selection.scope, selection.judged).values_list("pk", flat=True)
    for line in delays(selection.scope, selection.judged).lines:
        if (line.role, line.agency.code) == (role, agency):
            return f"{title}: {line.agency.name}, {title_of(role)}", line.cases
    return title, ()


@require_safe
@staff_only
def late(request: PersonRequest) -> HttpResponse:
    """At which agency and role the late cases of a selection lost their time."""
    selection = _selection(request)
    found = delays(selection.scope, selection.judged)
    context = {
        "selection": selection,
        "delays": found,
        "lines": [(line, title_of(line.role), late_address(selection, line)) for line in found.lines],
        "filters": selection.filters(),
    }
    return render(request, "figures/late.html", context)


@require_safe
@staff_only
def download(request: PersonRequest, kind: str) -> HttpResponse:
    """The table as a spreadsheet or as comma-separated values."""
    selection = _selection(request)
    if kind == "xlsx":
        answer = HttpResponse(as_xlsx(sheet(selection), selection), content_type=_XLSX)
    elif kind == "csv":
        answer = HttpResponse(as_csv(sheet(selection)), content_type="text/csv; charset=utf-8")
    else:
        raise NotFound(_("Số liệu chỉ tải về được dạng XLSX hoặc CSV."))
    answer["Content-Disposition"] = f'attachment; filename="so-lieu-{selection.period.text}.{kind}"'
    return answer
