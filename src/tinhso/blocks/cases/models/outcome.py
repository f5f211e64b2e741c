"""What comes out of a case: papers, the fee, how the result reached the applicant, and what the applicant thought of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.models.cases import Case


class CasePaper(models.Model):
    """A paper issued in a case."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="papers")
    paper = models.OneToOneField("papers.Paper", models.PROTECT, related_name="+")
    is_result = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case"], condition=Q(is_result=True), name="one_result_a_case")]

    def __str__(self) -> str:
        return f"paper {self.paper_id} of case {self.case_id}"


class CaseInvoice(models.Model):
    """The fee of a case."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="fee")
    invoice = models.OneToOneField("payments.Invoice", models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"fee of case {self.case_id}"


class ResultReturn(models.Model):
    """The return of a result: by hand against an acknowledgement, by post, electronically. A reopened case has several."""

    class Way(models.TextChoices):
        COUNTER = "counter", _("Tại quầy")
        POST = "post", _("Qua bưu chính công ích")
        ELECTRONIC = "electronic", _("Bản điện tử")

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="returns")
    at = models.DateTimeField()
    way = models.CharField(max_length=10, choices=Way)
    receiver = models.CharField(max_length=150, blank=True, help_text="who took it at the counter")
    signature = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+", help_text="drawn on a pad")
    on_paper = models.BooleanField(default=False, help_text="acknowledged in the paper register or on the receipt")
    tracking = models.CharField(max_length=40, blank=True, help_text="number of the postal item")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(way="counter") | (~Q(receiver="") & (Q(signature__isnull=False) | Q(on_paper=True))),
                name="return_acknowledged",
            ),
            models.CheckConstraint(condition=~Q(way="post") | ~Q(tracking=""), name="return_by_post_is_tracked"),
        ]

    def __str__(self) -> str:
        return f"return of case {self.case_id}"


class Rating(models.Model):
    """The applicant's opinion of how the case was handled."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="rating")
    stars = models.PositiveSmallIntegerField()
    comment = models.TextField(blank=True)
    given_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="rating_one_to_five")]

    def __str__(self) -> str:
        return f"rating of case {self.case_id}"
