"""To which agency what people send is given: the rules of a family, version by version."""

from django.db import models
from django.db.models import F, Q


class Routing(models.Model):
    """One version of a family's rules. It is in force from `valid_from` until the next one that a second person approved.

    rules: [{"condition": CEL, "target": as `routing.agency_named` reads it}], tried in this order.
    """

    family = models.CharField(max_length=10, db_collation="C")
    number = models.PositiveIntegerField()
    rules = models.JSONField()
    fallback = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+", help_text="the desk for what no rule fits")
    note = models.TextField(blank=True, help_text="why it was changed")
    drafted_by = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    drafted_at = models.DateTimeField()
    approved_by = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    approved_at = models.DateTimeField(null=True)
    valid_from = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["family", "number"], name="routing_number"),
            models.UniqueConstraint(fields=["family"], condition=Q(approved_at__isnull=True), name="one_routing_draft_a_family"),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, valid_from__isnull=True)
                | Q(approved_at__isnull=False, valid_from__isnull=False),
                name="routing_approved_is_valid",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(drafted_by=None) | ~Q(approved_by=F("drafted_by")),
                name="routing_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.family} routing {self.number}"

    @property
    def draft(self) -> bool:
        return self.approved_at is None
