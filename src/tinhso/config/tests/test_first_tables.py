"""The tables that new installations and the tests begin with are those that Django makes by itself."""

import pytest
from django.contrib.gis.geos import Point
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from tinhso.blocks.directory.models import Unit
from tinhso.config.tests.template import migrated_template, working_in

_TABLES = """
    SELECT 'column', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated,
           (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE (adrelid, adnum) = (attrelid, attnum))
      FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
     WHERE attnum > 0 AND NOT attisdropped AND relnamespace = 'public'::regnamespace
    UNION ALL SELECT 'index', tablename::regclass, indexname, indexdef, NULL, NULL, NULL, NULL
      FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid), NULL, NULL, NULL, NULL
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'trigger', tgrelid::regclass, tgname, pg_get_triggerdef(oid), NULL, NULL, NULL, NULL
      FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'function', NULL, proname, prosrc, NULL, NULL, NULL, NULL
      FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prolang <> (SELECT oid FROM pg_language WHERE lanname = 'c')
    UNION ALL SELECT 'right', NULL, codename, name, NULL, NULL, NULL, NULL FROM auth_permission
"""


@pytest.mark.usefixtures("django_db_setup")
def test_the_tables_are_those_that_django_makes_by_itself(django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        sparing = migrated_template()
        usual = f"{sparing}_usual"
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {usual}")
            cursor.execute(f"CREATE DATABASE {usual}")
        try:
            with working_in(usual):
                call_command("migrate", verbosity=0, interactive=False)
                expected = _tables()
            with working_in(sparing):
                assert _tables() == expected
        finally:
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"DROP DATABASE {usual}")
        # later tests of this process write geometries, whose type has another number in each database
        assert not Unit.objects.filter(centre=Point(106, 10, srid=4326)).exists()


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return sorted(map(str, cursor.fetchall()))
