"""Administrative units for the picker, from the directory."""

from datetime import date

from tinhso.blocks.directory.models import Unit
from tinhso.blocks.directory.queries import find_units, parent_on, units_on
from tinhso.blocks.forms.engine.units import PlaceUnit
from tinhso.kernel.text import compact

LIMIT = 12
_WIDE = 500
"""How many matches are looked through when the text also says where: "Tân Phú, Đồng Tháp"."""


class DirectoryUnits:
    """The units of the directory on a day (`engine.units.UnitSource`)."""

    def get(self, code: str, on: date) -> PlaceUnit | None:
        if not (code.isascii() and code.isdigit()):
            return None
        found = units_on(on).filter(code=code).select_related("parent__parent").first()
        return _shown(found, on) if found else None

    def find(self, text: str, *, level: int, on: date, within: str = "") -> list[PlaceUnit]:
        """Units whose name holds `text` however it is accented; what follows a comma narrows by the units above."""
        name, *places = text.split(",")
        if not compact(name):
            return []
        wanted = [key for place in places if (key := compact(place))]
        found = find_units(name, on=on, level=level, parent=within or None, limit=_WIDE if wanted else LIMIT)
        shown = [_shown(unit, on) for unit in found]
        return [unit for unit in shown if all(key in compact(unit.place) for key in wanted)][:LIMIT]

    def below(self, parent: str, *, level: int, on: date) -> list[PlaceUnit]:
        found = find_units("", on=on, level=level, parent=parent or None, limit=_WIDE)
        return [_shown(unit, on) for unit in sorted(found, key=lambda unit: compact(unit.short_name))]


def _shown(unit: Unit, on: date) -> PlaceUnit:
    above = []
    parent = parent_on(unit, on)
    while parent:
        above.append(PlaceUnit(parent.code, parent.name, parent.level))
        parent = parent_on(parent, on)
    return PlaceUnit(unit.code, unit.name, unit.level, tuple(above))
