"""The sums of the reports there are. Reports that change meanwhile are marked already, and worked out anew afterwards."""

from django.db import migrations

_FILL = """
INSERT INTO reports_figureday (agency_id, procedure_id, day, received, answered, on_time, closed, stars, rated)
SELECT one.agency_id, one.procedure_id, one.day, n.* FROM (
    SELECT DISTINCT c.agency_id, c.procedure_id, (c.submitted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day
    FROM reports_report r JOIN cases_case c ON c.id = r.case_id
) AS one CROSS JOIN LATERAL reports_counted(one.agency_id, one.procedure_id, one.day) AS n
ON CONFLICT (day, agency_id, procedure_id) DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_figures")]

    operations = [migrations.RunSQL(_FILL, migrations.RunSQL.noop)]
