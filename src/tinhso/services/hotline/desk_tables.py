"""What the desk makes of calls: call-backs, tickets, numbers known and refused."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Callback(models.Model):
    """Somebody is to be called back by a time, by an owner. One open one a number: who calls again does not wait twice."""

    class Reason(models.TextChoices):
        MISSED = "missed", _("Cuộc gọi nhỡ")
        AFTER_HOURS = "after_hours", _("Gọi ngoài giờ")
        ASKED = "asked", _("Người gọi hẹn")
        WEB = "web", _("Nhờ gọi lại trên mạng")
        ANSWER = "answer", _("Báo câu trả lời của phiếu")

    class Outcome(models.TextChoices):
        REACHED = "reached", _("Đã gọi được")
        CALLED_AGAIN = "called_again", _("Người gọi đã gọi lại")
        NOT_REACHED = "not_reached", _("Gọi nhiều lần không được")
        NOT_NEEDED = "not_needed", _("Không cần gọi nữa")

    line = models.ForeignKey("hotline.Line", models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=40)
    reason = models.CharField(max_length=12, choices=Reason)
    call = models.ForeignKey(
        "hotline.Call", models.PROTECT, null=True, related_name="callbacks", help_text="the latest that led to it"
    )
    calls = models.PositiveSmallIntegerField(default=1, help_text="how often the number has called since")
    note = models.CharField(max_length=500, blank=True)
    owner = models.ForeignKey("hotline.Agent", models.PROTECT, null=True, related_name="callbacks", db_index=False)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=14, choices=Outcome, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "number"], condition=Q(done_at=None), name="hotline_one_callback_a_number"),
            models.CheckConstraint(
                condition=Q(done_at=None, outcome="") | Q(done_at__isnull=False) & ~Q(outcome=""), name="hotline_callback_outcome"
            ),
        ]
        indexes = [
            models.Index(fields=["line", "due_at", "id"], name="hotline_callback_due", condition=Q(done_at=None)),
            models.Index(fields=["owner", "due_at"], name="hotline_callback_owner", condition=Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return f"call-back {self.pk}"


class CallTicket(models.Model):
    """A case made from a call, or from what somebody wrote. The case never loses where it came from."""

    call = models.ForeignKey("hotline.Call", models.PROTECT, null=True, related_name="tickets")
    conversation = models.ForeignKey("hotline.Conversation", models.PROTECT, null=True, related_name="tickets")
    case = models.OneToOneField("cases.Case", models.PROTECT, related_name="+")
    key = models.CharField(max_length=64, blank=True, db_default="", help_text="makes a second press harmless")
    answer = models.TextField(blank=True, db_default="")
    answered_by = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "key"], condition=~Q(key=""), name="hotline_ticket_once"),
            models.UniqueConstraint(fields=["conversation", "key"], condition=~Q(key=""), name="hotline_ticket_of_written_once"),
            models.CheckConstraint(
                condition=Q(call__isnull=False, conversation=None) | Q(call=None, conversation__isnull=False),
                name="hotline_ticket_from_one",
            ),
        ]

    def __str__(self) -> str:
        return f"case {self.case_id}"


class KnownNumber(models.Model):
    """An agent has made sure that a number is a person's; the next caller from it is certain."""

    number = models.CharField(max_length=40)
    person = models.ForeignKey("directory.Person", models.CASCADE, related_name="+")
    confirmed_by = models.ForeignKey("directory.Person", models.PROTECT, related_name="+", db_index=False)
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number", "person"], name="hotline_known_once")]

    def __str__(self) -> str:
        return f"number of person {self.person_id}"


class BlockedNumber(models.Model):
    """Calls from this number are refused until a day."""

    line = models.ForeignKey("hotline.Line", models.CASCADE, related_name="blocked", db_index=False)
    number = models.CharField(max_length=40)
    reason = models.CharField(max_length=300)
    blocked_by = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    blocked_at = models.DateTimeField()
    until = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "number"], name="hotline_blocked_once")]

    def __str__(self) -> str:
        return f"blocked number {self.pk}"
