"""What a citizen's report has besides its case: what is public of it, its answer, who follows it."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tinhso.services.reports.figure_tables import FigureDay, FigureMark
from tinhso.services.reports.open311.tables import ApiKey, LinkedPicture

__all__ = [
    "AnswerTemplate",
    "ApiKey",
    "Commission",
    "FigureDay",
    "FigureMark",
    "Follower",
    "LinkedPicture",
    "Photo",
    "Report",
]

REOPEN_WINDOW = timedelta(days=10)
"""So long after the answer may the reporter say that nothing was done."""


class Report(models.Model):
    """The case's row of this service. Who sent it stands in the case's party; nothing here tells."""

    class Shown(models.TextChoices):
        WAITING = "waiting", _("Chờ kiểm duyệt")
        PUBLIC = "public", _("Công khai")
        HIDDEN = "hidden", _("Không công khai")

    case = models.OneToOneField("cases.Case", models.CASCADE, primary_key=True, related_name="report")
    kind = models.CharField(max_length=40, help_text="code of the sub-kind, as in the field's form")
    routed = models.CharField(max_length=20, help_text="rule:2, failed:2, default: how its agency was found")
    shown = models.CharField(max_length=10, choices=Shown, default=Shown.WAITING)
    text = models.TextField(blank=True, help_text="what is public of the reporter's words")
    where = models.CharField(max_length=300, blank=True, db_default="", help_text="the public address; empty: the unit alone")
    why_hidden = models.CharField(max_length=300, blank=True)
    moderated_by = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    shown_at = models.DateTimeField(null=True)
    draft = models.TextField(blank=True, help_text="the answer as the handler wrote it; nobody outside sees it")
    answer = models.TextField(blank=True, help_text="approved")
    answered_at = models.DateTimeField(null=True)
    me_too = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["-shown_at", "-case"], name="report_public", condition=Q(shown="public")),
            models.Index(fields=["case"], name="report_to_moderate", condition=Q(shown="waiting")),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(shown="public") | Q(shown_at__isnull=False), name="report_public_since"),
            models.CheckConstraint(condition=Q(answer="") | Q(answered_at__isnull=False), name="report_answered_when"),
        ]

    def __str__(self) -> str:
        return f"report {self.case_id}"

    @property
    def public(self) -> bool:
        return self.shown == self.Shown.PUBLIC


class Photo(models.Model):
    """A photo or short video of a report. Only what a moderator has released is public, and then `released` if there is one."""

    class Stage(models.TextChoices):
        BEFORE = "before", _("Hiện trường")
        AFTER = "after", _("Sau khi xử lý")

    report = models.ForeignKey(Report, models.CASCADE, related_name="photos")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    stage = models.CharField(max_length=6, choices=Stage, default=Stage.BEFORE)
    public = models.BooleanField(default=False)
    released = models.ForeignKey(
        "files.StoredFile", models.PROTECT, null=True, related_name="+", help_text="with faces and number plates made unreadable"
    )
    boxes = models.TextField(blank=True, db_default="", help_text="what is covered in the released copy, as `blurring.boxes_in`")
    still_of = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="stills", help_text="the film that a moderator took it out of"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "file"], name="photo_once_a_report")]

    def __str__(self) -> str:
        return f"photo {self.file_id} of report {self.report_id}"


class Follower(models.Model):
    """Somebody who is told how it goes on: the register's person, or an address that was confirmed."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="followers", db_index=False)
    person = models.ForeignKey("directory.Person", models.CASCADE, null=True, related_name="+")
    address = models.CharField(max_length=254, blank=True, help_text="e-mail or telephone")
    too = models.BooleanField(default=False, help_text="said that it concerns them too")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "person"], condition=Q(person__isnull=False), name="person_follows_once"),
            models.UniqueConstraint(fields=["report", "address"], condition=~Q(address=""), name="address_follows_once"),
            models.CheckConstraint(
                condition=Q(person__isnull=False, address="") | (Q(person=None) & ~Q(address="")), name="follower_is_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"follower {self.pk} of report {self.report_id}"


class Commission(models.Model):
    """A contractor asked by mail to do the work, who says by a signed link what was done. Only a digest of the link is kept."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="commissions")
    email = models.EmailField()
    task = models.TextField()
    token = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the secret in the link")
    sent_by = models.ForeignKey("directory.Person", models.PROTECT, related_name="+", db_index=False)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    said = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(expires_at__gt=F("sent_at")), name="commission_expires_later")]

    def __str__(self) -> str:
        return f"commission {self.pk} of report {self.report_id}"


class AnswerTemplate(models.Model):
    """Words an agency often answers with; empty agency: everybody's."""

    agency = models.ForeignKey("directory.Agency", models.CASCADE, null=True, related_name="+")
    field = models.CharField(max_length=30, blank=True, help_text="code of the field; empty: every one")
    title = models.CharField(max_length=120)
    text = models.TextField(help_text="with places to fill, `wording.PLACES`")
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "field", "title"],
                condition=Q(retired_at=None),
                nulls_distinct=False,
                name="template_named_once",
            )
        ]

    def __str__(self) -> str:
        return self.title
