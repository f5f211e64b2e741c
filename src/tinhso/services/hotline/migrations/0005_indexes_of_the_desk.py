"""What every desk asks about every second. Built while the table is in use."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("hotline", "0004_mended")]

    operations = [
        AddIndexConcurrently(
            "call",
            models.Index(
                fields=["line", "-started_at", "-id"],
                name="hotline_call_unseen",
                condition=Q(state="missed", direction="in", seen_at=None),
            ),
        ),
        AddIndexConcurrently("call", models.Index(fields=["agent"], name="hotline_call_talking", condition=Q(state="answered"))),
        AddIndexConcurrently(
            "call",
            models.Index(
                fields=["agent", "-ended_at"],
                name="hotline_call_unwritten",
                condition=Q(state="ended", wrapped_at=None),
            ),
        ),
    ]
