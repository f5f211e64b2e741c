"""Fills the filled database with citizens' reports.

Each is a copy of one of a few that went through the product's own actions, made in the database itself: another agency, another
place nearby, some days earlier. Run it as the owner of the schema, with nobody else at work.
"""

from collections.abc import Callable
from random import Random
from secrets import token_hex
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from bench.complaints import Lives
from bench.fill import busy_agencies, commune_agencies
from tinhso.blocks.cases.queries import all_cases
from tinhso.services.reports.actions.moderating import publish
from tinhso.services.reports.actions.recounting import recount_figures
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.models import Report

BATCH = 20_000
_TEMPLATES = 40
_DAYS = 400
_TRIGGERED = ("cases_case", "reports_report", "cases_rating")
SHARE_STILL_OPEN = 0.08
_LEAN = ("cases.Case", "cases.CaseForm", "cases.CasePlace", "reports.Report")
_REST = ("cases.Party", "cases.Step", "cases.TimelineEntry", "cases.CaseAccess")

_MAP = """
CREATE TEMPORARY TABLE made ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('cases_case', 'id')) AS id, old.id AS old_id, old.agency_id AS old_agency,
    old.code AS old_code, drawn.agency,
    make_interval(days => CASE WHEN old.ended_at IS NULL THEN drawn.day %% 21 ELSE drawn.day END) AS back,
    format('PA-B%%s-%%s', old.id, to_hex(drawn.number)) AS code, random() * 0.02 - 0.01 AS east, random() * 0.02 - 0.01 AS north
FROM (
    SELECT (random() * 1e15)::bigint AS number, floor(random() * %(days)s)::int AS day,
        (%(agencies)s::bigint[])[1 + floor(power(random(), 2) * %(count_agencies)s)::int] AS agency,
        CASE WHEN random() < %(open_share)s THEN (%(open)s::bigint[])[1 + floor(random() * %(templates)s)::int]
            ELSE (%(ended)s::bigint[])[1 + floor(random() * %(templates)s)::int] END AS old_id
    FROM generate_series(1, %(count)s)
) AS drawn JOIN cases_case AS old ON old.id = drawn.old_id
"""
_RATE = """
INSERT INTO cases_rating (case_id, stars, comment, given_at)
SELECT made.id, 1 + floor(random() * 5)::int, '', c.ended_at FROM made JOIN cases_case AS c ON c.id = made.id
WHERE c.ended_at IS NOT NULL AND random() < 0.3
"""


def fill_reports(wanted: int, *, complete: int, done: Callable[[int], None] = lambda count: None) -> None:
    """Bring the number of reports to `wanted`; after the first `complete` they have no steps, parties and time line."""
    there = all_cases(REPORTS).count()
    if there >= wanted:
        return
    lives = Lives(Random(7))
    keys = [f"template-{token_hex(4)}-{number}" for number in range(_TEMPLATES)]
    ended = [lives.live(key).pk for key in keys]
    still = [lives.send(f"open-{key}").pk for key in keys]
    for report in Report.objects.filter(pk__in=ended + still).select_related("case__agency"):
        publish(report, by=None, text="Ổ gà sâu trước cổng chợ.")
    for first in range(there, wanted, BATCH):
        count = min(BATCH, wanted - first)
        _copy(count, ended, still, _LEAN + (_REST if first < complete else ()))
        done(first + count)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    recount_figures()


def _copy(count: int, ended: list[int], still: list[int], tables: tuple[str, ...]) -> None:
    busy = [agency.pk for agency in busy_agencies()]
    agencies = [*busy, *(agency.pk for agency in commune_agencies() if agency.pk not in busy)]
    values: dict[str, Any] = {
        "count": count, "days": _DAYS, "agencies": agencies, "count_agencies": len(agencies),
        "open_share": SHARE_STILL_OPEN, "open": still, "ended": ended, "templates": _TEMPLATES,
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MAP, values)
        for table in _TRIGGERED:  # what they would mark one by one is counted at the end
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for label in tables:
            cursor.execute(_copied(label))
        cursor.execute(_RATE)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in _TRIGGERED:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _copied(label: str) -> str:
    model = apps.get_model(label)
    table, key = model._meta.db_table, "id" if label == "cases.Case" else "case_id"
    columns, values = [], []
    for field in model._meta.concrete_fields:
        name = f't."{field.column}"'
        if field.column == key:
            value = "made.id"
        elif field.primary_key:
            continue
        else:
            value = {
                "agency_id": f"CASE WHEN {name} = made.old_agency THEN made.agency ELSE {name} END",
                "code": "made.code",
                "search": f"replace({name}, lower(made.old_code), lower(made.code))",
                "submission_key": "NULL",
                "point": f"ST_Translate({name}, made.east, made.north)",
            }.get(field.column, f"{name} - made.back" if field.get_internal_type() == "DateTimeField" else name)
        columns.append(f'"{field.column}"')
        values.append(value)
    return (
        f'INSERT INTO "{table}" ({", ".join(columns)}) SELECT {", ".join(values)} '
        f'FROM made JOIN "{table}" AS t ON t."{key}" = made.old_id'
    )
