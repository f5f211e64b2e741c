from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("hotline", "0003_asked_on_web")]

    operations = [
        migrations.AddField(
            "call",
            "aimed",
            models.BooleanField(default=False, db_default=False, help_text="the exchange named telephones: it rings at no other"),
        ),
        migrations.AddField(
            "leg",
            "notes",
            models.TextField(blank=True, db_default="", help_text="of an agent who has handed the call over"),
        ),
        migrations.AddField(
            "articleversion",
            "topic",
            models.CharField(max_length=100, blank=True, db_default="", help_text="the article's once this is found"),
        ),
        migrations.AlterField(
            "callback",
            "reason",
            models.CharField(
                max_length=12,
                choices=[
                    ("missed", "Cuộc gọi nhỡ"),
                    ("after_hours", "Gọi ngoài giờ"),
                    ("asked", "Người gọi hẹn"),
                    ("web", "Nhờ gọi lại trên mạng"),
                    ("answer", "Báo câu trả lời của phiếu"),
                ],
            ),
        ),
        migrations.AlterField(
            "line",
            "adapter",
            models.CharField(max_length=10, choices=[("cti", "Tổng đài nối qua CTI"), ("demo", "Cuộc gọi mẫu")], default="cti"),
        ),
        migrations.AddConstraint(
            "agent",
            models.UniqueConstraint(fields=["line", "extension"], condition=Q(active=True), name="hotline_agent_extension_used"),
        ),
        migrations.RemoveConstraint("agent", "hotline_agent_extension"),
    ]
