"""Drafts of processes, which become versions when they are approved; plans by which open cases move to a newer version."""

from django.contrib.postgres.fields import ArrayField
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
    law_says = models.CharField(
        max_length=20,
        blank=True,
        default="",
        db_default="",
        help_text="the law's word for the term, if the base lacks it",
    )
    basis = models.CharField(max_length=300, blank=True, default="", db_default="", help_text="its article")
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


class MovePlan(models.Model):
    """Which open cases of an old version go on under a newer one, and where what is open in them lands."""

    class State(models.TextChoices):
        OPEN = "open", _("Đang soạn")
        SENT = "sent", _("Chờ duyệt")
        RUNNING = "running", _("Đang chuyển")
        DONE = "done", _("Đã chuyển xong")
        DROPPED = "dropped", _("Đã bỏ")

    source = models.ForeignKey("cases.ProcedureVersion", models.PROTECT, related_name="plans_from")
    target = models.ForeignKey("cases.ProcedureVersion", models.PROTECT, related_name="plans_to")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    revision = models.PositiveIntegerField(default=1, help_text="counts the savings; who saves names the one he began from")
    mapped = models.JSONField(help_text="id of each place of the old process: id in the new one, or empty to stay")
    statuses = ArrayField(models.SmallIntegerField(), default=list, help_text="empty: all that are under way")
    agency = models.ForeignKey(
        "directory.Agency", models.PROTECT, null=True, related_name="+", help_text="with those below it; empty: all"
    )
    first = models.DateField(null=True, help_text="received on this day or later")
    last = models.DateField(null=True, help_text="received on this day or before")
    incomplete = models.BooleanField(default=False, help_text="also cases that lack what the new version asks for")
    shorter = models.BooleanField(default=False, help_text="cases take a shorter term of the new version")
    begun_by = models.ForeignKey("directory.Person", models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(db_default=Now())
    authors = models.ManyToManyField(
        "directory.Person", related_name="+", help_text="everybody who saved it: none may approve it"
    )
    reason = models.TextField(blank=True)
    answer = models.TextField(blank=True, help_text="why the approver sent it back")
    decided_by = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["source", "-begun_at"], name="plan_source")]
        constraints = [
            models.CheckConstraint(condition=~Q(source=models.F("target")), name="plan_goes_elsewhere"),
            models.CheckConstraint(
                condition=~Q(state__in=["running", "done"]) | Q(decided_by__isnull=False), name="plan_carried_out_was_decided"
            ),
        ]

    def __str__(self) -> str:
        return f"plan {self.pk} from {self.source_id} to {self.target_id}"

    @property
    def open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def tone(self) -> str:
        """How its badge is coloured."""
        return {"open": "neutral", "sent": "soon", "running": "active", "done": "done", "dropped": "neutral"}[self.state]


class PlannedCase(models.Model):
    """A case of an approved plan, and what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Đang chờ")
        MOVED = "moved", _("Đã chuyển")
        STAYED = "stayed", _("Ở lại")
        FAILED = "failed", _("Lỗi")

    plan = models.ForeignKey(MovePlan, models.CASCADE, related_name="cases", db_index=False)
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    obstacles = models.JSONField(default=list, help_text="codes and what they are about")
    ways = models.JSONField(default=list, help_text="steps, from → to")
    steps = models.JSONField(default=list, help_text="ids of open steps of which somebody is to hear")
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["plan", "state", "id"], name="planned_case_state")]
        constraints = [models.UniqueConstraint(fields=["plan", "case"], name="case_once_a_plan")]

    def __str__(self) -> str:
        return f"case {self.case_id} of plan {self.plan_id}"

    @property
    def tone(self) -> str:
        return {"waiting": "neutral", "moved": "done", "stayed": "soon", "failed": "bad"}[self.state]
