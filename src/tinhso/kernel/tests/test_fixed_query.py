"""Queries whose SQL is made once answer like those that make it anew."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.fixed_query import FixedQuery, Param

_OF_EVENT = FixedQuery(lambda: AuditEntry.objects.filter(event=Param("event"), object_type="t").order_by("object_id"))
_IDS = FixedQuery(
    lambda: AuditEntry.objects.filter(event=Param("event")).order_by("object_id").values_list("object_id", "object_type")
)


def _write(event: str, *ids: str) -> None:
    AuditEntry.objects.bulk_create(AuditEntry(event=event, object_type="t", object_id=found) for found in ids)


@pytest.mark.django_db
def test_each_call_has_its_own_values() -> None:
    _write("a", "1", "2")
    _write("b", "3")
    assert [row.object_id for row in _OF_EVENT.rows(event="a")] == ["1", "2"]
    assert [row.object_id for row in _OF_EVENT.rows(event="b")] == ["3"]
    assert _OF_EVENT.first(event="c") is None


@pytest.mark.django_db
def test_rows_written_since_are_found() -> None:
    assert _OF_EVENT.rows(event="a") == []
    _write("a", "1")
    assert len(_OF_EVENT.rows(event="a")) == 1


@pytest.mark.django_db
def test_values_lists_are_tuples_as_ever() -> None:
    _write("a", "2", "1")
    assert _IDS.rows(event="a") == [("1", "t"), ("2", "t")]


@pytest.mark.django_db
def test_a_value_is_a_value_and_never_sql() -> None:
    _write("a", "1")
    assert _OF_EVENT.rows(event="a' OR '1'='1") == []


@pytest.mark.django_db(transaction=True)
def test_threads_use_their_own_connections() -> None:
    _write("a", "1")
    _write("b", "2")

    def ask(event: str) -> list[str]:
        try:
            return [row.object_id for _ in range(20) for row in _OF_EVENT.rows(event=event)]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, ["a", "b", "a", "b"]))
    assert answers == [["1"] * 20, ["2"] * 20, ["1"] * 20, ["2"] * 20]
