"""Rows in transactions of their own, and what only one may do at a time."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import structlog
from django.db import connection

log = structlog.get_logger(__name__)


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


def each(ids: Iterable[int], act: Callable[[int], bool], event: str) -> int:
    """Do it to every row; one that fails is logged and stops no other. Returns to how many it was done.

    Raises:
        RuntimeError: some failed, after the others are done; a job then fails where the status page shows it.
    """
    done, failed = 0, []
    for pk in ids:
        try:
            done += act(pk)
        except Exception:
            log.exception(event, row=pk)
            failed.append(pk)
    if failed:
        raise RuntimeError(f"{event}: {failed}")
    return done
