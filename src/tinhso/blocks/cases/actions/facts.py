"""Making the facts for figures anew from the tables of the cases."""

from django.db import connection
from django.db.models import Max

from tinhso.blocks.cases.models import Case
from tinhso.kernel.actions import action

AT_ONCE = 20_000


@action
def rebuild_facts(*, first: int = 0, last: int | None = None) -> int:
    """Gather the facts of the cases with ids from `first` to `last` once more, and say how many had to be put right.

    The triggers keep them; this is for bulk loading with the triggers off, and a safety net every night. What is right already is
    not written.
    """
    if last is None:
        last = Case.objects.aggregate(last=Max("pk"))["last"] or 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT cases_keep_facts(%s, %s)", [first, last])
        row = cursor.fetchone()
    return int(row[0])
