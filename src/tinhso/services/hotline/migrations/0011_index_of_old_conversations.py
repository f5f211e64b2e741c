"""By which what has been kept long enough is found. Built while the table is in use."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("hotline", "0010_written_kept")]

    operations = [
        AddIndexConcurrently(
            "conversation",
            models.Index(
                fields=["line", "closed_at"],
                name="hotline_conversation_old",
                condition=Q(closed_at__isnull=False, cleared_at=None),
            ),
        ),
    ]
