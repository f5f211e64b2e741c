"""What the application's role may do: read and write rows, but neither change the schema nor rewrite the audit log."""

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

APPEND_ONLY = ("audit_auditentry", "audit_auditseal")
READ_ONLY = ("django_migrations",)


def guard_audit_log(connection: BaseDatabaseWrapper) -> None:
    """Switch the triggers that refuse changes of the audit log on again where somebody has switched one off."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND t.tgenabled NOT IN ('O', 'A') AND c.oid = ANY(%s::regclass[])",
            [list(APPEND_ONLY)],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {connection.ops.quote_name(name)} ENABLE TRIGGER USER")


def grant_application_rights(connection: BaseDatabaseWrapper, role: str) -> None:
    """Give `role` its rights on every table and sequence of the connected owner, now and in future. Safe to repeat.

    Runs in one transaction, so that a running application never sees a table without rights.
    """
    quoted = connection.ops.quote_name(role)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user ORDER BY 1")
        tables = [name for (name,) in cursor.fetchall()]
        listed = {name: connection.ops.quote_name(name) for name in tables}
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quoted}")
        if tables:
            cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(listed.values())} TO {quoted}")
        for name in APPEND_ONLY:
            if name in listed:
                cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {listed[name]} FROM {quoted}")
        for name in READ_ONLY:
            if name in listed:
                cursor.execute(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {listed[name]} FROM {quoted}")
        cursor.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND sequenceowner = current_user")
        if sequences := [connection.ops.quote_name(name) for (name,) in cursor.fetchall()]:
            cursor.execute(f"GRANT USAGE, SELECT ON SEQUENCE {', '.join(sequences)} TO {quoted}")
        default = "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT"
        cursor.execute(f"{default} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {quoted}")
        cursor.execute(f"{default} USAGE, SELECT ON SEQUENCES TO {quoted}")
