"""Applications that are still being written."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models.functions import Now

from tinhso.blocks.forms.fields import AnswersField

# an application nobody touches holds personal data for nothing
KEPT_FOR, WARNED_BEFORE = timedelta(days=90), timedelta(days=14)


class Draft(models.Model):
    """An application somebody has begun. `key` becomes the submission key of the case, so that sending it twice is harmless."""

    key = models.CharField(max_length=32, unique=True)
    person = models.ForeignKey("directory.Person", models.CASCADE, related_name="drafts")
    version = models.ForeignKey("cases.ProcedureVersion", models.PROTECT, related_name="+")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    answers = AnswersField(default=dict)
    finished_sections = models.JSONField(default=list, help_text="sections saved without errors")
    started_at = models.DateTimeField(db_default=Now())
    saved_at = models.DateTimeField(db_default=Now())
    warned_at = models.DateTimeField(null=True, help_text="when its author was told that it will be deleted unless they go on")

    class Meta:
        indexes = [
            models.Index(fields=["person", "-saved_at", "-id"], name="draft_person"),
            models.Index(fields=["saved_at"], name="draft_saved"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def deleted_after(self) -> datetime | None:
        """When it is deleted unless its author goes on with it; None as long as they have not been told."""
        return self.warned_at + WARNED_BEFORE if self.warned_at else None


class DraftFile(models.Model):
    """A document uploaded for a part of the application."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="files")
    part_code = models.CharField(max_length=60)
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "part_code", "file"], name="draft_file_once")]

    def __str__(self) -> str:
        return f"{self.part_code} of {self.draft_id}"
