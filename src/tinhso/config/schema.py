"""Bringing the database up to the version of the code: tables, then the rights of the application's role.

The owner of the schema does it; the application's role cannot. The version is noted in the database itself, as a comment on the
table of migrations, so that a start that finds it current need not ask Django.
"""

import hashlib
import os
from collections.abc import Callable
from contextlib import nullcontext
from urllib.parse import urlsplit

from tinhso.config.environment import ROOT
from tinhso.config.postgres import APP


def code_version() -> str:
    """A digest of everything that decides the tables: our migrations, and the versions of the libraries that bring their own."""
    mark = hashlib.sha256((ROOT / "requirements" / "app.lock").read_bytes())
    for file in sorted((ROOT / "src" / "tinhso").glob("**/migrations/*.py")):
        mark.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    for name in ("first_tables.py", "grants.py", "schema.py"):
        mark.update((ROOT / "src" / "tinhso" / "config" / name).read_bytes())
    return mark.hexdigest()[:32]


def application_role() -> str | None:
    """The role whose rights are to be set; None where one role does everything."""
    url, owner_url = os.environ.get("DATABASE_URL"), os.environ.get("DATABASE_OWNER_URL")
    if not url:
        return APP
    role = urlsplit(url).username
    return role if owner_url and role and role != urlsplit(owner_url).username else None


def migrate(report: Callable[[str], None]) -> int:
    """Apply what is missing, set rights and guards, note the version. Returns the number of steps applied.

    Needs Django set up as owner (`tinhso.config.process.product(as_owner=True)`).
    """
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from tinhso.config.first_tables import sparing
    from tinhso.config.grants import grant_application_rights, guard_audit_log

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        report(f"{len(plan)} bước / steps")
        with nullcontext() if executor.loader.applied_migrations else sparing():
            call_command("migrate", interactive=False, verbosity=0)
    guard_audit_log(connection)
    if role := application_role():
        grant_application_rights(connection, role)
    with connection.cursor() as cursor:
        cursor.execute(f"COMMENT ON TABLE django_migrations IS '{code_version()}'")
    return len(plan)
