"""What happened in a case, who is named in its notes, and who may see it because a step came to them."""

from django.db import models
from django.db.models import Q

from tinhso.blocks.cases.models.cases import Case


class TimelineEntry(models.Model):
    """What happened in a case, told to people. `public` entries are shown to the applicant."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="timeline", db_index=False)
    at = models.DateTimeField()
    event = models.CharField(max_length=60)
    actor = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="+")
    public = models.BooleanField(default=True)
    note = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["case", "at", "id"], name="timeline_case")]

    def __str__(self) -> str:
        return f"{self.event} of case {self.case_id}"


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


class CaseAccess(models.Model):
    """Who may see a case because a step of it came to them: the holders of `role` at `agency`.

    Those who may read all cases of an agency need no row, unless the case is another agency's. Kept by the actions; the tests
    hold it against the slow rule derived from the steps.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="access")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=40)
    elsewhere = models.BooleanField(default=False, db_default=False, help_text="the case is another agency's")

    class Meta:
        indexes = [models.Index(fields=["agency", "role", "case"], name="access_elsewhere", condition=Q(elsewhere=True))]
        constraints = [models.UniqueConstraint(fields=["agency", "role", "case"], name="access_once")]

    def __str__(self) -> str:
        return f"{self.role} at {self.agency_id} sees case {self.case_id}"
