"""Keeping where a case is about."""

from tinhso.blocks.cases.models import Case, CasePlace
from tinhso.blocks.cases.places import Place, geometry
from tinhso.blocks.directory.models import Unit


def keep_place(case: Case, place: Place, unit: Unit | None) -> CasePlace:
    """
    Args:
        place: as `checked_place` gives it.
        unit: in which it lies (`commune_of`).
    """
    point = geometry(place.point) if place.point else None
    address = place.address or ("" if point or unit is None else unit.name)
    return CasePlace.objects.create(case=case, point=point, accuracy_m=place.accuracy_m, address=address, unit=unit)
