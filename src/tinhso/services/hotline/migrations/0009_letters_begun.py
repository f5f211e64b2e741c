from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hotline", "0008_quality")]

    operations = [
        migrations.AddField(
            "mailbox",
            "trying_uid",
            models.BigIntegerField(default=0, db_default=0, help_text="begun; found again, it ended the worker"),
        ),
    ]
