"""Lists are of one family. The new indexes are built while the tables are in use, then the old ones go."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0018_families")]

    operations = [
        ValidateConstraint("procedure", "procedure_family_known"),
        ValidateConstraint("case", "case_family_known"),
        AddIndexConcurrently("case", models.Index(fields=["agency", "family", "status", "due_at", "id"], name="case_agency_due")),
        AddIndexConcurrently(
            "case", models.Index(fields=["agency", "family", "-submitted_at", "-id"], name="case_agency_handed_in")
        ),
        AddIndexConcurrently("case", models.Index(fields=["family", "-submitted_at", "-id"], name="case_handed_in")),
        RemoveIndexConcurrently("case", "case_agency_status_due"),
        RemoveIndexConcurrently("case", "case_agency_submitted"),
        RemoveIndexConcurrently("case", "case_submitted"),
        migrations.RunSQL("ANALYZE cases_case", migrations.RunSQL.noop, elidable=True),
    ]
