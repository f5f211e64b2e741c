"""Whether a kept connection still stands."""

from typing import Any

import pytest
from django.db import connection, connections


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_stands_is_used_without_a_word_to_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.ensure_connection()
    monkeypatch.setattr("django.contrib.gis.db.backends.postgis.base.DatabaseWrapper.is_usable", _not_to_be_asked)
    assert connection.is_usable()


@pytest.mark.django_db(transaction=True)
def test_a_connection_the_server_has_ended_is_made_anew_with_the_next_request() -> None:
    connection.ensure_connection()
    other = connections["default"].copy()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            number = cursor.fetchone()[0]
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [number])
            assert cursor.fetchone()[0]
    finally:
        other.close()
    assert not connection.is_usable()
    connection.health_check_enabled, connection.health_check_done = True, False
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def _not_to_be_asked(_wrapper: Any) -> bool:
    raise AssertionError("the server was asked")
