from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0009_watched")]

    operations = [
        migrations.AddField(
            "photo",
            "boxes",
            models.TextField(blank=True, db_default="", help_text="what is covered in the released copy, as `blurring.boxes_in`"),
        ),
    ]
