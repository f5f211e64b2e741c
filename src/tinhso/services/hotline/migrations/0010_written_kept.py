"""How long what was written is kept. Defaults are constants, so no table is rewritten."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("hotline", "0009_letters_begun")]

    operations = [
        migrations.AddField(
            "line",
            "conversation_days",
            models.PositiveSmallIntegerField(
                db_default=365,
                default=365,
                help_text="how long what was written is kept after its end; figures keep counting it",
            ),
        ),
        migrations.AddConstraint(
            "line", models.CheckConstraint(condition=Q(conversation_days__gte=31), name="hotline_line_written_days")
        ),
        migrations.AddField(
            "conversation",
            "cleared_at",
            models.DateTimeField(null=True, help_text="words, files and who wrote were deleted; the row is counted on"),
        ),
    ]
