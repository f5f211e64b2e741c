from django.utils.translation import gettext_lazy as _

from tinhso.blocks.gis.tiles import background_tiles
from tinhso.kernel.manifest import Check, Manifest, ServiceConfig


class GisConfig(ServiceConfig):
    """Places on a map: the map itself, choosing a place, points gathered into clusters. No tables of its own."""

    name = "tinhso.blocks.gis"
    label = "maps"
    manifest = Manifest(title=_("Bản đồ"), prefix="ban-do/")

    def checks(self) -> list[Check]:
        tiles = background_tiles()
        if tiles is None:
            return [Check("map.tiles", "not configured", "coast and units only", "TINHSO_MAP_TILES=https://…/{z}/{x}/{y}.png")]
        return [Check("map.tiles", "ok", tiles.origin)]
