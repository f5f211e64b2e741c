"""The tables after a test that committed."""

from functools import cache

from django.db import connection, transaction

from tinhso.config.grants import APPEND_ONLY


def empty_tables() -> None:
    """After a test with real transactions: empty what is not empty. Django truncates each of a hundred tables."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in _tables()))
        for (name,) in cursor.fetchall():
            cursor.execute(f"TRUNCATE {name}" if name in APPEND_ONLY else f"DELETE FROM {name}")


@cache
def _tables() -> list[str]:
    """All but those that migrating fills. The last first: so those of the queue come after what points to them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user ORDER BY 1 DESC"
        )
        names = [name for (name,) in cursor.fetchall()]
    return [
        name for name in names if name not in ("django_migrations", "django_content_type", "auth_permission", "spatial_ref_sys")
    ]
