"""Nobody asks for all that ever bore one event's name; the index of it was the largest of the table."""

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("audit", "0002_append_only")]

    operations = [RemoveIndexConcurrently("auditentry", "audit_event")]
