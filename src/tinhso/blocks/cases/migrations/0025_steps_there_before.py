"""The steps that were there before learn how their cases stand: fifty thousand at a time, so that nobody who finishes one waits long."""

from importlib import import_module

from django.db import migrations

_STAND = import_module("tinhso.blocks.cases.migrations.0024_steps_stand_as_their_case").STAND_OF.format("c")
_FILL = f"""
DO $$
DECLARE
    first bigint := 0;
    last bigint := (SELECT max(id) FROM cases_step);
BEGIN
    WHILE first <= last LOOP
        UPDATE cases_step SET stand = {_STAND} FROM cases_case c
        WHERE cases_step.id > first AND cases_step.id <= first + 50000 AND done_at IS NULL AND NOT cancelled
            AND c.id = case_id AND {_STAND} <> stand;
        COMMIT;
        first := first + 50000;
    END LOOP;
END $$;
"""  # noqa: S608 - no values


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0024_steps_stand_as_their_case")]

    operations = [migrations.RunSQL(_FILL, migrations.RunSQL.noop)]
