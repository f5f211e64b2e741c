"""Appointments: when a line takes them, and who has booked."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class SlotPlan(models.Model):
    """On these weekdays, from `start` until `end`, a slot every `minutes` with room for `capacity` people."""

    line = models.ForeignKey("queueing.Line", models.PROTECT, related_name="slot_plans")
    weekdays = ArrayField(models.PositiveSmallIntegerField(), help_text="1 is Monday")
    start = models.TimeField()
    end = models.TimeField()
    minutes = models.PositiveSmallIntegerField()
    capacity = models.PositiveSmallIntegerField()
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="queue_slots_in_order"),
            models.CheckConstraint(condition=Q(minutes__gte=5, capacity__gte=1), name="queue_slots_have_room"),
        ]

    def __str__(self) -> str:
        return f"slots of line {self.line_id}"


class Appointment(models.Model):
    """A place in a slot. Booked with an account, or with a telephone number that a code sent to it has proved."""

    class State(models.TextChoices):
        PENDING = "pending", _("Chờ xác nhận")
        BOOKED = "booked", _("Đã đặt")
        ARRIVED = "arrived", _("Đã đến")
        NO_SHOW = "no_show", _("Không đến")
        CANCELLED = "cancelled", _("Đã hủy")

    line = models.ForeignKey("queueing.Line", models.PROTECT, related_name="appointments", db_index=False)
    starts_at = models.DateTimeField()
    code = models.CharField(max_length=8, unique=True, help_text="read by the kiosk; to a bare telephone number it is the proof")
    key = models.CharField(max_length=22, unique=True, help_text="stands in the address of its page")
    person = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="+")
    phone = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=10, choices=State)
    made_at = models.DateTimeField()
    holds_until = models.DateTimeField(null=True, help_text="while pending: until then it takes up room")
    reminded_at = models.DateTimeField(null=True)
    ticket = models.OneToOneField("queueing.Ticket", models.SET_NULL, null=True, related_name="appointment")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(person__isnull=False) | ~Q(phone=""), name="queue_appointment_is_somebodys")
        ]
        indexes = [
            models.Index(fields=["line", "starts_at"], name="queue_appointment_slot"),
            models.Index(fields=["phone"], name="queue_appointment_phone", condition=~Q(phone="")),
            models.Index(fields=["starts_at"], name="queue_appointment_open", condition=Q(state="booked")),
        ]

    def __str__(self) -> str:
        return f"appointment {self.pk}"
