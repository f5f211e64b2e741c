"""Who writes a job tells nobody: the worker asks twice a second (ADR 23).

The trigger is the queue's own; it is switched off and not dropped, so that later versions find it.
"""

from django.db import migrations

_NOTICE = "procrastinate_jobs {} TRIGGER procrastinate_jobs_notify_queue_job_inserted_v1"


class Migration(migrations.Migration):
    dependencies = [("procrastinate", "0041_post_retry_failed_job")]

    operations = [
        migrations.RunSQL(f"ALTER TABLE {_NOTICE.format('DISABLE')}", f"ALTER TABLE {_NOTICE.format('ENABLE')}"),
    ]
