"""The coast under our maps: land and sea around Viet Nam, cut at set-up out of Natural Earth (public domain, 1:10,000,000).

There is no border in it, of countries or of provinces: the packages hold none we could vouch for.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Point = tuple[float, float]
Ring = list[Point]

# west, south, east, north: the mainland with the archipelagos Hoàng Sa and Trường Sa
BOX = (99.0, 4.0, 119.0, 24.5)


def land_geojson(topology: Path) -> str:
    """The land inside the box, as one MultiPolygon. `topology`: `land-10m.json` of the package world-atlas."""
    source = json.loads(topology.read_text(encoding="utf-8"))
    arcs = list(_arcs(source))
    polygons = []
    for land in source["objects"]["land"]["geometries"]:
        for outline, *_lakes in land["arcs"]:
            ring = _clipped(_ring(outline, arcs))
            if len(ring) > 3:
                polygons.append([[(round(x, 3), round(y, 3)) for x, y in [*ring, ring[0]]]])
    shape = {"type": "Feature", "properties": {}, "geometry": {"type": "MultiPolygon", "coordinates": polygons}}
    return json.dumps(shape, separators=(",", ":"))


def _arcs(source: dict[str, Any]) -> Iterator[list[Point]]:
    """The lines of a TopoJSON file, whose points are steps from the one before on a grid of whole numbers."""
    (wide, high), (west, south) = source["transform"]["scale"], source["transform"]["translate"]
    for arc in source["arcs"]:
        x = y = 0
        points = []
        for east, north in arc:
            x, y = x + east, y + north
            points.append((x * wide + west, y * high + south))
        yield points


def _ring(numbers: list[int], arcs: list[list[Point]]) -> Ring:
    """One outline joined from its arcs; a negative number is an arc read backwards."""
    points: Ring = []
    for number in numbers:
        points += arcs[number][:-1] if number >= 0 else arcs[~number][:0:-1]
    return points


def _clipped(ring: Ring) -> Ring:
    """What of a ring lies in the box, one side of the box after the other (Sutherland and Hodgman)."""
    west, south, east, north = BOX
    for axis, limit, sign in ((0, west, 1), (0, east, -1), (1, south, 1), (1, north, -1)):
        kept: Ring = []
        for last, here in zip([ring[-1], *ring[:-1]], ring, strict=True):
            if ((here[axis] - limit) * sign >= 0) != ((last[axis] - limit) * sign >= 0):
                share = (limit - last[axis]) / (here[axis] - last[axis])
                kept.append((last[0] + share * (here[0] - last[0]), last[1] + share * (here[1] - last[1])))
            if (here[axis] - limit) * sign >= 0:
                kept.append(here)
        ring = kept
        if not ring:
            break
    return ring
