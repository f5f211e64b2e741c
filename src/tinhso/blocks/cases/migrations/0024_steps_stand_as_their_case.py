"""A step knows whether its case runs, stands still or is decided: whoever counts the work of a post need not look at its cases.

Which of them, the database writes when a case changes; a step begins as its case stands then (`actions.tasks.open_step`).
"""

from django.db import migrations, models

# `models.steps.Stand`, of a case; no function of the database, as taking one apart costs every change of a case
STAND_OF = """(CASE
    WHEN {0}.status IN (5, 6) OR ({0}.ended_at IS NULL AND {0}.received_at IS NOT NULL AND {0}.due_at IS NULL) THEN 1
    WHEN {0}.ended_at IS NOT NULL THEN 2
    ELSE 0
END)"""
_TRIGGER = f"""
CREATE FUNCTION cases_steps_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE cases_step SET stand = {STAND_OF.format("NEW")} WHERE case_id = NEW.id AND done_at IS NULL AND NOT cancelled;
    RETURN NULL;
END $$;
CREATE TRIGGER steps_stand AFTER UPDATE OF status, received_at, due_at, ended_at ON cases_case FOR EACH ROW
    WHEN ({STAND_OF.format("OLD")} <> {STAND_OF.format("NEW")}) EXECUTE FUNCTION cases_steps_stand();
"""  # noqa: S608 - no values
_GONE = "DROP TRIGGER steps_stand ON cases_case; DROP FUNCTION cases_steps_stand();"


class Migration(migrations.Migration):
    dependencies = [("cases", "0023_fewer_indexes")]

    operations = [
        migrations.AddField(
            "step",
            "stand",
            models.SmallIntegerField(
                choices=[(0, "Runs"), (1, "Still"), (2, "Decided")],
                db_default=0,
                default=0,
                help_text="of its case while the step is open",
            ),
        ),
        migrations.RunSQL(_TRIGGER, _GONE),
    ]
