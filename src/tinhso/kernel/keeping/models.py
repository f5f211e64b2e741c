"""Which watched tables changed: the other half of `kernel.keeping.kept`."""

from django.db import models


class Stamp(models.Model):
    """A table that is watched; the database writes a new stamp with every statement that changes the table."""

    table = models.CharField(max_length=63, primary_key=True)
    stamp = models.UUIDField()

    def __str__(self) -> str:
        return f"{self.table} {self.stamp}"
