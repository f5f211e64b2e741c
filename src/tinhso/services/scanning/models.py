"""Pages on their way to a digital copy, and what is known of the copies made."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tinhso.services.scanning.quality import Finding, Level, worst


class Page(models.Model):
    """One page, kept from the moment it was taken until the copy is bound. Without a part it lies in the case's tray."""

    class Origin(models.TextChoices):
        CAMERA = "camera", _("Máy ảnh")
        FOLDER = "folder", _("Máy quét")
        UPLOAD = "upload", _("Tệp tải lên")

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="+", db_index=False)
    part = models.ForeignKey("cases.Part", models.CASCADE, null=True, related_name="+")
    position = models.PositiveIntegerField()
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+", help_text="a JPEG, or a PDF of one page")
    width = models.PositiveIntegerField(help_text="of its picture in pixels; 0: the page has none that fills it")
    height = models.PositiveIntegerField()
    dpi = models.PositiveSmallIntegerField(help_text="told by the file or as of an A4 page; 0: there is no picture")
    turned = models.PositiveSmallIntegerField(default=0, help_text="degrees clockwise")
    findings = models.JSONField(default=list, help_text="what the check found: code, level, value")
    reason = models.CharField(max_length=300, blank=True, help_text="why a bad page is kept all the same")
    reason_by = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="+")
    origin = models.CharField(max_length=6, choices=Origin)
    key = models.CharField(max_length=80, help_text="makes a repeated upload harmless")
    taken_by = models.ForeignKey("directory.Person", models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "key"], name="page_taken_once"),
            models.CheckConstraint(condition=Q(turned__in=[0, 90, 180, 270]), name="page_turned_square"),
        ]

    def __str__(self) -> str:
        return f"page {self.pk} of case {self.case_id}"

    @property
    def found(self) -> list[Finding]:
        return [Finding(code, Level(level), value) for code, level, value in self.findings]

    @property
    def level(self) -> Level:
        return worst(self.found)

    @property
    def ready(self) -> bool:
        """Whether it may be bound."""
        return self.level != Level.BAD or bool(self.reason)


class Digitised(models.Model):
    """A copy bound from pages: who made it, from how many, how good they were."""

    part_file = models.OneToOneField("cases.PartFile", models.CASCADE, primary_key=True, related_name="digitised")
    pages = models.PositiveSmallIntegerField()
    quality = models.JSONField(help_text="by page: origin, dpi, findings, reason")
    made_by = models.ForeignKey("directory.Person", models.PROTECT, related_name="+")
    certificate = models.ForeignKey(
        "esignature.Certificate", models.PROTECT, null=True, related_name="+", help_text="with which the clerk signed the copy"
    )
    seal = models.ForeignKey(
        "esignature.Certificate", models.PROTECT, null=True, related_name="+", help_text="of the agency, which sealed the copy"
    )
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"digital copy {self.pk}"

    @property
    def note(self) -> str:
        """For people who see the file in a list."""
        pages = ngettext("%(n)s trang, số hóa tại quầy", "%(n)s trang, số hóa tại quầy", self.pages) % {"n": self.pages}
        signed = gettext("đã ký số, có dấu cơ quan") if self.seal_id else gettext("đã ký số")
        return f"{pages}, {signed}" if self.certificate_id else pages
