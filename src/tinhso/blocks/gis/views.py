"""The ground of the map and the search for a place on it, for scripts; both say nothing about anybody."""

from django.contrib.gis.geos import Point
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.timezone import localdate
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from tinhso.blocks.directory.models import Unit, UnitLoad
from tinhso.blocks.directory.queries import map_day
from tinhso.blocks.gis.background import centred, find_places, ground_geojson, nearest_commune
from tinhso.blocks.gis.clusters import point_from


def _version(request: HttpRequest) -> str:
    """Changes with the day whose units are shown and with every load of units."""
    load = UnitLoad.objects.order_by("-pk").values_list("pk", flat=True).first()
    return f'"{map_day(localdate()):%Y%m%d}-{load or 0}-1"'


@require_safe
@cache_control(public=True, max_age=3600)
@condition(etag_func=_version)
def ground(request: HttpRequest) -> HttpResponse:
    """The province's units with their centres as GeoJSON."""
    return JsonResponse(ground_geojson(localdate()), content_type="application/geo+json")


@require_safe
@cache_control(public=True, max_age=3600)
def find(request: HttpRequest) -> HttpResponse:
    """Places of a name (`q`), or the commune whose centre is nearest to a point (`lon`, `lat`)."""
    point: Point | None = point_from(request.GET.get("lon"), request.GET.get("lat"))
    near = nearest_commune(point, localdate()) if point else None
    found = [near] if near else find_places(request.GET.get("q", "")[:100], localdate())
    return JsonResponse({"places": [_place(unit, centre) for unit, centre in centred(found)]})


def _place(unit: Unit, centre: Point) -> dict[str, object]:
    return {"code": unit.code, "name": unit.name, "lon": round(centre.x, 5), "lat": round(centre.y, 5)}
