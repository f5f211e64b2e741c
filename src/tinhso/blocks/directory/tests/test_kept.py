"""What a process keeps of tables that hardly change is what the tables say."""

from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tinhso.blocks.directory.models import Agency, Unit, UnitLevel
from tinhso.kernel.correlation import end_work, start_correlation
from tinhso.kernel.fixed_query import Param
from tinhso.kernel.keeping.kept import Kept, KeptQuery, changed, watched

pytestmark = pytest.mark.django_db

BY_CODE = KeptQuery(lambda: Agency.objects.filter(code=Param("code")), of=[Agency])
COUNT: Kept[str, int] = Kept(Agency)


@pytest.fixture(autouse=True)
def a_piece_of_work() -> Iterator[None]:
    start_correlation()
    yield
    end_work()


@pytest.fixture
def agency(province: Unit) -> Agency:
    return _agency("H99.01")


def _agency(code: str) -> Agency:
    name, level = f"Sở {code}", UnitLevel.PROVINCE
    return Agency.objects.create(name=name, short_name=name, code=code, kind="department", level=level, unit=Unit.objects.get())


def name_of(code: str) -> str | None:
    found = BY_CODE.first(code=code)
    return found and found.name


def test_what_did_not_change_is_asked_for_once(agency: Agency) -> None:
    for _request in range(2):
        start_correlation()
        name_of("H99.01")
    start_correlation()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert name_of("H99.01") == name_of("H99.01") == "Sở H99.01"
    assert [query["sql"].count("keeping_stamp") > 0 for query in asked] == [True]


def test_the_next_piece_of_work_sees_what_another_process_changed(agency: Agency) -> None:
    assert name_of("H99.01") == "Sở H99.01"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE directory_agency SET name = 'Sở mới'")
    start_correlation()
    assert name_of("H99.01") == "Sở mới"


def test_who_changes_something_sees_it_at_once(agency: Agency) -> None:
    assert name_of("H99.01") == "Sở H99.01"
    agency.name = "Sở mới"
    agency.save()
    assert name_of("H99.01") == "Sở mới"
    agency.delete()
    assert name_of("H99.01") is None


def test_who_changes_something_by_sql_says_so(agency: Agency) -> None:
    assert name_of("H99.01") == "Sở H99.01"
    changed()
    Agency.objects.update(name="Sở mới")
    assert name_of("H99.01") == "Sở mới"


def test_what_was_rolled_back_was_never_there(agency: Agency) -> None:
    assert COUNT.get("all", Agency.objects.count) == 1
    with transaction.atomic():
        _agency("H99.02")
        assert COUNT.get("all", Agency.objects.count) == 2
        transaction.set_rollback(True)
    assert COUNT.get("all", Agency.objects.count) == 1
    _agency("H99.03")
    _agency("H99.04")
    assert COUNT.get("all", Agency.objects.count) == 3


def test_that_there_is_none_is_kept_until_there_is_one(province: Unit) -> None:
    assert name_of("H99.02") is None
    _agency("H99.02")
    assert name_of("H99.02") == "Sở H99.02"


def test_objects_made_of_kept_rows_are_not_shared(agency: Agency) -> None:
    first, second = BY_CODE.first(code="H99.01"), BY_CODE.first(code="H99.01")
    assert first == second == agency
    assert first is not second
    assert first is not None
    first.name = "Sở khác"
    assert name_of("H99.01") == "Sở H99.01"


@pytest.mark.django_db(transaction=True)
def test_nobody_else_is_given_what_has_not_been_committed(agency: Agency) -> None:
    seen: list[str | None] = []

    def another_request() -> None:
        start_correlation()
        seen.append(name_of("H99.01"))
        connection.close()

    def ask_elsewhere() -> None:
        thread = Thread(target=another_request)
        thread.start()
        thread.join()

    with transaction.atomic():
        Agency.objects.filter(pk=agency.pk).update(name="Sở mới")
        changed()
        assert name_of("H99.01") == "Sở mới"
        ask_elsewhere()
        assert name_of("H99.01") == "Sở mới"
    ask_elsewhere()
    assert seen == ["Sở H99.01", "Sở mới"]


def test_every_table_of_which_something_is_kept_is_watched() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgfoid = 'keeping_stamp'::regproc")
        guarded: set[Any] = {name for (name,) in cursor.fetchall()}
    assert {model._meta.db_table for model in watched} <= guarded
