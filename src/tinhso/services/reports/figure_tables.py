"""What is kept of the reports for figures: their sums by day, and which of the sums are to be worked out anew.

A report counts on the day it was sent, at the agency that has it now, in its field.
"""

from django.db import models


class FigureDay(models.Model):
    """The sums of one day at one agency in one field; what is late or open follows from them. Written by `actions/recounting`."""

    day = models.DateField(help_text="on which they were sent, in Vietnam")
    agency = models.ForeignKey("directory.Agency", models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    procedure = models.ForeignKey("cases.Procedure", models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    received = models.IntegerField()
    answered = models.IntegerField()
    on_time = models.IntegerField(help_text="of those answered")
    closed = models.IntegerField(help_text="ended, with an answer or joined to another")
    stars = models.IntegerField(help_text="the sum of all ratings")
    rated = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "agency", "procedure"], name="figures_once_a_day")]

    def __str__(self) -> str:
        return f"reports of {self.day} at agency {self.agency_id}"


class FigureMark(models.Model):
    """Something the sums count has changed, and they have not followed yet. Triggers write it with the change (migration 0004).

    Rows are only ever added and taken away, so that nobody waits for anybody. `agency_id`, `procedure_id`, `day`: where the case
    counted before, when that has changed.
    """

    case_id = models.BigIntegerField()
    agency_id = models.BigIntegerField(null=True)
    procedure_id = models.BigIntegerField(null=True)
    day = models.DateField(null=True)

    def __str__(self) -> str:
        return f"mark of case {self.case_id}"
