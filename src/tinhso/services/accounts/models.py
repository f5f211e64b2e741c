from django.db import models
from django.db.models.functions import Now


class Challenge(models.Model):
    """A code sent to an address, and what happens when it is entered."""

    class Purpose(models.TextChoices):
        REGISTER = "register"
        RESET = "reset"

    key = models.CharField(max_length=43, unique=True)
    purpose = models.CharField(max_length=10, choices=Purpose)
    address = models.CharField(max_length=254)
    code = models.BinaryField(max_length=32, null=True)
    data = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"
