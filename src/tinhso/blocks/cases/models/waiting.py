"""Tables of what a process does besides steps: sub-cases, waiting for a time or a message, opinions of other agencies."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class SubCase(models.Model):
    """A process called by another, with an agency and a share of the term of its own; its steps point to it."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="subs", db_index=False)
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")
    number = models.PositiveSmallIntegerField(help_text="counts up within the case: …-0001/2")
    node = models.CharField(max_length=100, help_text="the call activity")
    process = models.CharField(max_length=100, help_text="id of the process called")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    cancelled = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="sub_case_number"),
            models.UniqueConstraint(
                fields=["case", "parent", "node"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="one_open_sub_case_a_node",
            ),
        ]

    def __str__(self) -> str:
        return f"sub-case {self.number} of case {self.case_id}"


class Wait(models.Model):
    """A token, or an event at a task, that waits for a time or a message. A message that came too early is kept with no node."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="waits")
    sub = models.ForeignKey(SubCase, models.CASCADE, null=True, related_name="waits")
    node = models.CharField(max_length=100, blank=True)
    message = models.CharField(max_length=60, blank=True)
    at_step = models.BooleanField(default=False, db_default=False, help_text="a timer at a task: the case waits for the task")
    document = models.CharField(max_length=200, default="", db_default="", help_text="number and date of the paper it came with")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, help_text="when the time runs out; empty while the clock is paused")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["due_at", "id"], name="wait_due", condition=Q(ended_at__isnull=True))]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "sub", "node", "message"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="one_open_wait_a_node",
            ),
            models.CheckConstraint(condition=~Q(node="") | ~Q(message=""), name="wait_for_something"),
        ]

    def __str__(self) -> str:
        return f"{self.node or self.message} of case {self.case_id}"


class Opinion(models.Model):
    """A question to another agency about a case, and its answer. It holds a step up only if it was asked to."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="opinions")
    step = models.ForeignKey("cases.Step", models.CASCADE, related_name="opinions", help_text="the step that wants to know")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=40)
    person = models.ForeignKey(
        "directory.Person", models.PROTECT, null=True, related_name="+", db_index=False, help_text="empty: whoever holds the role"
    )
    holds_up = models.BooleanField(default=False)
    question = models.TextField()
    asked_by = models.ForeignKey("directory.Person", models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    document = models.CharField(max_length=200, default="", db_default="", help_text="number and date of the answer on paper")
    answered_by = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    answered_at = models.DateTimeField(null=True)
    withdrawn = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("ý kiến")
        indexes = [
            models.Index(
                F("agency"),
                F("role"),
                F("due_at"),
                F("id"),
                name="opinion_work",
                condition=Q(answered_at__isnull=True, withdrawn=False),
            )
        ]

    def __str__(self) -> str:
        return f"opinion of {self.agency_id} on case {self.case_id}"

    @property
    def open(self) -> bool:
        return self.answered_at is None and not self.withdrawn


class OpinionFile(models.Model):
    """A file that came with an answer."""

    opinion = models.ForeignKey(Opinion, models.CASCADE, related_name="files")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["opinion", "file"], name="file_once_an_opinion")]

    def __str__(self) -> str:
        return f"file {self.file_id} of opinion {self.opinion_id}"
