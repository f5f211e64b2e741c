"""In which form papers were handed in, and originals that are to go back."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PaperForm(models.TextChoices):
    """The form of a part handed in on paper. Electronic is what has a file and no paper."""

    ORIGINAL = "original", _("Bản chính")
    CERTIFIED = "certified", _("Bản sao chứng thực")
    COMPARED = "compared", _("Bản sao đã đối chiếu bản chính")
    COPY = "copy", _("Bản chụp")


class OriginalsReturn(models.Model):
    """Originals given back: who took them and what shows it, by hand or by post."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="originals_returns")
    at = models.DateTimeField()
    by = models.ForeignKey("directory.Person", models.PROTECT, related_name="+")
    receiver = models.CharField(max_length=150, blank=True)
    signature = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+", help_text="drawn on a pad")
    on_paper = models.BooleanField(default=False, help_text="acknowledged on paper")
    tracking = models.CharField(max_length=40, blank=True, help_text="number of the postal item")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(tracking="") | (~Q(receiver="") & (Q(signature__isnull=False) | Q(on_paper=True))),
                name="originals_return_acknowledged",
            )
        ]

    def __str__(self) -> str:
        return f"originals of case {self.case_id} given back"
