"""The sample province in both of its forms."""

from datetime import date

import pytest
from django.db import connection, transaction
from django.test import override_settings

from tinhso.blocks.directory import demo, queries
from tinhso.blocks.directory.agency_codes import to_left_to_right, to_right_to_left
from tinhso.blocks.directory.models import Agency, AgencyKind, Business, Person, Tenure, UnitLevel

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", params=["today", "three-tier"])
def sample(request, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(SAMPLE=request.param):
        demo.load(lambda step: None)
        connection.check_constraints()  # now, else the end of each test checks everything again
        yield request.param
        transaction.set_rollback(True)


def committees():
    return Agency.objects.filter(kind=AgencyKind.COMMITTEE)


def test_every_commune_of_the_province_has_its_committee(sample):
    communes = committees().filter(level=UnitLevel.COMMUNE)
    districts = committees().filter(level=UnitLevel.DISTRICT)
    assert (communes.count(), districts.count()) == ((102, 0) if sample == "today" else (164, 11))
    if sample == "today":
        assert communes.filter(unit__origins__predecessor__parent__parent__name="Tỉnh Tiền Giang").distinct().count() == 57


def test_the_demo_commune_has_somebody_in_every_post(sample):
    agency = demo.demo_commune_agency()
    day = date(2026, 1, 5)
    assert agency.name.startswith("Ủy ban nhân dân phường")
    for role in ("signer", "reception", "specialist", "clerk"):
        assert queries.holders(agency, role, day)
    assert queries.holders(Agency.objects.get(path=agency.path.split(".")[0] + "."), "admin", day).count() == 2


def test_every_identifier_can_be_written_in_both_forms(sample):
    for code in Agency.objects.values_list("code", flat=True):
        assert to_left_to_right(to_right_to_left(code)) == code


def test_agencies_in_the_order_of_their_paths_begin_with_the_province_and_the_staffed_communes(sample):
    agencies = list(Agency.objects.order_by("path"))
    assert agencies[0].parent is None
    communes = [agency for agency in agencies if agency.kind == AgencyKind.COMMITTEE and agency.level == UnitLevel.COMMUNE]
    assert communes[0] == demo.demo_commune_agency()
    assert all(agency.path.startswith(agency.parent.path) for agency in agencies[1:])


def test_the_people_are_recognisable_as_invented(sample):
    assert not Person.objects.exclude(identity_number__regex=r"^082[0-9]{3}000[0-9]{3}$").exists()
    assert not Person.objects.exclude(email__endswith="@example.com").exists()
    assert Business.objects.count() == 2


def test_loading_again_adds_nothing(sample):
    before = Agency.objects.count(), Person.objects.count(), Tenure.objects.count()
    demo.load(lambda step: None)
    assert (Agency.objects.count(), Person.objects.count(), Tenure.objects.count()) == before
