"""Templates of answers go out of use; what Open311 keys may do, how often, and when they were last used."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("reports", "0005_figures_filled")]

    operations = [
        migrations.AddField("answertemplate", "retired_at", models.DateTimeField(null=True)),
        migrations.AlterField("answertemplate", "text", models.TextField(help_text="with places to fill, `wording.PLACES`")),
        migrations.AddField(
            "apikey",
            "sends",
            models.BooleanField(db_default=True, default=True, help_text="may hand in; else it only reads"),
        ),
        migrations.AddField(
            "apikey",
            "reads_per_minute",
            models.PositiveIntegerField(db_default=600, default=600, help_text="so many questions a minute"),
        ),
        migrations.AddField("apikey", "last_used_at", models.DateTimeField(help_text="to the minute", null=True)),
        migrations.AddConstraint(
            "apikey",
            models.CheckConstraint(condition=Q(reads_per_minute__gt=0), name="open311_key_answers_some"),
        ),
    ]
