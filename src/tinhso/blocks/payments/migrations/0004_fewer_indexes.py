"""The code's second index, for patterns nobody asks for, goes; the constraint stays under its name."""

from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("payments", "0003_unanswered")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "DROP INDEX CONCURRENTLY IF EXISTS payments_invoice_code_3f4006a0_like",
                    "CREATE INDEX CONCURRENTLY payments_invoice_code_3f4006a0_like ON payments_invoice (code varchar_pattern_ops)",
                )
            ],
            state_operations=[
                migrations.AlterField("invoice", "code", models.CharField(max_length=20, verbose_name="Mã hóa đơn")),
                migrations.AddConstraint("invoice", models.UniqueConstraint(fields=("code",), name="payments_invoice_code_key")),
            ],
        )
    ]
