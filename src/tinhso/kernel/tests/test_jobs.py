"""Jobs that go through rows."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from tinhso.kernel.jobs import for_each


def test_a_row_that_fails_neither_stops_the_others_nor_is_passed_over_in_silence() -> None:
    rows = [ContentType(pk=number) for number in range(1, 5)]
    done = []

    def work(row: ContentType) -> None:
        if row.pk == 2:
            raise ValueError("broken")
        done.append(row.pk)

    with pytest.raises(RuntimeError, match=r"1 failed, among them \[2\]"):
        for_each(rows, work)
    assert done == [1, 3, 4]

    assert for_each(rows[2:], work) == 2
    assert done == [1, 3, 4, 3, 4]


def test_rows_that_needed_nothing_are_not_counted() -> None:
    assert for_each([ContentType(pk=1), ContentType(pk=2)], lambda row: row.pk == 2) == 1


@pytest.mark.django_db
def test_who_writes_a_job_tells_nobody() -> None:
    """A transaction that sends notices commits after all others that do (ADR 23)."""
    on_insert = 4
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE tgrelid = 'procrastinate_jobs'::regclass"
            " AND tgenabled <> 'D' AND tgtype & %s <> 0 AND prosrc LIKE '%%pg_notify%%'",
            [on_insert],
        )
        assert cursor.fetchall() == []
