from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from tinhso.blocks.directory.actions import next_number
from tinhso.blocks.directory.models import Agency, NumberSeries, Unit


class GaveUp(Exception):
    pass


@pytest.mark.django_db
def test_each_agency_kind_and_period_has_a_series_of_its_own_from_one_on(committee):
    assert [next_number(committee, "GKS", 2026) for _ in range(3)] == [1, 2, 3]
    assert next_number(committee, "TLKS", 2026) == 1
    assert next_number(committee, "GKS", 2027) == 1


@pytest.mark.django_db(transaction=True)
def test_numbers_are_without_gaps_when_many_take_them_and_some_roll_back():
    unit = Unit.objects.create(code="82", name="Tỉnh", short_name="Tỉnh", kind="province", level=1, known_from="2025-07-01")
    agency = Agency.objects.create(name="UBND", short_name="UBND", kind="committee", level=1, unit=unit)

    def take(attempt):
        try:
            with transaction.atomic():
                number = next_number(agency, "GKS", 2026)
                if attempt % 4 == 0:
                    raise GaveUp
                return number
        except GaveUp:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        taken = [number for number in threads.map(take, range(80)) if number]
    assert sorted(taken) == list(range(1, 61))
    assert NumberSeries.objects.get().last == 60


@pytest.mark.django_db(transaction=True)
def test_a_number_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError):
        next_number(Agency(pk=1), "GKS", 2026)
