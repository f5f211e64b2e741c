"""Tables of what changes the course of a case: what was asked about it and what the agency decided."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.forms.fields import AnswersField


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


class Correction(models.Model):
    """What was entered, before and after it was put right. Particulars hold only what changed."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="corrections")
    at = models.DateTimeField()
    by = models.ForeignKey("directory.Person", models.PROTECT, related_name="+", db_index=False)
    reason = models.TextField()
    before = AnswersField()
    after = AnswersField()
    party_before = models.JSONField(default=dict)
    party_after = models.JSONField(default=dict)
    version = models.ForeignKey(
        "cases.ProcedureVersion", models.PROTECT, null=True, related_name="+", db_index=False,
        help_text="by whose form it was made, where the case has moved to another version since",
    )  # fmt: skip

    def __str__(self) -> str:
        return f"correction of case {self.case_id}"


class Transfer(models.Model):
    """A case handed over from one agency to another."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="transfers")
    at = models.DateTimeField()
    by = models.ForeignKey("directory.Person", models.PROTECT, related_name="+", db_index=False)
    reason = models.TextField()
    of = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+", db_index=False)
    to = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+", db_index=False)

    def __str__(self) -> str:
        return f"transfer of case {self.case_id}"


class Reopening(models.Model):
    """A case opened again because of a complaint, or at a reporter's word, and how it stood until then."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="reopenings")
    petition = models.OneToOneField(Petition, models.PROTECT, null=True, related_name="reopening")
    at = models.DateTimeField()
    status = models.SmallIntegerField()
    received_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True)
    extended_by = models.PositiveSmallIntegerField(default=0)
    result = models.ForeignKey("papers.Paper", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["at"], name="reopening_at")]

    def __str__(self) -> str:
        return f"reopening of case {self.case_id}"

    @property
    def late(self) -> bool:
        """Whether it had ended after its due date."""
        return self.due_at is not None and self.ended_at > self.due_at
