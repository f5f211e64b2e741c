"""The statement that inserts a row is made once; what is written is what Django would write."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Lower
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from tinhso.config.engine import compiler

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "_made", {})


def write(key: str, data: object) -> str:
    Session.objects.create(session_key=key, session_data=data, expire_date=now())
    return Session.objects.get(pk=key).session_data


def test_every_row_has_its_own_values() -> None:
    assert [write("a", "first"), write("b", "second"), write("c", "")] == ["first", "second", ""]
    assert len(compiler._made) == 1


@pytest.mark.parametrize("order", [("expression", "literal"), ("literal", "expression", "literal")])
def test_an_expression_is_worked_out_in_its_own_row_only(order: tuple[str, ...]) -> None:
    values = {"expression": Lower(Value("ABC")), "literal": "ABC"}
    told = [write(f"{index}", values[kind]) for index, kind in enumerate(order)]
    assert told == ["abc" if kind == "expression" else "ABC" for kind in order]


def test_the_key_the_database_gives_comes_back() -> None:
    first, second = (ContentType.objects.create(app_label="test", model=name) for name in ("one", "two"))
    assert ContentType.objects.get(pk=second.pk).model == "two"
    assert second.pk > first.pk


def test_many_rows_at_once_take_djangos_own_way() -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        Session.objects.bulk_create(Session(session_key=key, session_data="x", expire_date=now()) for key in "xyz")
    assert len(asked) == 1
    assert not compiler._made


def test_a_repeated_row_is_still_refused_or_passed_over() -> None:
    write("same", "first")
    Session.objects.bulk_create([Session(session_key="same", session_data="again", expire_date=now())], ignore_conflicts=True)
    assert Session.objects.get(pk="same").session_data == "first"
