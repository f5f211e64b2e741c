"""Keeping the sums of reports (`figure_tables.py`) right: what is marked is worked out anew, all are held against the reports."""

from datetime import date

from django.db import connection
from django.db.models import Max, Min

from tinhso.blocks.cases.queries import all_cases
from tinhso.kernel.actions import action
from tinhso.kernel.time import local
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.figure_tables import FigureDay, FigureMark
from tinhso.services.reports.figures import COLUMNS

MOST_MARKS = 20_000
_DAYS_AT_ONCE = 31

_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('reports.figures', 0))"
_KEYS = "agency_id, procedure_id, day"
_SAME = "(kept.agency_id, kept.procedure_id, kept.day)"

_WRITE = f"""
counted AS MATERIALIZED (
    SELECT {_KEYS}, fresh.* FROM touched CROSS JOIN LATERAL reports_counted(agency_id, procedure_id, day) AS fresh
), gone AS (
    DELETE FROM reports_figureday AS kept USING counted AS one
    WHERE one.received = 0 AND {_SAME} = (one.agency_id, one.procedure_id, one.day) RETURNING 1
), written AS (
    INSERT INTO reports_figureday AS kept ({_KEYS}, {", ".join(COLUMNS)})
    SELECT {_KEYS}, {", ".join(COLUMNS)} FROM counted WHERE received > 0
    ON CONFLICT (day, agency_id, procedure_id) DO UPDATE SET {", ".join(f"{name} = EXCLUDED.{name}" for name in COLUMNS)}
    WHERE ({", ".join(f"kept.{name}" for name in COLUMNS)}) IS DISTINCT FROM ({", ".join(f"EXCLUDED.{name}" for name in COLUMNS)})
    RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)
"""  # noqa: S608 - our own names

# the marks were read by a statement before this one: what they tell of is committed, and seen here
_MARKED = f"""
WITH marks AS MATERIALIZED (SELECT * FROM reports_figuremark WHERE id = ANY(%(marks)s)),
touched AS MATERIALIZED (
    SELECT {_KEYS} FROM marks WHERE day IS NOT NULL
    UNION
    SELECT c.agency_id, c.procedure_id, (c.submitted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
    FROM marks JOIN cases_case AS c ON c.id = marks.case_id WHERE c.family = 'report'
), {_WRITE}"""  # noqa: S608

_DAYS = f"""
WITH touched AS MATERIALIZED (
    SELECT {_KEYS} FROM (
        SELECT {_KEYS} FROM reports_figureday WHERE day BETWEEN %(first)s AND %(last)s
        UNION
        SELECT agency_id, procedure_id, (submitted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date FROM cases_case
        WHERE family = 'report' AND submitted_at >= %(first)s::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'
            AND submitted_at < (%(last)s + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'
    ) AS every
    EXCEPT SELECT {_KEYS} FROM reports_marked()
), {_WRITE}"""  # noqa: S608


@action
def settle_figures() -> int:
    """Work out the sums that are marked, at most some thousand marks; how many marks there were.

    One at a time: another one waits, so that an older count is never written over a newer one.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ALONE)
        marks = list(FigureMark.objects.order_by("pk").values_list("pk", flat=True)[:MOST_MARKS])
        if marks:
            cursor.execute(_MARKED, {"marks": marks})
            FigureMark.objects.filter(pk__in=marks).delete()
    return len(marks)


@action
def recount_days(first: date, last: date) -> int:
    """Work out every sum of these days from the reports; how many were wrong though nothing had marked them."""
    with connection.cursor() as cursor:
        cursor.execute(_ALONE)
        cursor.execute(_DAYS, {"first": first, "last": last})
        row = cursor.fetchone()
    return int(row[0])


def recount_figures() -> int:
    """The same of all days, a month a transaction."""
    while settle_figures() == MOST_MARKS:
        pass
    sent = all_cases(REPORTS).aggregate(first=Min("submitted_at"), last=Max("submitted_at"))
    kept = FigureDay.objects.aggregate(first=Min("day"), last=Max("day"))
    days = [local(moment).date() for moment in sent.values() if moment] + [day for day in kept.values() if day]
    if not days:
        return 0
    months = range(min(days).toordinal(), max(days).toordinal() + 1, _DAYS_AT_ONCE)
    return sum(recount_days(date.fromordinal(first), date.fromordinal(first + _DAYS_AT_ONCE - 1)) for first in months)
