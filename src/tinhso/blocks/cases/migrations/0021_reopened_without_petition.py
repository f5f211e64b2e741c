"""A reporter may have a report opened again without asking anybody."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0020_correction_version")]

    operations = [
        migrations.AlterField(
            "reopening",
            "petition",
            models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="reopening", to="cases.petition"
            ),
        ),
    ]
