from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hotline", "0011_index_of_old_conversations")]

    operations = [
        migrations.AddField(
            "line",
            "voice",
            models.CharField(
                max_length=100, blank=True, db_default="", help_text="host:port at which its rtpengine takes orders"
            ),
        ),
        migrations.AddField(
            "line",
            "browser_url",
            models.CharField(
                max_length=200,
                blank=True,
                db_default="",
                help_text="wss: address at which agents' browsers are its telephones",
            ),
        ),
        migrations.AddField(
            "agent",
            "lent_ha1",
            models.CharField(max_length=32, blank=True, db_default="", help_text="digest of what the browser was lent"),
        ),
        migrations.AddField(
            "agent",
            "lent_until",
            models.DateTimeField(null=True, help_text="when that password opens nothing any more"),
        ),
    ]
