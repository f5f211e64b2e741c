"""Programs known to Open311."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Text


class ApiKey(models.Model):
    """A key of a program that hands in reports or reads many. Only its digest is kept; the prefix tells keys apart."""

    owner = models.CharField(max_length=120, help_text="who runs the program, and how to reach them")
    prefix = models.CharField(max_length=12)
    digest = models.BinaryField(max_length=32, unique=True)
    sends = models.BooleanField(default=True, db_default=True, help_text="may hand in; else it only reads")
    per_minute = models.PositiveIntegerField(default=60, help_text="so many reports a minute")
    reads_per_minute = models.PositiveIntegerField(default=600, db_default=600, help_text="so many questions a minute")
    by_token = models.BooleanField(default=False, help_text="answered with a token, which leads to the report's number")
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True, help_text="to the minute")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(per_minute__gt=0), name="open311_key_lets_some_in"),
            models.CheckConstraint(condition=Q(reads_per_minute__gt=0), name="open311_key_answers_some"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.owner}"


class LinkedPicture(models.Model):
    """The address of a picture that came with a report. It is fetched by a job, and kept as if it had been sent along."""

    class State(models.TextChoices):
        WAITING = "waiting", _("đang tải")
        KEPT = "kept", _("đã lưu")
        REFUSED = "refused", _("không tải được")
        OFF = "off", _("không tải: cài đặt không cho")

    report = models.ForeignKey("reports.Report", models.CASCADE, related_name="linked_pictures")
    url = models.CharField(max_length=1000)
    state = models.CharField(max_length=10, choices=State)
    why = models.CharField(max_length=60, blank=True, help_text="code of `fetching.NotFetched`, or file: it is no picture")
    tries = models.PositiveSmallIntegerField(default=0)
    photo = models.ForeignKey("reports.Photo", models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"linked picture {self.pk} of report {self.report_id}"

    @property
    def why_said(self) -> Text:
        return _WHY.get(self.why, "")


_WHY: dict[str, Text] = {
    "address": _("địa chỉ không được phép tải"),
    "size": _("tệp quá lớn"),
    "file": _("không phải ảnh hoặc video nhận được"),
    "many": _("đã đủ số ảnh"),
    "answer": _("máy chủ ấy không trả tệp"),
    "network": _("không kết nối được"),
}
