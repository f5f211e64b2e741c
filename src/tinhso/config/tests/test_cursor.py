"""Which statements are prepared on the server."""

import pytest
from django.db import connection

from tinhso.config.cursor import PREPARE_AFTER
from tinhso.config.database import database_settings


def prepared() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%pg_am%' AND statement NOT LIKE '%prepared%'"
        )
        return [statement for (statement,) in cursor.fetchall()]


def ask_often(statement: str, *values: object) -> None:
    for _time in range(PREPARE_AFTER + 2):
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            cursor.fetchall()


@pytest.mark.django_db
def test_what_is_asked_again_and_again_is_planned_once() -> None:
    ask_often("SELECT amname FROM pg_am WHERE oid = %s", 403)
    assert prepared() == ["SELECT amname FROM pg_am WHERE oid = $1"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement", ["SELECT oid FROM pg_am WHERE amname LIKE %s", "SELECT oid FROM pg_am WHERE amname > %s ORDER BY amname LIMIT 5"]
)
def test_a_search_and_a_page_of_a_list_are_planned_for_their_values(statement: str) -> None:
    ask_often(statement, "b%")
    assert prepared() == []


def test_a_pooler_turns_preparing_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINHSO_DB_ROLE", "app")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@db/tinhso?prepare=off&sslmode=require")
    assert database_settings()["OPTIONS"] == {"sslmode": "require"}
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@db/tinhso")
    assert database_settings()["OPTIONS"]["server_side_binding"] is True
