"""Sums of reports by day, and triggers that mark what has changed.

A mark is written in the transaction of the change and only ever added: no action waits for another because of figures. Whoever reads
the sums counts anew what is marked (`figures.py`), a job does so for good (`actions/recounting.py`).
"""

import django.db.models.deletion
from django.db import migrations, models

_DAY = "({}.submitted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"

# the only place that says what the sums are
_COUNTED = """
CREATE FUNCTION reports_counted(of_agency bigint, of_procedure bigint, of_day date)
RETURNS TABLE (received integer, answered integer, on_time integer, closed integer, stars integer, rated integer)
LANGUAGE sql STABLE AS $$
    SELECT count(*)::integer, count(r.answered_at)::integer,
        (count(*) FILTER (WHERE r.answered_at <= COALESCE(c.due_at, 'infinity')))::integer,
        count(c.ended_at)::integer, COALESCE(sum(g.stars), 0)::integer, count(g.stars)::integer
    FROM cases_case c JOIN reports_report r ON r.case_id = c.id LEFT JOIN cases_rating g ON g.case_id = c.id
    WHERE c.family = 'report' AND c.agency_id = of_agency AND c.procedure_id = of_procedure
        AND c.submitted_at >= of_day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'
        AND c.submitted_at < (of_day + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'
$$;
"""

# the sums that are not right at the moment; a function, because the application is given rights on tables only
_MARKED = f"""
CREATE FUNCTION reports_marked() RETURNS TABLE (agency_id bigint, procedure_id bigint, day date) LANGUAGE sql STABLE AS $$
    SELECT m.agency_id, m.procedure_id, m.day FROM reports_figuremark m WHERE m.day IS NOT NULL
    UNION
    SELECT c.agency_id, c.procedure_id, {_DAY.format("c")} FROM reports_figuremark m JOIN cases_case c ON c.id = m.case_id
    WHERE c.family = 'report'
$$;
"""  # noqa: S608 - our own names

_MARK = f"""
CREATE FUNCTION reports_mark_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reports_figuremark (case_id, agency_id, procedure_id, day)
    VALUES (OLD.id, OLD.agency_id, OLD.procedure_id, {_DAY.format("OLD")});
    RETURN NULL;
END $$;
CREATE FUNCTION reports_mark_report() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reports_figuremark (case_id) VALUES (CASE WHEN TG_OP = 'DELETE' THEN OLD.case_id ELSE NEW.case_id END);
    RETURN NULL;
END $$;
CREATE FUNCTION reports_mark_rating() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reports_figuremark (case_id)
    SELECT case_id FROM reports_report WHERE case_id = CASE WHEN TG_OP = 'DELETE' THEN OLD.case_id ELSE NEW.case_id END;
    RETURN NULL;
END $$;
CREATE TRIGGER figures_case AFTER UPDATE ON cases_case FOR EACH ROW WHEN (
    OLD.family = 'report' AND (OLD.agency_id, OLD.procedure_id, OLD.submitted_at, OLD.due_at, OLD.ended_at)
        IS DISTINCT FROM (NEW.agency_id, NEW.procedure_id, NEW.submitted_at, NEW.due_at, NEW.ended_at)
) EXECUTE FUNCTION reports_mark_case();
CREATE TRIGGER figures_case_gone AFTER DELETE ON cases_case FOR EACH ROW WHEN (OLD.family = 'report')
    EXECUTE FUNCTION reports_mark_case();
CREATE TRIGGER figures_report AFTER INSERT OR DELETE ON reports_report FOR EACH ROW EXECUTE FUNCTION reports_mark_report();
CREATE TRIGGER figures_answer AFTER UPDATE ON reports_report FOR EACH ROW WHEN (OLD.answered_at IS DISTINCT FROM NEW.answered_at)
    EXECUTE FUNCTION reports_mark_report();
CREATE TRIGGER figures_rating AFTER INSERT OR UPDATE OR DELETE ON cases_rating FOR EACH ROW EXECUTE FUNCTION reports_mark_rating();
"""  # noqa: S608

_DROP = """
DROP TRIGGER figures_case ON cases_case;
DROP TRIGGER figures_case_gone ON cases_case;
DROP TRIGGER figures_rating ON cases_rating;
DROP TRIGGER figures_report ON reports_report;
DROP TRIGGER figures_answer ON reports_report;
DROP FUNCTION reports_mark_case();
DROP FUNCTION reports_mark_report();
DROP FUNCTION reports_mark_rating();
DROP FUNCTION reports_marked();
DROP FUNCTION reports_counted(bigint, bigint, date);
"""


def _to(table: str) -> models.ForeignKey:
    return models.ForeignKey(
        to=table, on_delete=django.db.models.deletion.CASCADE, related_name="+", db_constraint=False, db_index=False
    )


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_public_address"), ("cases", "0021_reopened_without_petition")]

    operations = [
        migrations.CreateModel(
            name="FigureMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("case_id", models.BigIntegerField()),
                ("agency_id", models.BigIntegerField(null=True)),
                ("procedure_id", models.BigIntegerField(null=True)),
                ("day", models.DateField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="FigureDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(help_text="on which they were sent, in Vietnam")),
                ("received", models.IntegerField()),
                ("answered", models.IntegerField()),
                ("on_time", models.IntegerField(help_text="of those answered")),
                ("closed", models.IntegerField(help_text="ended, with an answer or joined to another")),
                ("stars", models.IntegerField(help_text="the sum of all ratings")),
                ("rated", models.IntegerField()),
                ("agency", _to("directory.agency")),
                ("procedure", _to("cases.procedure")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["day", "agency", "procedure"], name="figures_once_a_day")],
            },
        ),
        migrations.RunSQL(_COUNTED + _MARKED + _MARK, _DROP),
    ]
