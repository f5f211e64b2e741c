"""The address everybody reads is the moderator's; how often a report was opened again stands in its case."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_open311_keys")]

    operations = [
        migrations.AddField(
            model_name="report",
            name="where",
            field=models.CharField(
                blank=True, db_default="", help_text="the public address; empty: the unit alone", max_length=300
            ),
        ),
        migrations.RemoveField(model_name="report", name="reopened"),
    ]
