"""Drafts of processes. In force are the procedure versions of the cases block; a draft becomes one when it is approved."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ProcessDraft(models.Model):
    """A process being changed: the text of process.bpmn, begun from a version of the procedure."""

    class State(models.TextChoices):
        OPEN = "open", _("Đang soạn")
        SENT = "sent", _("Chờ duyệt")
        APPROVED = "approved", _("Đã ban hành")
        DROPPED = "dropped", _("Đã bỏ")

    base = models.ForeignKey("cases.ProcedureVersion", models.PROTECT, related_name="drafts")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    xml = models.TextField()
    revision = models.PositiveIntegerField(default=1, help_text="counts the savings; who saves names the one he began from")
    begun_by = models.ForeignKey("directory.Person", models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(db_default=Now())
    saved_by = models.ForeignKey("directory.Person", models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    authors = models.ManyToManyField(
        "directory.Person", related_name="+", help_text="everybody who saved it: none may approve it"
    )
    reason = models.TextField(blank=True, help_text="what changes and why")
    answer = models.TextField(blank=True, help_text="why the approver sent it back")
    version = models.CharField(max_length=30, blank=True, help_text="the number it is to have")
    valid_from = models.DateField(null=True)
    decided_by = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    became = models.OneToOneField("cases.ProcedureVersion", models.PROTECT, null=True, related_name="drafted")

    class Meta:
        indexes = [models.Index(fields=["base", "-saved_at"], name="draft_base")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(became__isnull=False, decided_by__isnull=False), name="draft_approved_became"
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | (Q(valid_from__isnull=False) & ~Q(version="")), name="draft_sent_has_a_date"
            ),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk} of {self.base_id}"

    @property
    def open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def tone(self) -> str:
        """How its badge is coloured."""
        return {"open": "neutral", "sent": "soon", "approved": "done", "dropped": "neutral"}[self.state]
