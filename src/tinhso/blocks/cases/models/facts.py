"""What figures count, one narrow row a case received."""

from django.db import models


class CaseFacts(models.Model):
    """One narrow row a case received, for figures: what they count, gathered from the tables of the case.

    Triggers write it when the transaction that changed the case commits (`migrations/0006_figures.py`), nothing else. It can be
    rebuilt at any time (`actions/facts.py`), is so every night, and the tests hold it against the tables it comes from.
    """

    case = models.OneToOneField("cases.Case", models.CASCADE, primary_key=True, related_name="facts")
    agency = models.ForeignKey("directory.Agency", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    procedure = models.ForeignKey("cases.Procedure", models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    status = models.SmallIntegerField()
    channel = models.SmallIntegerField()
    received_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    counts_late_766 = models.BooleanField()
    paused = models.DurationField(help_text="all pauses that are over")
    fee = models.BigIntegerField(help_text="đồng; 0 for none, or a fee no longer owed")
    paid_online = models.BooleanField()
    signed = models.BooleanField(help_text="the result is a signed electronic paper")
    digital_parts = models.BooleanField(help_text="a part of the application is there as a file")
    stars = models.PositiveSmallIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["received_at"], name="facts_received"),
            models.Index(fields=["ended_at"], name="facts_ended"),
        ]

    def __str__(self) -> str:
        return f"facts of case {self.case_id}"
