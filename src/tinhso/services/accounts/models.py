from django.db import models
from django.db.models.functions import Now


class Challenge(models.Model):
    """A code sent to an address, and what is done when it is entered. It lives for minutes.

    The code follows from the key and the installation's secret, so it is kept nowhere. A challenge that is not `open` looks
    the same from outside and is never met: it stands for an address that may not learn whether it is known.
    """

    class Purpose(models.TextChoices):
        REGISTER = "register"
        RESET = "reset"

    key = models.CharField(max_length=43, unique=True)
    purpose = models.CharField(max_length=10, choices=Purpose)
    address = models.CharField(max_length=254)
    open = models.BooleanField()
    data = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"
