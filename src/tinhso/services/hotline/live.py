"""Whether anything at a line has changed, asked by every open desk every second: one statement that reads a few rows by index.

It says *that* something is different, not what: a mark of the facts that the desk is drawn from. Which part has to be drawn anew
is worked out only then. Why not by events from the server: docs/adr/0020-the-desk-asks.md.
"""

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from tinhso.blocks.directory.models import Person
from tinhso.kernel.errors import NotFound
from tinhso.services.hotline.queries import RINGS

# a = the agent; what the desk shows must be among these
_FACTS = {
    "spells": """SELECT string_agg(concat_ws(':', s.agent_id, s.state), ',' ORDER BY s.agent_id)
        FROM hotline_spell s JOIN hotline_agent b ON b.id = s.agent_id WHERE b.line_id = a.line_id AND s.until IS NULL""",
    "calls": """SELECT string_agg(concat_ws(':', c.id, c.state, c.agent_id, c.aimed, c.started_at > %(rings)s), ',' ORDER BY c.id)
        FROM hotline_call c WHERE c.line_id = a.line_id AND c.ended_at IS NULL""",
    "legs": """SELECT string_agg(concat_ws(':', g.id, g.answered_at IS NULL, g.handed_by_id), ',' ORDER BY g.id)
        FROM hotline_leg g JOIN hotline_call c ON c.id = g.call_id WHERE c.line_id = a.line_id AND c.ended_at IS NULL""",
    "unwritten": """SELECT max(c.id)
        FROM hotline_call c WHERE c.agent_id = a.id AND c.state = 'ended' AND c.wrapped_at IS NULL""",
    "missed": """SELECT concat_ws(':', count(*), max(c.id)) FROM hotline_call c
        WHERE c.line_id = a.line_id AND c.state = 'missed' AND c.direction = 'in' AND c.seen_at IS NULL""",
    "callbacks": """SELECT concat_ws(':', count(*), max(b.id), sum(b.calls), sum(b.attempts), sum(b.owner_id),
        count(*) FILTER (WHERE b.due_at < %(at)s)) FROM hotline_callback b WHERE b.line_id = a.line_id AND b.done_at IS NULL""",
    "written": """SELECT string_agg(concat_ws(':', w.id, w.state, w.agent_id, w.last_at), ',' ORDER BY w.id)
        FROM hotline_conversation w WHERE w.line_id = a.line_id AND w.waiting_since IS NOT NULL""",
}
_MARK = f"""SELECT md5(ROW(a.id, {", ".join(f"({query})" for query in _FACTS.values())})::text)
    FROM hotline_agent a JOIN hotline_line l ON l.id = a.line_id
    WHERE a.person_id = %(person)s AND a.active AND l.active"""  # noqa: S608 - our own words


def mark(person: Person, at: datetime) -> str:
    """It differs when anything on the person's desk is different.

    Raises:
        NotFound: the person answers no line.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MARK, {"person": person.pk, "at": at, "rings": at - RINGS})
        row = cursor.fetchone()
    if row is None:
        raise NotFound(_("Bạn chưa được giao máy nào ở tổng đài."))
    return str(row[0])
