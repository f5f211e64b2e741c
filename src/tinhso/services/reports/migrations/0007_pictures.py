"""Pictures named by an address; stills taken out of films."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0006_officers_pages")]

    operations = [
        migrations.AddField(
            "photo",
            "still_of",
            models.ForeignKey(
                help_text="the film that a moderator took it out of",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="stills",
                to="reports.photo",
            ),
        ),
        migrations.CreateModel(
            "LinkedPicture",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("url", models.CharField(max_length=1000)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "đang tải"),
                            ("kept", "đã lưu"),
                            ("refused", "không tải được"),
                            ("off", "không tải: cài đặt không cho"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        blank=True, help_text="code of `fetching.NotFetched`, or file: it is no picture", max_length=60
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "photo",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="reports.photo"
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="linked_pictures", to="reports.report"
                    ),
                ),
            ],
        ),
    ]
