from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hotline", "0012_browser_phone")]

    operations = [
        migrations.AddField(
            "conversationmessage",
            "quoted",
            models.TextField(blank=True, db_default="", help_text="of an e-mail, what stands below: the letter it answers"),
        ),
    ]
