"""How long people waited and were served, counted from tickets and turns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from tinhso.blocks.directory.models import Agency

# the label of a row, by what the figures are divided
_BY = {
    "all": "''",
    "day": "to_char(ticket.day, 'YYYY-MM-DD')",
    "line": "line.letter || ': ' || line.title",
    "counter": "lpad(visit.counter::text, 2, '0')",
    "hour": "to_char(ticket.taken_at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'HH24')",
}

_FIGURES = """
SELECT {label} AS label, count(*), count(*) FILTER (WHERE ticket.state = 'done'), count(*) FILTER (WHERE ticket.absences > 0),
       avg(visit.wait), percentile_cont(0.9) WITHIN GROUP (ORDER BY visit.wait), avg(visit.served)
FROM queueing_ticket ticket
JOIN queueing_line line ON line.id = ticket.line_id
LEFT JOIN LATERAL (
    SELECT min(greatest(turn.called_at - ticket.place_at, interval '0')) AS wait, sum(turn.ended_at - turn.began_at) AS served,
           (array_agg(counter.number ORDER BY turn.called_at DESC))[1] AS counter
    FROM queueing_turn turn JOIN queueing_counter counter ON counter.id = turn.counter_id
    WHERE turn.ticket_id = ticket.id
) visit ON true
WHERE ticket.agency_id = %s AND ticket.day BETWEEN %s AND %s
GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True)
class Figures:
    """One row.

    wait: from the ticket, or the time of the appointment, to the first call; wait_90: nine of ten waited no longer; service: at
    counters, together.
    """

    label: str
    tickets: int
    served: int
    absent: int
    wait: timedelta | None
    wait_90: timedelta | None
    service: timedelta | None


def figures(agency: Agency, first: date, last: date, *, by: str) -> Sequence[Figures]:
    """The figures of the days from `first` to `last`, divided by "all", "day", "line", "counter" or "hour" (of the ticket)."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES.format(label=_BY[by]), [agency.pk, first, last])
        return [Figures(label or "", *row) for label, *row in cursor.fetchall()]


def minutes(span: timedelta | None) -> float | None:
    """A length of time in minutes, to a tenth."""
    return None if span is None else round(span.total_seconds() / 60, 1)
