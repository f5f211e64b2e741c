"""Where something is: what a person gives, and the unit of that day it lies in."""

from dataclasses import dataclass
from datetime import date

from django.contrib.gis.geos import Point
from django.db.models import ExpressionWrapper, F, FloatField, Func, Q
from django.utils.translation import gettext as _

from tinhso.blocks.directory.models import Unit, UnitLevel
from tinhso.blocks.directory.queries import map_day, unit_on
from tinhso.blocks.forms.engine.values import clean_text
from tinhso.kernel.errors import Invalid, NotFound
from tinhso.kernel.fixed_query import FixedQuery, Param

SRID = 4326
MOST_WORDS = 300
_FAR_M = 1_000_000


@dataclass(frozen=True)
class Place:
    """point: longitude and latitude. accuracy_m: as the device said. commune: the unit's code, when the person chose it."""

    point: tuple[float, float] | None = None
    address: str = ""
    accuracy_m: int | None = None
    commune: str = ""


def checked_place(place: Place) -> Place:
    """The place as it can be kept.

    Raises:
        Invalid: it is nowhere, or outside the country; `fields` names "place".
    """
    address = " ".join(clean_text(place.address).split())
    problem = ""
    if place.point is None and not address and not place.commune:
        problem = _("Hãy chọn vị trí trên bản đồ hoặc ghi địa chỉ.")
    elif place.point and not (102 <= place.point[0] <= 118 and 6 <= place.point[1] <= 24):  # with the islands
        problem = _("Vị trí này nằm ngoài Việt Nam. Hãy chọn lại trên bản đồ.")
    elif len(address) > MOST_WORDS:
        problem = _("Nhiều nhất là %(limit)s ký tự.") % {"limit": MOST_WORDS}
    if problem:
        raise Invalid(problem, fields={"place": problem})
    accuracy = place.accuracy_m if place.point and place.accuracy_m and 0 < place.accuracy_m < _FAR_M else None
    return Place(place.point, address, accuracy, place.commune)


def geometry(point: tuple[float, float]) -> Point:
    return Point(*point, srid=SRID)


def commune_of(place: Place, on: date) -> Unit | None:
    """The commune the place lies in on a day: the one chosen, else the one whose centre is nearest.

    Borders are not among our sources: near a border the nearest centre can be the neighbour's.

    Raises:
        Invalid: nothing was given but a code that no commune bears; `fields` names "place".
    """
    day = map_day(on)
    if place.commune and (chosen := _chosen(place.commune, day)):
        return chosen
    if place.point is None:
        if place.commune and not place.address:
            problem = _("Không có xã, phường nào mang mã này. Hãy chọn vị trí trên bản đồ hoặc ghi địa chỉ.")
            raise Invalid(problem, fields={"place": problem})
        return None
    lon, lat = place.point
    return _NEAREST.first(day=day, lon=lon, lat=lat)


def _chosen(code: str, day: date) -> Unit | None:
    try:
        unit = unit_on(code, day)
    except NotFound:
        return None
    return unit if unit.level == UnitLevel.COMMUNE else None


class _Here(Func):
    """The point of a fixed query's `lon` and `lat`."""

    template = "ST_SetSRID(ST_MakePoint(%(expressions)s), 4326)"


_FROM_HERE = Func(F("centre"), _Here(Param("lon"), Param("lat")), template="%(expressions)s", arg_joiner=" <-> ")
_NEAREST = FixedQuery(
    lambda: (
        Unit.objects.select_related("parent")
        .filter(
            Q(valid_from__lte=Param("day")) | Q(valid_from=None, known_from__lte=Param("day")),
            Q(valid_to=None) | Q(valid_to__gte=Param("day")),
            level=UnitLevel.COMMUNE,
            centre__isnull=False,
        )
        .defer("centre", "parent__centre")  # points take long to read, and nobody asks for them
        .order_by(ExpressionWrapper(_FROM_HERE, output_field=FloatField()))[:1]
    )
)
