"""The map on a page: `{% load maps %}{% map_frame "reports" label %}`."""

from functools import cache
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.timezone import localdate

from tinhso.blocks.gis.background import communes
from tinhso.blocks.gis.tiles import background_tiles

register = template.Library()
_LIBRARY = "vendor/maplibre-gl/maplibre-gl.js"


@cache
def map_installed() -> bool:
    """Whether the set-up found the map's package; a page without it offers the list and the names of places."""
    return staticfiles_storage.exists(_LIBRARY) or finders.find(_LIBRARY) is not None


@register.inclusion_tag("maps/map.html")
def map_frame(name: str, label: str, points: str = "", opened: bool = True) -> dict[str, Any]:
    """The place of a map.

    Args:
        name: its id.
        label: what it shows, for those who cannot see it.
        points: the address of its clusters (`clusters.view_from` reads the window), if it shows any.
        opened: drawn when the page opens; else when a script asks, which spares a phone the library.
    """
    return {
        "name": name,
        "label": label,
        "points": points,
        "opened": opened,
        "installed": map_installed(),
        "tiles": background_tiles(),
    }


@register.inclusion_tag("maps/place.html")
def place_fields(values: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> dict[str, Any]:
    """Choosing a place: by position, on the map, by the name of a commune and an address. Works without scripts.

    Args:
        values: what was chosen before, by field: lon, lat, accuracy, address, unit.
        errors: what is wrong, by field.
    """
    return {
        "values": values or {},
        "errors": errors or {},
        "communes": communes(localdate()),
        "installed": map_installed(),
    }
