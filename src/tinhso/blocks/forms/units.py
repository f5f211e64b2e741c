"""Administrative units for the picker, from the directory."""

from datetime import date

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from tinhso.blocks.directory.models import Unit
from tinhso.blocks.forms.engine.units import PlaceUnit
from tinhso.kernel.text import compact

LIMIT = 12


class DirectoryUnits:
    """The units of the directory on a day (`engine.units.UnitSource`)."""

    def get(self, code: str, on: date) -> PlaceUnit | None:
        found = _units(on).filter(code=code).first() if code.isascii() and code.isdigit() else None
        return _shown(found) if found else None

    def find(self, text: str, *, level: int, on: date, within: str = "") -> list[PlaceUnit]:
        """Units whose name holds `text` however it is accented; what follows a comma narrows by the units above."""
        name, *places = (compact(part) for part in text.split(","))
        if not name:
            return []
        units = _inside(_units(on).filter(level=level, search__contains=name), within)
        for place in filter(None, places):
            units = units.filter(Q(parent__search__contains=place) | Q(parent__parent__search__contains=place))
        best = Case(
            When(search=name, then=Value(0)),
            When(search__endswith=name, then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
        return [_shown(unit) for unit in units.order_by(best, "short_name", "code")[:LIMIT]]

    def below(self, parent: str, *, level: int, on: date) -> list[PlaceUnit]:
        return [_shown(unit) for unit in _inside(_units(on).filter(level=level), parent).order_by("short_name", "code")]


def _units(on: date) -> QuerySet[Unit]:
    in_force = (Q(valid_from=None) | Q(valid_from__lte=on)) & (Q(valid_to=None) | Q(valid_to__gte=on))
    return Unit.objects.filter(in_force).select_related("parent__parent")


def _inside(units: QuerySet[Unit], code: str) -> QuerySet[Unit]:
    return units.filter(Q(parent__code=code) | Q(parent__parent__code=code)) if code else units


def _shown(unit: Unit) -> PlaceUnit:
    above = []
    parent = unit.parent
    while parent:
        above.append(PlaceUnit(parent.code, parent.name, parent.level))
        parent = parent.parent
    return PlaceUnit(unit.code, unit.name, unit.level, tuple(above))
