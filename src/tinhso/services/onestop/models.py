"""What staff keep for themselves in the one-stop workspace."""

from django.db import models


class SavedFilter(models.Model):
    """A filter of the list of cases, kept by a person under a name. `address`: the end of the list's address."""

    person = models.ForeignKey("directory.Person", models.CASCADE, related_name="saved_filters", db_index=False)
    name = models.CharField(max_length=60)
    address = models.CharField(max_length=600)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="saved_filter_name")]

    def __str__(self) -> str:
        return self.name
