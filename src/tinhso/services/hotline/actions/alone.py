"""What only one may do at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


def one_at_a_time(what: str) -> None:
    """Wait for whoever does the same, until the end of the transaction: for rows that are not there yet to be locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"hotline {what}"])


@contextmanager
def unless_busy(what: str) -> Iterator[bool]:
    """Whether nobody else does the same at this moment; nobody can begin until the block ends, or this process dies."""
    key = [f"hotline {what}"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", key)
        free = bool(cursor.fetchone()[0])
    try:
        yield free
    finally:
        if free:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", key)
