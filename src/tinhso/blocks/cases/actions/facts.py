"""Gathering the facts for figures anew from the tables of the cases."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.models import Max

from tinhso.blocks.cases.models import Case, CaseFacts
from tinhso.kernel.actions import action

AT_ONCE = 5_000


@action
def gather_facts(first: int, last: int) -> int:
    """Gather the facts of the cases with ids from `first` to `last`, and say how many were missing or wrong.

    Triggers keep them; this is for bulk loading (`SET LOCAL tinhso.keep_facts = 'off'`) and a safety net every night. What is
    right already is not written.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT cases_keep_facts(%s, %s)", [first, last])
        row = cursor.fetchone()
    return int(row[0])


def move_due_facts(dates: Collection[tuple[int, datetime]]) -> None:
    """The facts of cases whose due date was moved, by one statement: the trigger a case takes 3 ms each, at commit.

    For a transaction that changes nothing else of what figures count.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL tinhso.keep_facts = 'off'")
        cursor.execute(
            f"UPDATE {CaseFacts._meta.db_table} AS kept SET due_at = given.due_at "  # noqa: S608 - our own name
            "FROM unnest(%s::bigint[], %s::timestamptz[]) AS given (id, due_at) WHERE kept.case_id = given.id",
            [[pk for pk, _due in dates], [due for _pk, due in dates]],
        )


def gather_all_facts() -> int:
    """Those of every case, some thousands a transaction; how many were missing or wrong."""
    last = Case.objects.aggregate(last=Max("pk"))["last"] or 0
    return sum(gather_facts(first, first + AT_ONCE - 1) for first in range(1, last + 1, AT_ONCE))
