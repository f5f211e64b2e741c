"""The queue of an office: its kinds of service, counters, tickets and turns at a counter. No personal data on a ticket.

A ticket waits until a counter calls it; from then until it is served, found absent or handed on it has an open *turn*. The
constraints keep a counter from having two turns at once and a ticket from being called by two counters.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tinhso.services.queueing.booking_tables import Appointment, SlotPlan  # noqa: F401 - Django looks for tables here


class Line(models.Model):
    """A kind of service with a letter of its own, such as "A: Hộ tịch, chứng thực". Its tickets are A001, A002 …"""

    class Purpose(models.TextChoices):
        APPLY = "apply", _("Nộp hồ sơ, hỏi thủ tục")
        COLLECT = "collect", _("Nhận kết quả")

    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="queue_lines", db_index=False)
    letter = models.CharField(max_length=1)
    title = models.CharField(max_length=100)
    purpose = models.CharField(max_length=10, choices=Purpose, default=Purpose.APPLY)
    fields = ArrayField(models.CharField(max_length=20), default=list, help_text="codes of the procedures' fields served here")
    minutes = models.PositiveSmallIntegerField(default=10, help_text="usual length of a service, until the day shows its own")
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "letter"], name="queue_line_letter"),
            models.CheckConstraint(condition=Q(letter__regex="^[A-Z]$"), name="queue_line_letter_known"),
            models.CheckConstraint(condition=Q(minutes__gte=1), name="queue_line_minutes"),
        ]

    def __str__(self) -> str:
        return f"{self.letter}: {self.title}"


class Counter(models.Model):
    """A numbered desk."""

    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="queue_counters", db_index=False)
    number = models.PositiveSmallIntegerField()
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "number"], name="queue_counter_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="queue_counter_from_one"),
        ]

    def __str__(self) -> str:
        return str(self.number)


class Sitting(models.Model):
    """A clerk at a counter, from opening it to closing it, with the lines called there."""

    counter = models.ForeignKey(Counter, models.PROTECT, related_name="sittings")
    clerk = models.ForeignKey("directory.Person", models.PROTECT, related_name="+", db_index=False)
    lines = models.ManyToManyField(Line, related_name="sittings")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["counter"], condition=Q(closed_at=None), name="queue_one_clerk_a_counter"),
            models.UniqueConstraint(fields=["clerk"], condition=Q(closed_at=None), name="queue_one_counter_a_clerk"),
        ]

    def __str__(self) -> str:
        return f"counter {self.counter_id}: {self.clerk_id}"


class Priority(models.TextChoices):
    """Who is served before others; `law` says by which act."""

    NONE = "", _("Không ưu tiên")
    ELDERLY = "elderly", _("Người từ đủ 60 tuổi")
    DISABLED = "disabled", _("Người khuyết tật")
    PREGNANT = "pregnant", _("Phụ nữ mang thai, có con nhỏ đi cùng")
    MERIT = "merit", _("Thương binh, người có công")

    @property
    def law(self) -> str:
        return str(_LAWS.get(self, ""))


_LAWS = {
    Priority.ELDERLY: _("Luật Người cao tuổi 39/2009/QH12"),
    Priority.DISABLED: _("Luật Người khuyết tật 51/2010/QH12"),
    Priority.PREGNANT: _("Nội quy của bộ phận một cửa"),
    Priority.MERIT: _("Pháp lệnh Ưu đãi người có công với cách mạng 02/2020/UBTVQH14"),
}


class Ticket(models.Model):
    """A place in the queue of one day. `place_at` orders it among its equals, so that one handed on keeps its place."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Đang chờ")
        AT_COUNTER = "at_counter", _("Đang ở quầy")
        DONE = "done", _("Đã xong")
        ABSENT = "absent", _("Vắng mặt")
        CANCELLED = "cancelled", _("Đã bỏ")

    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+", db_index=False)
    line = models.ForeignKey(Line, models.PROTECT, related_name="tickets", db_index=False)
    day = models.DateField()
    number = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=22, unique=True, help_text="stands in the address of the page on the telephone")
    submission_key = models.CharField(max_length=64, null=True, unique=True, help_text="makes a second tap harmless")
    priority = models.CharField(max_length=10, choices=Priority, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    taken_at = models.DateTimeField()
    place_at = models.DateTimeField()
    booked = models.BooleanField(default=False, db_default=False, help_text="with an appointment; place_at is its time")
    to_counter = models.ForeignKey(Counter, models.PROTECT, null=True, related_name="+", help_text="only this one calls it")
    absences = models.PositiveSmallIntegerField(default=0)
    case = models.ForeignKey("cases.Case", models.SET_NULL, null=True, related_name="+", help_text="whose result is collected")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "day", "number"], name="queue_ticket_number")]
        indexes = [
            models.Index(fields=["agency", "day", "state"], name="queue_ticket_state"),
            models.Index(fields=["day"], name="queue_ticket_left", condition=Q(state__in=["waiting", "at_counter"])),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """A007. Needs the line."""
        return f"{self.line.letter}{self.number:03d}"


class TicketCase(models.Model):
    """A case taken in while the ticket was served."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="cases_taken")
    case = models.OneToOneField("cases.Case", models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"case {self.case_id} of ticket {self.ticket_id}"


class Turn(models.Model):
    """A ticket called to a counter, until it is served, found absent or handed on."""

    class Outcome(models.TextChoices):
        DONE = "done", _("Đã phục vụ")
        ABSENT = "absent", _("Vắng mặt")
        TRANSFERRED = "transferred", _("Chuyển quầy")
        CUT_OFF = "cut_off", _("Hết ngày")

    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="turns")
    counter = models.ForeignKey(Counter, models.PROTECT, related_name="turns", db_index=False)
    clerk = models.ForeignKey("directory.Person", models.PROTECT, related_name="+", db_index=False)
    called_at = models.DateTimeField()
    last_called_at = models.DateTimeField(help_text="the latest call of this turn")
    calls = models.PositiveSmallIntegerField(default=1)
    began_at = models.DateTimeField(null=True, help_text="when the person sat down")
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["counter"], condition=Q(ended_at=None), name="queue_one_turn_a_counter"),
            models.UniqueConstraint(fields=["ticket"], condition=Q(ended_at=None), name="queue_one_turn_a_ticket"),
            models.CheckConstraint(condition=Q(ended_at=None) | Q(ended_at__gte=F("called_at")), name="queue_turn_in_order"),
        ]
        indexes = [
            models.Index(fields=["agency", "-last_called_at"], name="queue_turn_called"),
            models.Index(fields=["clerk", "-called_at"], name="queue_turn_clerk"),
        ]

    def __str__(self) -> str:
        return f"turn {self.pk} of ticket {self.ticket_id}"


class Device(models.Model):
    """A kiosk or a screen of an office. It has no account: whoever holds the secret address is the device."""

    class Kind(models.TextChoices):
        KIOSK = "kiosk", _("Máy lấy số")
        SCREEN = "screen", _("Màn hình gọi số")

    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=100)
    token_digest = models.CharField(max_length=64, unique=True, help_text="SHA-256; the token itself is shown once")
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    made_by = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    seen_at = models.DateTimeField(null=True, help_text="to the minute")
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
