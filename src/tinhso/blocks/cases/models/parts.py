"""The papers of an application, in which form they were handed in, and originals that are to go back."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.models.cases import Case


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


class Part(models.Model):
    """A document that belongs to the application (thành phần hồ sơ)."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="parts", db_index=False)  # part_once_a_case begins with it
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=500)
    required = models.BooleanField(default=True)
    originals = models.PositiveSmallIntegerField(default=0)
    copies = models.PositiveSmallIntegerField(default=0)
    on_paper = models.BooleanField(default=False, help_text="handed in on paper at the counter or by post")
    form = models.CharField(
        max_length=10, choices=PaperForm, default="", db_default="", blank=True, help_text="of the paper; empty: not said"
    )
    handed = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="how many of that form")
    pages = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="of one; 0: not counted")
    lent = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="originals the agency keeps for a while")
    lent_at = models.DateTimeField(null=True)
    given_back = models.ForeignKey(OriginalsReturn, models.PROTECT, null=True, related_name="parts", db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["case"], name="part_original_held", condition=Q(lent__gt=0, given_back__isnull=True)),
            models.Index(fields=["given_back"], name="part_given_back", condition=Q(given_back__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "code"], name="part_once_a_case"),
            models.CheckConstraint(condition=Q(lent=0) | Q(lent_at__isnull=False), name="part_lent_since"),
            models.CheckConstraint(condition=Q(form="") | Q(handed__gte=1), name="part_handed_in"),
        ]

    def __str__(self) -> str:
        return f"{self.code} of case {self.case_id}"

    @property
    def counted(self) -> dict[str, object]:
        """What was recorded, else what the procedure asks for; what a form shows."""
        if self.form:
            return {"form": self.form, "handed": self.handed, "pages": self.pages or "", "lent": self.lent or ""}
        usual = PaperForm.ORIGINAL if self.originals else PaperForm.COPY
        return {"form": usual, "handed": self.originals or self.copies or 1, "pages": "", "lent": ""}

    @property
    def held(self) -> bool:
        """Whether originals of it are still to go back."""
        return self.lent > 0 and self.given_back_id is None


class PartFile(models.Model):
    """An electronic copy of a part."""

    part = models.ForeignKey(Part, models.CASCADE, related_name="files")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["part", "file"], name="file_once_a_part")]

    def __str__(self) -> str:
        return f"file {self.file_id} of part {self.part_id}"
