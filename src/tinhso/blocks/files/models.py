"""Files. The row is what people see; the content lies in the default storage under its hash and never changes."""

from django.db import models


class StoredFile(models.Model):
    """One file somebody handed in or the system made. Rows with equal content share one stored object."""

    name = models.CharField(max_length=255, help_text="name shown to people; never used as a path")
    content_type = models.CharField(max_length=127)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    path = models.CharField(max_length=120)
    uploaded_by = models.ForeignKey("directory.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(size__gte=0), name="files_size_not_negative")]

    def __str__(self) -> str:
        return self.name
