"""The commune of the cases' tests, with people who see to reports, and the fields installed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import pytest
from django.contrib.gis.geos import Point

from tinhso.blocks.cases.places import Place
from tinhso.blocks.cases.tests.conftest import MONDAY, Town, make_town
from tinhso.blocks.directory.actions import appoint, create_post, register_person
from tinhso.blocks.directory.models import Agency, Person
from tinhso.services.reports.actions import send_report
from tinhso.services.reports.catalogue import install_fields
from tinhso.services.reports.models import Report

HERE = (106.36, 10.36)


@dataclass(frozen=True)
class Staff:
    """Who sees to reports at the commune, and at the province's desk."""

    handler: Person
    approver: Person
    desk: Person


def post(agency: Agency, title: str, roles: list[str], name: str) -> Person:
    person = register_person(name, by=None)
    appoint(person, create_post(agency, title, roles=roles, by=None), valid_from=date(2025, 1, 1), by=None)
    return person


@pytest.fixture
def town(db: None) -> Town:
    town = make_town()
    town.agency.unit.centre = Point(*HERE, srid=4326)
    town.agency.unit.save()
    return town


@pytest.fixture
def staff(town: Town) -> Staff:
    install_fields()
    return Staff(
        handler=post(town.agency, "Công chức địa chính", ["report_handler"], "Lý Văn Cần"),
        approver=post(town.agency, "Phó Chủ tịch", ["report_approver"], "Mai Thị Duyệt"),
        desk=post(town.province, "Điều phối", ["report_desk"], "Ngô Thị Phối"),
    )


@pytest.fixture
def sent(town: Town, staff: Staff) -> Callable[..., Report]:
    """Send a report; keyword arguments change it."""

    def send(at: datetime = MONDAY, field: str = "PA-ANTT", kind: str = "pothole", **changes: object) -> Report:
        given: dict[str, object] = {
            "place": Place(HERE, "Trước chợ Thạnh Trị", 12),
            "text": "Ổ gà rất sâu trước cổng chợ, đã có người té xe.",
            "by": town.citizen,
            **changes,
        }
        case = send_report(field, {"kind": kind}, at=at, **given)  # type: ignore[arg-type]
        return Report.objects.select_related("case__agency", "case__procedure").get(pk=case.pk)

    return send
