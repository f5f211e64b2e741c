"""Units and agencies for programs: public, read only."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from django.utils.timezone import localdate
from ninja import Query, Router, Schema

from tinhso.blocks.directory import queries
from tinhso.blocks.directory.agency_codes import to_right_to_left
from tinhso.blocks.directory.models import Agency, Unit
from tinhso.kernel.errors import Invalid

router = Router(tags=["units"])


class UnitOut(Schema):
    """An administrative unit during one period."""

    code: str
    name: str
    short_name: str
    kind: str
    level: int
    valid_from: date | None
    valid_to: date | None
    known_from: date
    parent_code: str | None
    latitude: float | None
    longitude: float | None

    @classmethod
    def of(cls, unit: Unit, day: date) -> "UnitOut":
        parent = queries.parent_on(unit, day)
        return cls(
            code=unit.code,
            name=unit.name,
            short_name=unit.short_name,
            kind=unit.kind,
            level=unit.level,
            valid_from=unit.valid_from,
            valid_to=unit.valid_to,
            known_from=unit.known_from,
            parent_code=parent.code if parent else None,
            latitude=unit.centre.y if unit.centre else None,
            longitude=unit.centre.x if unit.centre else None,
        )


class AgencyOut(Schema):
    """An agency with its identifier in both written forms."""

    code: str
    older_code: str | None
    name: str
    short_name: str
    kind: str
    level: int
    unit_code: str
    parent_code: str | None

    @classmethod
    def of(cls, agency: Agency) -> "AgencyOut":
        code = agency.code or ""
        try:
            older: str | None = to_right_to_left(code)
        except Invalid:
            older = None
        return cls(
            code=code,
            older_code=older,
            name=agency.name,
            short_name=agency.short_name,
            kind=agency.kind,
            level=agency.level,
            unit_code=agency.unit.code,
            parent_code=agency.parent.code if agency.parent else None,
        )


@router.get("units", response=list[UnitOut], summary="Find units as of a day")
def find_units(
    request: HttpRequest,
    *,
    q: str = "",
    on: date | None = None,
    level: Annotated[int | None, Query(ge=1, le=3)] = None,
    parent: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> list[UnitOut]:
    """Units whose name holds `q` (accents forgiven), the best first; without `q`, in the order of codes."""
    day = on or localdate()
    return [UnitOut.of(unit, day) for unit in queries.find_units(q, on=day, level=level, parent=parent, limit=limit)]


@router.get("units/{code}", response=UnitOut, summary="The bearer of a code on a day")
def get_unit(request: HttpRequest, code: str, on: date | None = None) -> UnitOut:
    """404 with a sentence that tells whether the code is unknown, or unknown on that day."""
    day = on or localdate()
    return UnitOut.of(queries.unit_on(code, day), day)


@router.get("units/{code}/became", response=list[UnitOut], summary="What became of a unit")
def get_successors(request: HttpRequest, code: str, on: date | None = None) -> list[UnitOut]:
    """What the unit known by `code` before the day is on that day."""
    day = on or localdate()
    return [UnitOut.of(unit, day) for unit in queries.became(queries.unit_known_as(code, day), day).units]


@router.get("agencies/{code}", response=AgencyOut, summary="An agency by its identifier")
def get_agency(request: HttpRequest, code: str) -> AgencyOut:
    return AgencyOut.of(queries.agency_by_code(code.upper()))
