"""The audit log refuses update, delete and truncate to everybody, whatever their rights on the tables.

The application's role lacks those rights anyway; the triggers hold where one role does everything. They make tampering a deliberate
change of the schema; the chain of seals then shows it.
"""

from django.db import migrations

_TABLES = ("audit_auditentry", "audit_auditseal")

_REFUSE = """
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % refused: the audit log is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
"""
_GUARD = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""
_UNGUARD = """
DROP TRIGGER {table}_append_only ON {table};
DROP TRIGGER {table}_no_truncate ON {table};
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(
            _REFUSE + "".join(_GUARD.format(table=table) for table in _TABLES),
            "".join(_UNGUARD.format(table=table) for table in _TABLES) + "DROP FUNCTION audit_refuse_change();",
        )
    ]
