"""Versions the product brings that collide with what a province holds; they are kept to be compared, and taken or declined."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.kept import ContentField


class ProcedureOffer(models.Model):
    """A version of a procedure that was not installed: its number is taken, or its days are another version's."""

    class Reason(models.TextChoices):
        NUMBER = "number", _("trùng số phiên bản đang dùng")
        DAYS = "days", _("trùng ngày hiệu lực với phiên bản đang dùng")

    procedure = models.ForeignKey("cases.Procedure", models.CASCADE, related_name="offers", db_index=False)
    version = models.CharField(max_length=30)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    definition = ContentField(help_text="procedure.toml")
    graph = ContentField(help_text="the parsed process")
    files = ContentField(help_text="the folder's text files by name")
    content_hash = models.CharField(max_length=64)
    reason = models.CharField(max_length=6, choices=Reason.choices)
    offered_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    became = models.OneToOneField(
        "cases.ProcedureVersion", models.PROTECT, null=True, related_name="offered", help_text="empty where it was declined"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["procedure", "content_hash"], name="content_offered_once")]

    def __str__(self) -> str:
        return f"offer of {self.procedure_id} {self.version}"

    @property
    def open(self) -> bool:
        return self.decided_at is None
