"""Procedures and their versions."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.families import CODES, PROCEDURE
from tinhso.blocks.cases.kept import ContentField


class _DateRange(Func):
    function = "daterange"
    output_field = DateRangeField()


class Procedure(models.Model):
    """A public procedure of the national catalogue (thủ tục hành chính), or what another family has in its place."""

    class Level(models.TextChoices):
        COMMUNE = "commune", _("Cấp xã")
        PROVINCE = "province", _("Cấp tỉnh")

    class Grade(models.TextChoices):
        FULL = "full", _("Toàn trình")
        PARTIAL = "partial", _("Một phần")
        INFORMATION = "information", _("Cung cấp thông tin")

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=500)
    name_en = models.CharField(max_length=500, blank=True)
    field = models.CharField(max_length=200)
    field_code = models.CharField(max_length=20)
    level = models.CharField(max_length=10, choices=Level.choices)
    grade = models.CharField(max_length=12, choices=Grade.choices)
    audience = ArrayField(models.CharField(max_length=10))
    search = models.TextField(help_text="names, field and keywords, folded, with and without spaces")
    family = models.CharField(max_length=10, default=PROCEDURE, db_default=PROCEDURE, db_collation="C")

    class Meta:
        indexes = [GinIndex(fields=["search"], opclasses=["gin_trgm_ops"], name="procedure_search")]
        constraints = [models.CheckConstraint(condition=Q(family__in=CODES), name="procedure_family_known")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def title(self) -> str:
        """The name in the reader's language."""
        return self.name_en if get_language() == "en" and self.name_en else self.name


class ProcedureVersion(models.Model):
    """A procedure as it stood from `valid_from` to `valid_to` (inclusive). A case keeps the version it was received under."""

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="versions")
    version = models.CharField(max_length=30)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    definition = ContentField(help_text="procedure.toml")
    graph = ContentField(help_text="the parsed process")
    files = ContentField(help_text="the folder's text files by name: form, process, paper templates")
    content_hash = models.CharField(max_length=64)
    made_here = models.BooleanField(default=False, db_default=False, help_text="by the province, not brought by the product")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["procedure", "version"], name="version_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="version_dates_in_order"
            ),
            ExclusionConstraint(
                name="one_version_a_day",
                expressions=[
                    ("procedure", RangeOperators.EQUAL),
                    (_DateRange("valid_from", "valid_to", RangeBoundary(inclusive_upper=True)), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id} {self.version}"

    def in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)
