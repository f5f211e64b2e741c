"""The reports of the agencies where somebody works, by what is to be done with them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.blocks.cases.clock import remaining_of
from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.queries import cases_visible_to
from tinhso.blocks.gis.clusters import Cluster, clusters, view_from
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.blocks.identity.policy import grants
from tinhso.kernel.permissions import require
from tinhso.kernel.text import fold
from tinhso.kernel.time.lateness import Remaining
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.queries import Field, fields_open
from tinhso.services.reports.queue import TABS, Tab, queue_page
from tinhso.services.reports.words import State, state_of

MAP = "ban-do"
Row = tuple[Case, str, State, Remaining | None]


@require_safe
@staff_only
def queue(request: PersonRequest) -> HttpResponse:
    require(request.person, "reports.search")
    moment, given = now(), request.GET
    held = grants(request.person).permissions
    shown = [tab for tab in TABS if tab.needs in held]
    chosen = next((tab for tab in shown if tab.code == given.get("muc")), shown[0])
    fields = {field.code: field for field in fields_open(moment)}
    context = {
        "tabs": _tabs(shown, MAP if given.get("muc") == MAP else chosen.code),
        "filters": _filters(request, fields),
        "keep": {"muc": given["muc"]} if given.get("muc") else {},
        "filtered": given.get("linh-vuc") or given.get("q", "").strip(),
    }
    if given.get("muc") == MAP:
        query = urlencode({name: given[name] for name in ("linh-vuc", "q") if given.get(name)})
        return render(request, "reports/queue.html", context | {"on_map": True, "points": f"{reverse('reports:points')}?{query}"})
    text, field = given.get("q", ""), given.get("linh-vuc", "")
    page = queue_page(request.person, chosen, at=moment, text=text, field=field, cursor=given.get("trang"))
    rows = rows_of(page.rows, fields.values(), moment)
    return render(request, "reports/queue.html", context | {"page": page, "rows": rows})


def rows_of(cases: Iterable[Case], fields: Iterable[Field], moment: datetime) -> list[Row]:
    """For `reports/queue_rows.html`."""
    by_code = {field.code: field for field in fields}
    return [(case, _kind(case, by_code), state_of(case), remaining_of(case, moment)) for case in cases]


@require_safe
@staff_only
def points(request: PersonRequest) -> JsonResponse:
    """The open reports that this person may see, gathered for a window of the map."""
    require(request.person, "reports.search")
    seen = cases_visible_to(request.person, REPORTS).filter(_asked(request), ended_at=None)
    found = clusters(seen, "place__point", view_from(request.GET))
    codes = dict(seen.filter(pk__in=[one.one for one in found if one.one]).values_list("pk", "code"))
    return JsonResponse({"points": [_point(one, codes) for one in found]})


def _point(one: Cluster, codes: Mapping[int, str]) -> dict[str, object]:
    place: dict[str, object] = {"lon": round(one.lon, 5), "lat": round(one.lat, 5), "count": one.count}
    code = codes.get(one.one or 0)
    return place | ({"url": reverse("reports:report", args=[code])} if code else {})


def _asked(request: PersonRequest) -> Q:
    """What the filters ask for on the map, as `queue_page` does."""
    rule = Q(report__isnull=False)
    if field := request.GET.get("linh-vuc"):
        rule &= Q(procedure__code=field)
    for word in fold(request.GET.get("q", "")).split():
        rule &= Q(search__contains=word)
    return rule


def _kind(case: Case, fields: Mapping[str, Field]) -> str:
    field = fields.get(case.procedure.code)
    kind = field.kind(case.report.kind) if field else None
    return kind.label if kind else case.procedure.title


def _tabs(shown: Iterable[Tab], current: str) -> list[dict[str, object]]:
    tabs = [(tab.code, tab.title) for tab in shown] + [(MAP, _("Bản đồ"))]
    return [{"url": f"?muc={code}" if code else "?", "title": title, "current": code == current} for code, title in tabs]


def _filters(request: PersonRequest, fields: Mapping[str, Field]) -> list[dict[str, object]]:
    hint, text = _("Mã, nội dung, địa chỉ"), request.GET.get("q", "").strip()
    options = [("", _("Mọi lĩnh vực")), *((field.code, field.label) for field in fields.values())]
    return [
        {"name": "q", "label": _("Tìm"), "kind": "search", "value": text, "placeholder": hint},
        {
            "name": "linh-vuc", "label": _("Lĩnh vực"), "kind": "select",
            "value": request.GET.get("linh-vuc", ""), "options": options,
        },
    ]  # fmt: skip
