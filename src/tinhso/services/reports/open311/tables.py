"""Who may hand in reports by Open311."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class ApiKey(models.Model):
    """A key of a program that hands in reports. Only its digest is kept; the prefix tells keys apart."""

    owner = models.CharField(max_length=120, help_text="who runs the program, and how to reach them")
    prefix = models.CharField(max_length=12)
    digest = models.BinaryField(max_length=32, unique=True)
    per_minute = models.PositiveIntegerField(default=60, help_text="so many reports a minute")
    by_token = models.BooleanField(default=False, help_text="answered with a token, which leads to the report's number")
    created_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(per_minute__gt=0), name="open311_key_lets_some_in")]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.owner}"
