"""Indexes that only cost: the second ones of unique texts, for patterns nobody asks for, and one that another begins with.

The constraints stay as they are, under their names; the model says them in another way.
"""

import django.db.models.deletion
from django.db import migrations, models


def _dropped(name: str, columns: str) -> migrations.RunSQL:
    return migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", f"CREATE INDEX CONCURRENTLY {name} ON {columns}")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0022_watched")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                _dropped("cases_case_code_afd6bdc8_like", "cases_case (code varchar_pattern_ops)"),
                _dropped("cases_case_submission_key_1330b646_like", "cases_case (submission_key varchar_pattern_ops)"),
                _dropped("cases_part_case_id_2d1bb51a", "cases_part (case_id)"),
            ],
            state_operations=[
                migrations.AlterField("case", "code", models.CharField(max_length=60)),
                migrations.AlterField(
                    "case",
                    "submission_key",
                    models.CharField(help_text="makes a repeated submission harmless", max_length=64, null=True),
                ),
                migrations.AddConstraint("case", models.UniqueConstraint(fields=("code",), name="cases_case_code_key")),
                migrations.AddConstraint(
                    "case", models.UniqueConstraint(fields=("submission_key",), name="cases_case_submission_key_key")
                ),
                migrations.AlterField(
                    "part",
                    "case",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="cases.case"
                    ),
                ),
            ],
        )
    ]
