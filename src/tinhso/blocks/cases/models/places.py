"""Where a case is about, and which cases belong together."""

from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class CasePlace(models.Model):
    """The place a case is about: a point, an address in words, or both, and the unit it lay in when the case was handed in."""

    case = models.OneToOneField("cases.Case", models.CASCADE, primary_key=True, related_name="place")
    point = models.PointField(srid=4326, null=True)
    accuracy_m = models.PositiveIntegerField(null=True, help_text="as the device said; null: pointed at on a map, or not known")
    address = models.CharField(max_length=300, blank=True)
    unit = models.ForeignKey("directory.Unit", models.PROTECT, null=True, related_name="+", help_text="in force that day")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(point__isnull=False) | ~Q(address=""), name="place_is_somewhere"),
            models.CheckConstraint(condition=Q(accuracy_m=None) | Q(point__isnull=False), name="place_accuracy_of_point"),
        ]

    def __str__(self) -> str:
        return f"place of case {self.case_id}"


class CaseLink(models.Model):
    """Two cases about one matter. A case is the duplicate of one other at most, which is nobody's duplicate itself."""

    class Kind(models.TextChoices):
        DUPLICATE = "duplicate", _("Trùng với")
        SPLIT = "split", _("Tách từ")

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="links", db_index=False)
    of = models.ForeignKey("cases.Case", models.CASCADE, related_name="linked")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    by = models.ForeignKey("directory.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "kind"], name="case_linked_once_a_kind"),
            models.CheckConstraint(condition=~Q(case=F("of")), name="case_not_linked_to_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.of_id}"
