"""Gathering the facts for figures anew from the tables of the cases."""

from django.db import connection
from django.db.models import Max

from tinhso.blocks.cases.models import Case
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


def gather_all_facts() -> int:
    """Those of every case, some thousands a transaction; how many were missing or wrong."""
    last = Case.objects.aggregate(last=Max("pk"))["last"] or 0
    return sum(gather_facts(first, first + AT_ONCE - 1) for first in range(1, last + 1, AT_ONCE))
