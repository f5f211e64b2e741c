"""The chain over the audit log: what is sealed when, and what the check finds."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection

from tinhso.kernel.audit.models import AuditEntry, AuditSeal
from tinhso.kernel.audit.seal import seal_entries, verify_chain

pytestmark = pytest.mark.django_db(transaction=True)


def write(count: int = 1) -> list[AuditEntry]:
    return [AuditEntry.objects.create(event="test.happened", object_type="test.thing", object_id=str(n)) for n in range(count)]


def seal(count: int) -> None:
    """Seal so many entries; the sealer waits for every older transaction of the server, those of other tests included."""
    deadline = time.monotonic() + 240
    while (count := count - seal_entries()) > 0 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert count == 0


@contextmanager
def somebody_still_writing() -> Iterator[psycopg.Connection]:
    """A transaction elsewhere that has written an entry and not ended."""
    facts = connection.get_connection_params()
    with psycopg.connect(
        **{name: facts[name] for name in ("dbname", "user", "password", "host", "port") if name in facts}
    ) as other:
        other.execute(
            "INSERT INTO audit_auditentry (event, object_type, object_id, correlation_id, facts)"
            " VALUES ('test.slow', 'test.thing', '1', '', '{}')"
        )
        yield other


@contextmanager
def meddling() -> Iterator[None]:
    """As somebody who owns the tables and has switched the guards off."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER USER; ALTER TABLE audit_auditseal DISABLE TRIGGER USER")
        yield
        cursor.execute(
            "ALTER TABLE audit_auditentry ENABLE TRIGGER audit_auditentry_append_only;"
            "ALTER TABLE audit_auditseal ENABLE TRIGGER audit_auditseal_append_only"
        )


def test_nothing_is_sealed_that_an_unfinished_transaction_could_still_come_before():
    with somebody_still_writing() as slow:
        quick = write()[0]
        assert seal_entries() == 0
        assert not AuditSeal.objects.exists()
        slow.commit()
    seal(2)
    events = [AuditEntry.objects.get(pk=one.entry_id).event for one in AuditSeal.objects.order_by("sequence")]
    assert events == ["test.slow", "test.happened"]
    assert AuditSeal.objects.get(sequence=2).entry_id == quick.pk
    assert verify_chain().good


def test_the_chain_goes_on_from_where_it_was():
    write(2)
    seal(2)
    write(3)
    seal(3)
    found = verify_chain(batch=2)
    assert (found.rows, found.unsealed, found.good) == (5, 0, True)


def test_a_removed_row_is_found():
    rows = write(3)
    seal(3)
    with meddling():
        AuditEntry.objects.filter(pk=rows[1].pk).delete()
    found = verify_chain()
    assert (found.first_bad, found.reason, found.unsealed) == (rows[1].pk, "the row was removed", 0)


def test_a_row_removed_together_with_its_seal_is_found():
    rows = write(3)
    seal(3)
    with meddling():
        AuditSeal.objects.filter(sequence=2).delete()
        AuditEntry.objects.filter(pk=rows[1].pk).delete()
    assert verify_chain().first_bad == rows[2].pk


def test_rows_whose_places_were_exchanged_are_found():
    rows = write(3)
    seal(3)
    with meddling():
        AuditSeal.objects.filter(sequence=1).update(entry_id=0)
        AuditSeal.objects.filter(sequence=2).update(entry_id=rows[0].pk)
        AuditSeal.objects.filter(sequence=1).update(entry_id=rows[1].pk)
    assert verify_chain().first_bad == rows[1].pk
