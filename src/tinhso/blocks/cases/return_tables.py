"""How the result of a case reached the applicant."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


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
