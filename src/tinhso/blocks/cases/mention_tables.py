"""Who is named in a note among colleagues."""

from django.db import models


class Mention(models.Model):
    """A colleague whom an internal note calls by @username. The note keeps the text; this says whom it meant."""

    entry = models.ForeignKey("cases.TimelineEntry", models.CASCADE, related_name="mentions", db_index=False)
    person = models.ForeignKey("directory.Person", models.PROTECT, related_name="+", db_index=False)
    username = models.CharField(max_length=150, help_text="in small letters, without @")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "person"], name="mention_once_a_note")]
        indexes = [models.Index(fields=["person", "-id"], name="mention_person")]

    def __str__(self) -> str:
        return f"{self.person_id} in note {self.entry_id}"
