"""Paging by key, on the audit table: its moments tie and its actors may be missing."""

import base64
import contextlib
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import Invalid
from tinhso.kernel.fixed_query import Param
from tinhso.kernel.paging import FixedPages, Page, page_by_key

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 18, 8, tzinfo=UTC)
ORDERS = [
    (),
    ("at",),
    ("-at",),
    ("actor_id",),
    ("-actor_id",),
    ("-at", "actor_id"),
    ("actor_id", "-at"),
    ("-actor_id", "agency_id"),
    ("agency_id", "-actor_id", "at"),
]
few = st.one_of(st.none(), st.integers(1, 3))
tables = st.lists(st.tuples(st.integers(0, 3), few, few), max_size=14)


def entries(table: list[tuple[int, int | None, int | None]]) -> QuerySet[AuditEntry]:
    """Rows of their own: (minute, actor, agency)."""
    mark = uuid4().hex
    AuditEntry.objects.bulk_create(
        AuditEntry(object_type=mark, at=START + timedelta(minutes=minute), actor_id=actor, agency_id=agency)
        for minute, actor, agency in table
    )
    return AuditEntry.objects.filter(object_type=mark)


def expected(rows: QuerySet[AuditEntry], order: tuple[str, ...]) -> list[int]:
    """The slow, obvious order: sorted in memory, one key after the other, nulls last."""
    found = list(rows)
    for name in reversed((*order, "-pk" if order and order[0].startswith("-") else "pk")):
        field, descending = name.lstrip("-"), name.startswith("-")
        present = sorted(
            (row for row in found if getattr(row, field) is not None), key=lambda row: getattr(row, field), reverse=descending
        )
        # `reverse=True` keeps ties in their order, which is what a stable sort by several keys needs
        found = present + [row for row in found if getattr(row, field) is None]
    return [row.pk for row in found]


@lru_cache
def fixed(order: tuple[str, ...], size: int) -> FixedPages[AuditEntry, AuditEntry]:
    """The pages of one such table, by statements that are kept."""
    return FixedPages(AuditEntry, lambda: (AuditEntry.objects.filter(object_type=Param("mark")), ()), order=order, size=size)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=80)
@given(table=tables, order=st.sampled_from(ORDERS), size=st.integers(1, 5), kept=st.booleans())
def test_walking_forward_and_back_shows_each_row_once_and_in_order(table, order, size, kept):
    rows = entries(table)
    wanted = expected(rows, order)
    mark = rows[0].object_type if table else ""

    def turn(cursor: str | None = None) -> Page[AuditEntry]:
        if kept:
            return fixed(order, size).page(mark=mark, cursor=cursor)
        return page_by_key(rows, order=order, cursor=cursor, size=size)

    forward, page = [], turn()
    assert page.previous is None
    pages = [page]
    while page.next:
        page = turn(page.next)
        pages.append(page)
    forward = [row.pk for page in pages for row in page.rows]
    assert forward == wanted

    backward = [row.pk for row in page.rows]
    while page.previous:
        page = turn(page.previous)
        assert page.next
        backward = [row.pk for row in page.rows] + backward
    assert backward == wanted


def test_a_row_that_arrives_while_people_read_neither_repeats_nor_hides_another():
    rows = entries([(n, None, None) for n in range(6)])
    first = page_by_key(rows, order=("at",), size=3)
    mark = rows[0].object_type
    AuditEntry.objects.create(object_type=mark, at=START + timedelta(seconds=30))

    second = page_by_key(rows, order=("at",), cursor=first.next, size=3)

    assert [row.at.minute for row in second.rows] == [3, 4, 5]


def test_a_page_whose_rows_are_gone_is_answered_with_the_first_page():
    rows = entries([(n, None, None) for n in range(6)])
    first = page_by_key(rows, order=("at",), size=3)

    left = page_by_key(rows.filter(at__lte=first.rows[-1].at), order=("at",), cursor=first.next, size=3)

    assert left.rows == first.rows


@pytest.mark.parametrize(
    "cursor", ["x", "bnVsbA", "WyJuIl0", "WyJ4IiwxLDJd", "WyJuIixudWxsLG51bGxd", "WyJuIiwiYmFkIiwxXQ", "é", "A" * 5000]
)
def test_a_cursor_that_was_tampered_with_is_refused_with_a_sentence(cursor):
    with pytest.raises(Invalid, match="mở lại danh sách"):
        page_by_key(entries([]), order=("at",), cursor=cursor)
    with pytest.raises(Invalid, match="mở lại danh sách"):
        fixed(("at",), 3).page(mark="", cursor=cursor)


@pytest.mark.parametrize(
    "content",
    [
        "[" * 1400,
        '["n", Infinity, 1]',
        '["n", "0001-01-01T00:00:00+14:00", 1]',
        '["n", "9999-12-31T23:59:59-12:00", 1]',
        '["n", "2026-01-01T00:00:00+07:00", 1e400]',
        '["n", "2026-01-01T00:00:00+07:00", "\\u0000"]',
    ],
)
def test_a_forged_cursor_of_any_content_gives_a_page_or_a_sentence(content):
    cursor = base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")

    with contextlib.suppress(Invalid):
        assert page_by_key(entries([]), order=("at",), cursor=cursor).rows == []
    with contextlib.suppress(Invalid):
        assert fixed(("at",), 3).page(mark="", cursor=cursor).rows == []


@pytest.mark.parametrize("order", [("actor_id",), ("-actor_id",)])
def test_a_page_starts_reading_the_index_at_its_key_and_sorts_nothing(order):
    actors = AuditEntry.objects.all()
    entries([(0, n, None) for n in range(50)])
    first = page_by_key(actors, order=order, size=10)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        page_by_key(actors, order=order, cursor=first.next, size=10)

    assert len(queries) == 1
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + queries[0]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Sort" not in plan
    assert "Index Cond: ((actor_id IS NOT NULL) AND (actor_id" in plan
