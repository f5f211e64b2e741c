"""What lies under the points: the province's units by name, as the directory knows them on a day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from math import cos, pi, radians, sqrt
from typing import Any

from django.contrib.gis.geos import Point
from django.db.models import QuerySet

from tinhso.blocks.directory.models import Agency, Unit, UnitLevel
from tinhso.blocks.directory.queries import find_units, map_day, units_below_on

# Two archipelagos of Viet Nam, named on every map of ours; some islands as dots, which the coast at this scale lacks
_ISLANDS = {
    "Quần đảo Hoàng Sa (Việt Nam)": [(111.61, 16.53), (111.61, 16.45), (112.34, 16.83), (112.73, 16.67), (111.2, 15.78)],
    "Quần đảo Trường Sa (Việt Nam)": [(111.92, 8.64), (114.33, 11.43), (114.37, 10.18), (114.33, 9.88), (114.36, 10.38)],
}
_MARGIN = 0.25  # degrees around the outermost centres


@dataclass(frozen=True)
class Ground:
    """A province as a map shows it. box: west, south, east, north of the centres of its communes, with a margin."""

    name: str
    box: tuple[float, float, float, float]
    units: list[Unit]


def home_province() -> Unit | None:
    """The province this installation serves: the unit of its highest agency."""
    root = Agency.objects.filter(parent=None, active=True, unit__level=UnitLevel.PROVINCE).select_related("unit").first()
    return root.unit if root else None


def communes(day: date) -> QuerySet[Unit]:
    """The province's communes in force on a day, by name; none before an agency was founded."""
    province = home_province()
    if province is None:
        return Unit.objects.none()
    return units_below_on(province, map_day(day)).filter(level=UnitLevel.COMMUNE).order_by("short_name", "code")


def centred(units: Iterable[Unit]) -> Iterator[tuple[Unit, Point]]:
    """Those that the directory knows the middle of, each with it."""
    for unit in units:
        if unit.centre is not None:
            yield unit, unit.centre


def ground(day: date) -> Ground | None:
    """The province's ground on a day; None while the directory is empty or knows no centres."""
    province = home_province()
    units = list(communes(day)) if province else []
    centres = [centre for _unit, centre in centred(units)]
    if province is None or not centres:
        return None
    xs, ys = [centre.x for centre in centres], [centre.y for centre in centres]
    return Ground(province.name, (min(xs) - _MARGIN, min(ys) - _MARGIN, max(xs) + _MARGIN, max(ys) + _MARGIN), units)


def ground_geojson(day: date) -> dict[str, Any]:
    """The ground for the browser: one point for every commune and island, `bbox` where to begin."""
    found = ground(day)
    features = [
        _feature(centre.x, centre.y, kind="unit", code=unit.code, name=unit.name, short=unit.short_name)
        for unit, centre in centred(found.units if found else ())
    ]
    for name, islands in _ISLANDS.items():
        features += [_feature(x, y, kind="island", name="") for x, y in islands]
        west, north = min(x for x, _y in islands), max(y for _x, y in islands)
        east, south = max(x for x, _y in islands), min(y for _x, y in islands)
        features.append(_feature((west + east) / 2, (south + north) / 2, kind="islands", name=name))
    box = found.box if found else (102.0, 8.0, 117.5, 23.5)
    return {"type": "FeatureCollection", "bbox": [round(side, 3) for side in box], "features": features}


def _feature(lon: float, lat: float, **properties: str) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [round(lon, 5), round(lat, 5)]}
    return {"type": "Feature", "geometry": point, "properties": properties}


def find_places(text: str, day: date, limit: int = 8) -> list[Unit]:
    """The province's units whose name holds `text`, accents forgiven, that have a place on the map."""
    province = home_province()
    if province is None or not text.strip():
        return []
    found = find_units(text, on=map_day(day), parent=province.code, limit=3 * limit)
    return [unit for unit in found if unit.centre is not None][:limit]


def nearest_commune(point: Point, day: date) -> Unit | None:
    """The commune whose centre is nearest: a guess for people to correct, since no boundaries are known."""
    shrink = cos(radians(point.y))

    def distance(found: tuple[Unit, Point]) -> float:
        return ((found[1].x - point.x) * shrink) ** 2 + (found[1].y - point.y) ** 2

    nearest = min(centred(communes(day)), key=distance, default=None)
    return nearest[0] if nearest else None


def reach_of(unit: Unit) -> int:
    """How far, in metres, a place that says no more than the unit's name may be off: the radius of a circle of its area."""
    return round(1000 * sqrt((unit.area_km2 or 25) / pi))
