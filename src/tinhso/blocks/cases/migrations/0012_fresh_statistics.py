"""A column that came with a default has no statistics until a tenth of its rows change; without them lists are planned wrong."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_result_return")]
    operations = [migrations.RunSQL("ANALYZE cases_caseaccess", migrations.RunSQL.noop, elidable=True)]
