"""What moves the legal clock of a case."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.models.cases import Case


class Pause(models.Model):
    """A stretch in which the legal clock stands still."""

    class Reason(models.TextChoices):
        SUPPLEMENT = "supplement", _("Chờ bổ sung giấy tờ")
        FEE = "fee", _("Chờ thực hiện nghĩa vụ tài chính")
        AGENCY = "agency", _("Chờ cơ quan khác")
        COURT = "court", _("Chờ tòa án, cơ quan điều tra")

    case = models.ForeignKey(Case, models.CASCADE, related_name="pauses")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    note = models.TextField(default="", db_default="", help_text="what is waited for, in words")
    document = models.CharField(max_length=200, default="", db_default="", help_text="number and date of the paper it rests on")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at__isnull=True), name="one_running_pause"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="pause_times_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} of case {self.case_id}"


class Extension(models.Model):
    """The one extension of a case's term, with the apology (form 04)."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="extension")
    amount = models.PositiveSmallIntegerField(help_text="in the unit of the term")
    reason = models.TextField()
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey("directory.Person", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gte=1), name="extension_positive")]

    def __str__(self) -> str:
        return f"extension of case {self.case_id}"


class Reappointment(models.Model):
    """A due date that took the place of another (NgayHenTraTruoc, NgayHenTraMoi of the National Portal)."""

    class Cause(models.TextChoices):
        PAUSE = "pause", _("Sau thời gian tạm dừng")
        EXTENSION = "extension", _("Gia hạn")
        CALENDAR = "calendar", _("Lịch làm việc thay đổi")
        TRANSFER = "transfer", _("Chuyển cơ quan khác")
        VERSION = "version", _("Phiên bản quy trình mới")

    case = models.ForeignKey(Case, models.CASCADE, related_name="reappointments")
    at = models.DateTimeField()
    cause = models.CharField(max_length=10, choices=Cause.choices)
    before = models.DateTimeField()
    after = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.cause} of case {self.case_id}"


class Supplement(models.Model):
    """A request to complete or correct the papers (form 02) and its answer."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="supplements")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("directory.Person", models.PROTECT, related_name="+")
    content = models.TextField()
    reason = models.TextField(default="", db_default="")
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(answered_at__isnull=True), name="one_open_supplement")
        ]

    def __str__(self) -> str:
        return f"supplement of case {self.case_id}"
