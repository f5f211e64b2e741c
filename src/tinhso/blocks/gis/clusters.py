"""Points gathered for a map, counted where they lie: PostGIS reads the box by its index and counts by cells of a grid."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import starmap
from math import atan, degrees, isfinite, pi, sinh
from typing import Any, TypeVar

from django.contrib.gis.geos import Point, Polygon
from django.core.cache import cache
from django.db.models import Avg, Count, F, FloatField, Func, Min, Model, QuerySet
from django.db.models.functions import Floor
from django.http import QueryDict
from django.utils.translation import gettext as _

from tinhso.kernel.errors import Invalid

M = TypeVar("M", bound=Model)
Cell = tuple[float, float, int, int]  # plain, because the cache packs and unpacks thousands of them
MAX_ZOOM = 18
KEPT_SECONDS = 60
_TILE = 256
_CELL = 64  # pixels: no two marks of this size cover each other for long
_WIDEST = 64  # tiles in one answer


@dataclass(frozen=True)
class View:
    """What a map shows: a zoom level and the whole tiles its window touches, so that neighbours ask the same address."""

    zoom: int
    left: int
    top: int
    right: int
    bottom: int

    @property
    def box(self) -> Polygon:
        """West, south, east, north, with the edge tiles whole."""
        return Polygon.from_bbox(
            (self._lon(self.left), self._lat(self.bottom + 1), self._lon(self.right + 1), self._lat(self.top))
        )

    @property
    def cell(self) -> float:
        """The side of a cell of the grid in degrees."""
        return 360 / (1 << self.zoom) * _CELL / _TILE

    def _lon(self, tile: int) -> float:
        return tile / (1 << self.zoom) * 360 - 180

    def _lat(self, tile: int) -> float:
        return degrees(atan(sinh(pi * (1 - 2 * tile / (1 << self.zoom)))))


@dataclass(frozen=True)
class Cluster:
    """`count` points around their middle. one: the row of a single point."""

    lon: float
    lat: float
    count: int
    one: int | None


_FINE = View(14, 0, 0, 0, 0)


def view_from(query: QueryDict) -> View:
    """The window named in an address: `z`, and tiles `x0`, `y0`, `x1`, `y1`.

    Raises:
        Invalid: not numbers, outside the world, or more tiles than a screen holds.
    """
    try:
        zoom, left, top, right, bottom = (int(query.get(name, "")) for name in ("z", "x0", "y0", "x1", "y1"))
    except ValueError:
        raise _bad_window() from None
    if not 0 <= zoom <= MAX_ZOOM:
        raise _bad_window()
    last = (1 << zoom) - 1
    if not (0 <= left <= right <= last and 0 <= top <= bottom <= last and (right - left + 1) * (bottom - top + 1) <= _WIDEST):
        raise _bad_window()
    return View(zoom, left, top, right, bottom)


def _bad_window() -> Invalid:
    return Invalid(_("Khung bản đồ không đúng; hãy tải lại trang."))


def clusters(rows: QuerySet[M, Any], point: str, view: View, *, kept_as: str = "") -> list[Cluster]:
    """The points of `rows` inside the window, one cluster for each cell of the grid that has any.

    Close by, PostGIS counts what the box holds. From afar the box holds everything: then the points are counted once by fine
    cells, kept for a minute, and the window is gathered from those.

    Args:
        point: the path from a row to its point (4326).
        kept_as: names the selection `rows` makes among all rows; empty: nothing is kept.
    """
    if view.zoom >= _FINE.zoom:
        return list(starmap(_cluster, _cells(rows.filter(**{f"{point}__bboverlaps": view.box}), point, view.cell)))
    fine: list[Cell] | None = cache.get(f"clusters.{kept_as}") if kept_as else None
    if fine is None:
        fine = _cells(rows, point, _FINE.cell)
        if kept_as:
            cache.set(f"clusters.{kept_as}", fine, KEPT_SECONDS)
    return _gathered(fine, view)


def _cells(rows: QuerySet[M, Any], point: str, cell: float) -> list[Cell]:
    """The middle, the number and the lowest row of the points in each cell that has any."""
    lon, lat = (Func(F(point), function=name, output_field=FloatField()) for name in ("ST_X", "ST_Y"))
    return list(
        rows.filter(**{f"{point}__isnull": False})
        .order_by()
        .values(_column=Floor(lon / cell), _row=Floor(lat / cell))
        .annotate(_lon=Avg(lon), _lat=Avg(lat), _n=Count("pk"), _one=Min("pk"))
        .values_list("_lon", "_lat", "_n", "_one")
    )


def _cluster(lon: float, lat: float, count: int, row: int) -> Cluster:
    return Cluster(lon, lat, count, row if count == 1 else None)


def _gathered(fine: Iterable[Cell], view: View) -> list[Cluster]:
    """Fine cells joined to those of the window, each at the middle of its points."""
    west, south, east, north = view.box.extent
    side = view.cell
    sums: dict[tuple[float, float], tuple[float, float, int, int]] = {}
    for lon, lat, count, row in fine:
        if west <= lon <= east and south <= lat <= north:
            place = lon // side, lat // side
            x, y, before, _row = sums.get(place, (0.0, 0.0, 0, 0))
            sums[place] = x + lon * count, y + lat * count, before + count, row
    return [_cluster(x / count, y / count, count, row) for x, y, count, row in sums.values()]


def point_from(lon: object, lat: object) -> Point | None:
    """A point as a browser sends it; None where there is none, or none in Viet Nam and its waters."""
    try:
        x, y = float(str(lon)), float(str(lat))
    except ValueError:
        return None
    if not (isfinite(x) and isfinite(y) and 101 <= x <= 119 and 5 <= y <= 24):
        return None
    return Point(round(x, 6), round(y, 6), srid=4326)
