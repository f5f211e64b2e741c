"""Rows written by statements made once are the rows that Django would write."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.inserts import insert, insert_all

pytestmark = pytest.mark.django_db


def session(key: str, data: str = "x") -> Session:
    return Session(session_key=key, session_data=data, expire_date=now())


def test_every_row_has_its_own_values() -> None:
    for key, data in {"a": "first", "b": "100 %s", "c": ""}.items():
        insert(session(key, data))
    assert dict(Session.objects.values_list("session_key", "session_data")) == {"a": "first", "b": "100 %s", "c": ""}


def test_the_key_the_database_gives_comes_back_and_the_row_can_be_saved_again() -> None:
    first, second = (insert(ContentType(app_label="test", model=name)) for name in ("one", "two"))
    assert second.pk > first.pk
    second.model = "three"
    second.save()
    assert list(ContentType.objects.filter(app_label="test").order_by("pk").values_list("model", flat=True)) == ["one", "three"]


def test_defaults_of_the_database_hold_where_nothing_is_given() -> None:
    moment = now()
    given, left = insert_all([AuditEntry(event="a.b", at=moment), AuditEntry(event="a.c")])
    given.refresh_from_db()
    left.refresh_from_db()
    assert given.at == moment
    assert left.at != moment
    assert left.transaction == given.transaction
    assert left.facts == {}


def test_many_rows_take_one_statement_for_fifty() -> None:
    with CaptureQueriesContext(connection) as asked:
        rows = insert_all(session(f"{number:03}", f"{number}") for number in range(120))
    assert len(asked) == 3
    assert [row.pk for row in rows] == [f"{number:03}" for number in range(120)]
    assert Session.objects.get(pk="077").session_data == "77"


def test_nothing_to_write_asks_nothing() -> None:
    with CaptureQueriesContext(connection) as asked:
        assert insert_all(()) == []
    assert len(asked) == 0


def test_a_row_that_is_there_already_is_refused() -> None:
    insert(session("same"))
    with pytest.raises(IntegrityError):
        insert(session("same"))
