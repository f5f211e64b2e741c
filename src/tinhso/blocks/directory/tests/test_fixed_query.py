"""`kernel.fixed_query` against Django's own way, on the directory's tables."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection
from django.db.models import Q

from tinhso.blocks.directory.models import Unit, UnitKind, UnitLevel
from tinhso.kernel.fixed_query import FixedQuery, Param

DAY = date(2026, 1, 1)


@pytest.fixture
def units(db: None) -> dict[str, Unit]:
    made: dict[str, Unit] = {}
    for code, above, name in (
        ("82", "", "Tỉnh Đồng Tháp"),
        ("28249", "82", "Phường Đạo Thạnh"),
        ("28261", "82", "Phường Mỹ Tho"),
    ):
        made[code] = Unit.objects.create(
            code=code,
            name=name,
            short_name=name,
            kind=UnitKind.WARD if above else UnitKind.PROVINCE,
            level=UnitLevel.COMMUNE if above else UnitLevel.PROVINCE,
            parent=made.get(above),
            known_from=DAY,
            valid_to=date(2026, 6, 30) if code == "28261" else None,
        )
    return made


BY_CODE = FixedQuery(lambda: Unit.objects.select_related("parent").defer("source").filter(code=Param("code")))
IN_FORCE = FixedQuery(
    lambda: (
        Unit.objects.filter(Q(valid_to=None) | Q(valid_to__gte=Param("day")), known_from__lte=Param("day"), level=3)
        .order_by("code")
        .values_list("code", "parent__name")
    )
)


def test_it_gives_what_the_query_gives(units: dict[str, Unit]) -> None:
    for code, unit in units.items():
        found = BY_CODE.first(code=code)
        assert found == unit
        assert {f.attname: getattr(found, f.attname) for f in Unit._meta.concrete_fields} == {
            f.attname: getattr(Unit.objects.get(pk=unit.pk), f.attname) for f in Unit._meta.concrete_fields
        }
    assert BY_CODE.first(code="1") is None


def test_what_is_joined_is_there_without_another_query(units: dict[str, Unit]) -> None:
    found = BY_CODE.first(code="28249")
    assert found
    with connection.execute_wrapper(lambda *args: pytest.fail("asked again")):
        assert found.parent == units["82"]


def test_each_call_has_its_own_values(units: dict[str, Unit]) -> None:
    assert IN_FORCE.rows(day=date(2026, 3, 1)) == [("28249", "Tỉnh Đồng Tháp"), ("28261", "Tỉnh Đồng Tháp")]
    assert IN_FORCE.rows(day=date(2026, 7, 1)) == [("28249", "Tỉnh Đồng Tháp")]
    assert IN_FORCE.rows(day=date(2025, 12, 31)) == []


def test_a_missing_value_is_a_mistake_of_the_caller(units: dict[str, Unit]) -> None:
    with pytest.raises(KeyError):
        IN_FORCE.rows(date=DAY)


@pytest.mark.django_db(transaction=True)
def test_threads_use_their_own_connections(units: dict[str, Unit]) -> None:
    def look(code: str) -> str:
        try:
            found = BY_CODE.first(code=code)
            return found.name if found else ""
        finally:
            connection.close()

    codes = [*units] * 8
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(look, codes)) == [units[code].name for code in codes]


def test_threads_read_geometries_each_by_a_reader_of_its_own(units: dict[str, Unit]) -> None:
    made = BY_CODE._made
    assert made is not None
    here = BY_CODE._converters(made)
    (centre,) = [place for place, (_steps, column) in here.items() if column.output_field.name == "centre"][:1]
    with ThreadPoolExecutor(1) as other:
        elsewhere = other.submit(BY_CODE._converters, made).result()
    assert elsewhere[centre][0][0] is not here[centre][0][0], "two that read at once would read each other's bytes"
