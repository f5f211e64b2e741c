"""The public map and list of reports, and the figures."""

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from tinhso.blocks.gis.clusters import clusters, view_from
from tinhso.blocks.gis.tiles import with_map
from tinhso.kernel.paging import page_by_key
from tinhso.services.reports.models import Report
from tinhso.services.reports.published import (
    PERIODS,
    STATES,
    Selection,
    agencies_with_reports,
    places_of,
    public_figures,
    selected,
)
from tinhso.services.reports.queries import fields_open
from tinhso.services.reports.views.public_send import kind_of
from tinhso.services.reports.words import state_of

SIZE = 20
_KEPT_SECONDS = 300


@with_map
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The map and the list of one selection."""
    selection, fields = Selection.of(request.GET.dict()), fields_open(now())
    page = page_by_key(selected(selection, now()), order=("-shown_at", "-case"), cursor=request.GET.get("trang"), size=SIZE)
    query = request.GET.copy()
    query.pop("trang", None)
    context = {
        "page": page,
        "rows": [(report, kind_of(report, fields), state_of(report.case)) for report in page.rows],
        "filters": _filters(selection, [(field.code, field.label) for field in fields]),
        "chosen": selection != Selection(),
        "points": f"{reverse('reports:map_points')}?{query.urlencode()}",
        "query": query.urlencode(),
    }
    return render(request, "reports/public/list.html", context)


def _filters(selection: Selection, fields: list[tuple[str, str]]) -> list[dict[str, object]]:
    agencies = cache.get("reports.agencies")
    if agencies is None:
        agencies = list(agencies_with_reports().values_list("pk", "name"))
        cache.set("reports.agencies", agencies, _KEPT_SECONDS)
    states = [(key, label) for key, (label, _condition) in STATES.items()]
    chosen = (
        ("linh-vuc", _("Lĩnh vực"), selection.field, [("", _("Tất cả")), *fields]),
        ("trang-thai", _("Tình trạng"), selection.state, [("", _("Tất cả")), *states]),
        ("co-quan", _("Cơ quan"), selection.agency or "", [("", _("Tất cả")), *agencies]),
        ("ky", _("Thời gian"), selection.days, list(PERIODS.items())),
    )
    return [
        {"name": n, "label": label, "kind": "select", "value": value, "options": options} for n, label, value, options in chosen
    ]


@require_safe
@cache_control(public=True, max_age=60)
def points(request: HttpRequest) -> JsonResponse:
    """The selection's reports inside a window of the map, gathered; a single one with its address."""
    selection = Selection.of(request.GET.dict())
    view = view_from(request.GET)
    found = clusters(places_of(selection, now()), "point", view, kept_as=selection.name) if selection.known else []
    single = [cluster.one for cluster in found if cluster.one]
    codes = dict(Report.objects.filter(pk__in=single).values_list("pk", "case__code")) if single else {}
    marks = [
        {
            "lon": round(cluster.lon, 5),
            "lat": round(cluster.lat, 5),
            "count": cluster.count,
            **({"url": reverse("reports:page", args=[codes[cluster.one]])} if cluster.one in codes else {}),
        }
        for cluster in found
    ]
    return JsonResponse({"points": marks})


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """How it goes, by agency and by field, over twelve months. Kept for a few minutes; the page says as of when."""
    address, kept_as = reverse("reports:list"), f"reports.figures.{get_language()}"
    found = cache.get(kept_as)
    if found is None:
        found = public_figures(now(), address)
        cache.set(kept_as, found, _KEPT_SECONDS)
    breadcrumbs = [(_("Phản ánh hiện trường"), address), (_("Số liệu"), "")]
    return render(request, "reports/public/figures.html", {"figures": found, "breadcrumbs": breadcrumbs})
