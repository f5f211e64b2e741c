from datetime import date

import pytest
from django.contrib.gis.geos import Point

from tinhso.blocks.directory.actions import create_agency
from tinhso.blocks.directory.models import AgencyKind, Unit, UnitLevel

SINCE = date(2025, 7, 1)


@pytest.fixture
def province(db) -> Unit:
    """A province of three communes; one of them has no known centre."""
    top = Unit.objects.create(
        code="82", name="Tỉnh Đồng Tháp", short_name="Đồng Tháp", kind="province", level=1, known_from=SINCE
    )
    for code, name, centre in (
        ("28249", "Phường Đạo Thạnh", Point(106.34, 10.37)),
        ("28270", "Phường Mỹ Tho", Point(106.36, 10.35)),
        ("28999", "Xã Không Tâm", None),
    ):
        short = name.split(" ", 1)[1]
        Unit.objects.create(
            code=code,
            name=name,
            short_name=short,
            kind="ward",
            level=UnitLevel.COMMUNE,
            known_from=SINCE,
            parent=top,
            centre=centre,
        )
    create_agency(name="Ủy ban nhân dân tỉnh Đồng Tháp", short_name="UBND tỉnh", kind=AgencyKind.COMMITTEE, unit=top, by=None)
    return top
