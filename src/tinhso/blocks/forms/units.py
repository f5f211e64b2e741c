"""Administrative units for the picker, from the directory."""

from datetime import date

from tinhso.blocks.directory.models import Unit, UnitLevel
from tinhso.blocks.directory.queries import find_units, parent_on, units_on
from tinhso.blocks.directory.unit_source import completeness
from tinhso.blocks.forms.engine.units import PlaceUnit
from tinhso.kernel.fixed_query import Param
from tinhso.kernel.keeping.kept import KeptQuery
from tinhso.kernel.text import compact

LIMIT = 12
_WIDE = 500
"""How many matches are looked through when the text also says where: "Tân Phú, Đồng Tháp"."""


_SHOWN = ("code", "name", "level", "known_from", "valid_from", "valid_to")
_ON: KeptQuery[Unit, Unit] = KeptQuery(
    lambda: (
        units_on(Param("day"))  # type: ignore[arg-type]
        .filter(code=Param("code"))
        .select_related("parent__parent")
        .only(*(f"{above}{name}" for above in ("", "parent__", "parent__parent__") for name in _SHOWN))
    ),
    of=[Unit],
)


class DirectoryUnits:
    """The units of the directory on a day (`engine.units.UnitSource`)."""

    def get(self, code: str, on: date) -> PlaceUnit | None:
        if not (code.isascii() and code.isdigit()):
            return None
        for day in _maps(on, UnitLevel.COMMUNE):
            found = _ON.first(code=code, day=day)
            if found:
                return _shown(found, day)
        return None

    def last(self, code: str) -> PlaceUnit | None:
        found = Unit.objects.filter(code=code).select_related("parent__parent").order_by("known_from").last()
        return _shown(found, found.valid_to or found.known_from) if found else None

    def find(self, text: str, *, level: int, on: date, within: str = "") -> list[PlaceUnit]:
        """Units whose name holds `text` however it is accented; what follows a comma narrows by the units above."""
        name, *places = text.split(",")
        if not compact(name):
            return []
        wanted = [key for place in places if (key := compact(place))]
        shown: dict[tuple[str, str], PlaceUnit] = {}
        for day in _maps(on, level):
            found = find_units(name, on=day, level=level, parent=within or None, limit=_WIDE if wanted else LIMIT)
            for unit in (_shown(unit, day) for unit in found):
                shown.setdefault((unit.code, unit.name), unit)
        return [unit for unit in shown.values() if all(key in compact(unit.place) for key in wanted)][:LIMIT]

    def below(self, parent: str, *, level: int, on: date) -> list[PlaceUnit]:
        day = _maps(on, level)[-1]
        found = find_units("", on=day, level=level, parent=parent or None, limit=_WIDE)
        return [_shown(unit, day) for unit in sorted(found, key=lambda unit: compact(unit.short_name))]


def _maps(on: date, level: int) -> list[date]:
    """The days on whose map to look: before our sources reach, also the oldest whole map they have.

    Who lived somewhere in 1998 must be able to say so; the unit is then named as it was last known.
    """
    oldest = completeness((), level).first
    return [on] if on >= oldest else [on, oldest]


def _shown(unit: Unit, on: date) -> PlaceUnit:
    above = []
    parent = parent_on(unit, on)
    while parent:
        above.append(PlaceUnit(parent.code, parent.name, parent.level))
        parent = parent_on(parent, on)
    return PlaceUnit(unit.code, unit.name, unit.level, tuple(above))
