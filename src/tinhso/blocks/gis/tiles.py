"""The province's own background under the map, where it has one."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponseBase

from tinhso.kernel.web.policy import POLICY

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Tiles:
    """Pictures of the ground. address: with {z}, {x} and {y}; credit: whose they are, shown on the map."""

    address: str
    credit: str

    @property
    def origin(self) -> str:
        """Scheme and host, the only ones the pages with a map may ask beside ourselves."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"


def background_tiles() -> Tiles | None:
    """The set background; None: the coast and the names of the units alone."""
    return Tiles(settings.MAP_TILES, settings.MAP_CREDIT) if settings.MAP_TILES else None


def with_map(view: View) -> View:
    """Let the map on the page of one view fetch the province's background, from that host alone."""

    @wraps(view)
    def run(*args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(*args, **kwargs)
        if tiles := background_tiles():
            widened = {name: f"{POLICY[name]} {tiles.origin}" for name in ("connect-src", "img-src")}
            response.policy = widened  # type: ignore[attr-defined]
        return response

    return run
