"""Rows written by statements made once are the rows that Django would write."""

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.inserts import Unless, insert, insert_all, insert_together, insert_unless

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


def test_rows_of_several_tables_take_one_statement() -> None:
    rows = [session("a"), ContentType(app_label="test", model="one"), session("b"), AuditEntry(event="a.b", facts={"n": 1})]
    with CaptureQueriesContext(connection) as asked:
        insert_together(rows)
    assert len(asked) == 1
    assert set(Session.objects.values_list("session_key", flat=True)) == {"a", "b"}
    assert ContentType.objects.filter(app_label="test", model="one").exists()
    assert AuditEntry.objects.get(event="a.b").facts == {"n": 1}
    insert_together([])
    assert len(asked) == 1


def test_what_is_written_together_is_refused_together() -> None:
    insert(session("same"))
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_together([ContentType(app_label="test", model="one"), session("same")])
    assert not ContentType.objects.filter(app_label="test").exists()


def test_a_row_whose_value_is_taken_can_be_left_out() -> None:
    assert insert_unless(session("a", "first"), "session_key")
    assert not insert_unless(session("a", "second"), "session_key")
    assert Session.objects.get(pk="a").session_data == "first"


def test_values_that_need_preparing_are_prepared() -> None:
    kind = insert(ContentType(app_label="test", model="one"))
    permission = insert(Permission(name="n" * 3, codename=7, content_type=kind))  # a number in a column of text
    assert Permission.objects.get(pk=permission.pk).codename == "7"


def test_rows_beside_go_in_by_the_same_statement_and_one_that_is_there_is_left_out() -> None:
    insert(session("there", "first"))
    with CaptureQueriesContext(connection) as asked:
        made = insert(
            ContentType(app_label="test", model="one"),
            beside=[Unless(session("there", "second"), ("session_key",)), Unless(session("new"), ("session_key",))],
        )
    assert len(asked) == 1
    assert ContentType.objects.get(pk=made.pk).model == "one"
    assert dict(Session.objects.values_list("session_key", "session_data")) == {"there": "first", "new": "x"}


def test_rows_of_one_table_may_leave_different_columns_to_the_database() -> None:
    moment = now()
    insert_together([AuditEntry(event="a.a"), AuditEntry(event="a.b", at=moment), AuditEntry(event="a.c")])
    assert AuditEntry.objects.get(event="a.b").at == moment
    assert AuditEntry.objects.filter(at__isnull=False).count() == 3
