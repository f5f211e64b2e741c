"""The reports of the agencies where somebody works, by what is to be done with them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.blocks.cases.clock import Hands
from tinhso.blocks.cases.queries import cases_visible_to, procedure_titles
from tinhso.blocks.directory.calendars import agency_calendar_by_id
from tinhso.blocks.gis.clusters import Cluster, clusters, view_from
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.blocks.identity.policy import grants
from tinhso.kernel.permissions import require
from tinhso.kernel.text import fold
from tinhso.kernel.time.lateness import Remaining
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.queries import Field, fields_open, kind_titles
from tinhso.services.reports.queue import TABS, Line, Tab, queue_page

MAP = "ban-do"
Row = tuple[Line, str, Remaining | None]


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
    rows = rows_of(page.rows, moment)
    return render(request, "reports/queue.html", context | {"page": page, "rows": rows})


def rows_of(lines: Iterable[Line], moment: datetime) -> list[Row]:
    """For `reports/queue_rows.html`."""
    kinds, fields, calendar = kind_titles(moment), procedure_titles(), cache(agency_calendar_by_id)
    rows = []
    for line in lines:
        kind = kinds.get(f"{line.field}.{line.kind}") or fields.get(line.procedure, "")
        hands = Hands(line.status, line.received_at, line.due_at, line.ended_at)
        rows.append((line, kind, hands.left(moment, calendar(line.agency), line.term_version or line.version)))
    return rows


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
