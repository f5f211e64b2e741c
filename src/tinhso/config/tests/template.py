"""The tables of the tests, made once: the test database of each process, and of each later run, is a copy.

Making them step by step takes four seconds of a processor, copying them less than one. The template lies beside the test
database, named after it, and notes the version of the code it was made by; another version makes it anew.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection

from tinhso.config.first_tables import sparing
from tinhso.config.schema import code_version


def migrated_template() -> str:
    """The name of a database with all tables and no rows; the first process that asks makes it, others wait for it."""
    name, version = f"{os.environ.get('TINHSO_TEST_DB', 'test_tinhso')}_template", code_version()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchall() == [(version,)]:
            return name
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name}")
        with working_in(name), _unmeasured(), sparing():
            call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
        cursor.execute(f"COMMENT ON DATABASE {name} IS '{version}'")
    return name


@contextmanager
def working_in(database: str) -> Iterator[None]:
    """The connection leads to another database meanwhile."""
    usual = connection.settings_dict["NAME"]
    _leads_to(database)
    try:
        yield
    finally:
        _leads_to(usual)


def _leads_to(database: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = database
    # the numbers of PostGIS's types differ from database to database; Django keeps them for the connection's alias
    for known in connection._type_infos.values():
        known.pop(connection.alias, None)


@contextmanager
def _unmeasured() -> Iterator[None]:
    """Without the measuring of coverage, which would take the migrating of Django itself twice as long."""
    trace = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(trace)
