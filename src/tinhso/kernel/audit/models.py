"""The audit log. Append-only: the database refuses update and delete to everybody but the owner of the schema.

No foreign key leaves these tables, so that they can move to a database of their own.
"""

from django.db import models
from django.db.models.functions import Now


class CurrentTransaction(models.Func):
    """The id of the running transaction, by which the sealer knows what has committed."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = models.BigIntegerField()


class AuditEntry(models.Model):
    """What was done, by whom, to what. Holds identifiers and codes, never personal values."""

    at = models.DateTimeField(db_default=Now(), editable=False)
    transaction = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)
    event = models.CharField(max_length=80)
    actor_id = models.BigIntegerField(null=True)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=60)
    agency_id = models.BigIntegerField(null=True)
    correlation_id = models.CharField(max_length=64, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"], name="audit_object"),
            models.Index(fields=["actor_id", "id"], name="audit_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.object_type}:{self.object_id}"


class AuditSeal(models.Model):
    """One link of the chain: `digest` = SHA-256 of the previous digest and the entry, in commit order."""

    sequence = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    digest = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"{self.sequence}: {self.entry_id}"
