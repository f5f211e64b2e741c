"""What somebody has to do, and tokens that wait for others at a join."""

from django.db import models
from django.db.models import F, Q

from tinhso.blocks.cases.models.assignment import how_in_words
from tinhso.blocks.cases.models.cases import Case
from tinhso.blocks.cases.models.procedures import ProcedureVersion


class Stand(models.IntegerChoices):
    """How the case of an open step stands, as far as work goes. `STILL` waits for no one: the clock stands, or the applicant was
    asked for something. `DECIDED` has ended; what is left is to hand the result over."""

    RUNS = 0
    STILL = 1
    DECIDED = 2


class Step(models.Model):
    """A user task of the process, waiting for somebody or done. An agency and a role hold it until a person takes it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="steps")
    sub = models.ForeignKey("cases.SubCase", models.CASCADE, null=True, related_name="steps", db_index=False)
    node = models.CharField(max_length=100)
    instance = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="which of several times the task is done")
    version = models.ForeignKey(
        ProcedureVersion,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text="under which it was ended, where the case has moved to another version since",
    )
    name = models.CharField(max_length=300)
    does = models.CharField(max_length=20)
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=40)
    assignee = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="steps")
    assigned_how = models.CharField(
        max_length=20, blank=True, default="", db_default="", help_text="by a policy: load, rule:2, failed:2; else empty"
    )
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="+")
    cancelled = models.BooleanField(default=False)
    stand = models.SmallIntegerField(
        choices=Stand, default=Stand.RUNS, db_default=Stand.RUNS, help_text="of its case while the step is open"
    )
    escalated_at = models.DateTimeField(null=True, help_text="when its agency's heads were told that it is late")
    outcome = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(
                F("agency"), F("role"), F("due_at"), F("id"), name="step_work", condition=Q(done_at__isnull=True, cancelled=False)
            ),
            models.Index(fields=["sub"], name="step_sub", condition=Q(sub__isnull=False)),
            models.Index(
                fields=["due_at", "id"],
                name="step_late",
                condition=Q(done_at__isnull=True, cancelled=False, escalated_at__isnull=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "sub", "node", "instance"],
                condition=Q(done_at__isnull=True, cancelled=False),
                nulls_distinct=False,
                name="one_open_step_an_instance",
            ),
            models.CheckConstraint(condition=Q(done_at__isnull=True) | Q(cancelled=False), name="step_done_or_cancelled"),
        ]

    def __str__(self) -> str:
        return f"{self.node} of case {self.case_id}"

    @property
    def open(self) -> bool:
        return self.done_at is None and not self.cancelled

    @property
    def assigned_because(self) -> str:
        """Why a policy gave it to its assignee, or could give it to nobody; empty when no policy did."""
        return how_in_words(self.assigned_how)


class JoinArrival(models.Model):
    """A token waiting at a join. The constraint makes a second arrival over the same flow impossible."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="arrivals")
    sub = models.ForeignKey("cases.SubCase", models.CASCADE, null=True, related_name="+", db_index=False)
    node = models.CharField(max_length=100)
    flow = models.CharField(max_length=100)
    consumed = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["sub"], name="arrival_sub", condition=Q(sub__isnull=False))]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "sub", "node", "flow"],
                condition=Q(consumed=False),
                nulls_distinct=False,
                name="one_waiting_arrival_a_flow",
            )
        ]

    def __str__(self) -> str:
        return f"{self.flow} at {self.node} of case {self.case_id}"
