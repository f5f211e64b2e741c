"""The chain over the audit log: made by one sealer, checked by anyone.

Writers never wait for each other: they only insert. The sealer takes rows whose transaction, and every older one, has ended, so
that the chain never has to go back for a late committer.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from django.db import connection, transaction

from tinhso.kernel.audit.models import AuditEntry, AuditSeal

_LOCK = 0x7415_0001  # advisory lock: one sealer at a time
_GENESIS = bytes(32)
_FIELDS = ("id", "at", "event", "actor_id", "object_type", "object_id", "agency_id", "correlation_id", "facts")


@dataclass(frozen=True)
class Verification:
    """rows: seals checked · first_bad: id of the first entry that does not fit its seal · unsealed: entries not yet sealed."""

    rows: int
    first_bad: int | None
    reason: str
    unsealed: int
    head: str

    @property
    def good(self) -> bool:
        return self.first_bad is None


def _digest(previous: bytes, entry: AuditEntry) -> bytes:
    values = {name: getattr(entry, name) for name in _FIELDS}
    values["at"] = entry.at.isoformat()
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(previous + text.encode()).digest()


def seal_entries(limit: int = 5000) -> int:
    """Append up to `limit` committed entries to the chain. Returns how many; 0 when another sealer is at work."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        last = AuditSeal.objects.order_by("-sequence").first()
        sequence, previous = (last.sequence, bytes(last.digest)) if last else (0, _GENESIS)
        entries = AuditEntry.objects.extra(
            where=[
                "transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
                "NOT EXISTS (SELECT 1 FROM audit_auditseal s WHERE s.entry_id = audit_auditentry.id)",
            ]
        ).order_by("id")[:limit]
        seals = []
        for entry in entries:
            sequence, previous = sequence + 1, _digest(previous, entry)
            seals.append(AuditSeal(sequence=sequence, entry_id=entry.pk, digest=previous))
        AuditSeal.objects.bulk_create(seals)
        return len(seals)


def _sealed(batch: int) -> Iterator[tuple[AuditSeal, AuditEntry | None]]:
    after = 0
    while seals := list(AuditSeal.objects.filter(sequence__gt=after).order_by("sequence")[:batch]):
        entries = AuditEntry.objects.in_bulk([seal.entry_id for seal in seals])
        for seal in seals:
            yield seal, entries.get(seal.entry_id)
        after = seals[-1].sequence


def verify_chain(*, batch: int = 2000, progress: Callable[[int], None] = lambda rows: None) -> Verification:
    """Recompute every link. Finds a changed, removed, inserted or reordered row among the sealed ones."""
    rows, previous, first_bad, reason = 0, _GENESIS, None, ""
    for seal, entry in _sealed(batch):
        rows += 1
        progress(rows)
        if seal.sequence != rows:
            first_bad, reason = seal.entry_id, "a seal is missing before this row"
        elif entry is None:
            first_bad, reason = seal.entry_id, "the row was removed"
        elif _digest(previous, entry) != bytes(seal.digest):
            first_bad, reason = seal.entry_id, "the row was changed"
        if first_bad is not None:
            break
        previous = bytes(seal.digest)
    sealed = AuditSeal.objects.count()
    return Verification(rows, first_bad, reason, max(AuditEntry.objects.count() - sealed, 0), previous.hex())
