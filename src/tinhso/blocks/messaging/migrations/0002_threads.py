from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial")]

    operations = [
        migrations.AddField(
            "message",
            "reply_to",
            models.CharField(max_length=254, blank=True, db_default="", help_text="where an e-mail is answered to"),
        ),
        migrations.AddField(
            "message",
            "in_reply_to",
            models.CharField(max_length=250, blank=True, db_default="", help_text="Message-ID of the e-mail it answers"),
        ),
        migrations.AddField(
            "message",
            "personal",
            models.BooleanField(default=False, db_default=False, help_text="somebody wrote it: no automatic mail"),
        ),
    ]
