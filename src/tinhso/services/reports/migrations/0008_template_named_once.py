"""One template of a name is in use for an agency and a field; of those that bear one name already the newest stays in use."""

from django.db import migrations, models
from django.db.models import Q

_RETIRE = """
UPDATE reports_answertemplate AS old SET retired_at = now()
WHERE retired_at IS NULL AND EXISTS (
    SELECT FROM reports_answertemplate AS new
    WHERE new.retired_at IS NULL AND new.id > old.id
      AND (new.field, new.title) = (old.field, old.title) AND new.agency_id IS NOT DISTINCT FROM old.agency_id
)"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0007_pictures")]

    operations = [
        migrations.RunSQL(_RETIRE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "answertemplate",
            models.UniqueConstraint(
                fields=["agency", "field", "title"],
                condition=Q(retired_at=None),
                nulls_distinct=False,
                name="template_named_once",
            ),
        ),
    ]
