"""Facts of the cases there are, some thousands a transaction: while they are gathered the product goes on."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_AT_ONCE = 5_000


def fill(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(max(id), 0) FROM cases_case")
        [last] = cursor.fetchone()
        for first in range(1, last + 1, _AT_ONCE):
            cursor.execute("SELECT cases_keep_facts(%s, %s)", [first, first + _AT_ONCE - 1])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0006_figures")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
