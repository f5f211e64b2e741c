import pytest
from django.db import connection, transaction

from tinhso.blocks.directory.actions import create_agency, load_units
from tinhso.blocks.directory.models import AgencyKind, Unit, UnitKind


@pytest.fixture(scope="module")
def country(django_db_setup, django_db_blocker):
    """All units of the country, for the tests of one module; taken back afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        loaded = load_units(by=None)
        connection.check_constraints()  # now, else the end of each test checks every unit again
        yield loaded
        transaction.set_rollback(True)


@pytest.fixture
def province(db):
    return Unit.objects.create(
        code="82", name="Tỉnh Đồng Tháp", short_name="Đồng Tháp", kind=UnitKind.PROVINCE, level=1, known_from="2025-07-01"
    )


@pytest.fixture
def committee(province):
    return create_agency(name="UBND tỉnh Đồng Tháp", kind=AgencyKind.COMMITTEE, unit=province, code="H20", by=None)
