"""Tables of what changes the course of a case: what was asked about it and what the agency decided."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Petition(models.Model):
    """Something asked of the agency about a case, and its decision. It changes nothing until it is granted."""

    class Kind(models.TextChoices):
        WITHDRAWAL = "withdrawal", _("Xin rút hồ sơ")
        COMPLAINT = "complaint", _("Khiếu nại")

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="petitions")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    content = models.TextField(help_text="in the petitioner's words")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("directory.Person", models.PROTECT, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    granted = models.BooleanField(null=True)
    answer = models.TextField(blank=True, help_text="why it was granted or not")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"], condition=Q(decided_at__isnull=True), name="one_open_petition_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, granted__isnull=True) | Q(decided_at__isnull=False, granted__isnull=False),
                name="petition_decided_with_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of case {self.case_id}"
