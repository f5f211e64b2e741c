"""For migrations: let the database stamp every change of a table, so that processes may keep what they read of it."""

from django.db import migrations


def watch(*tables: str) -> migrations.RunSQL:
    """For tables that officers change now and then: two who change the same table wait for each other."""
    made = "".join(
        f"CREATE TRIGGER {table}_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION keeping_stamp();\n"
        for table in tables
    )
    return migrations.RunSQL(made, "".join(f"DROP TRIGGER {table}_stamp ON {table};\n" for table in tables))
