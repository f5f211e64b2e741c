"""How statements are sent: those that are asked again and again are prepared once per connection.

Planning a small statement costs the database more than running it. But a list or a search must be planned for the very agency and
words it asks for: what is best for a province is not for a small commune.
"""

from typing import Any

from django.db.backends.postgresql.base import ServerBindingCursor  # type: ignore[attr-defined]
from psycopg import _queries

# how often a statement is asked before it is prepared
PREPARE_AFTER = 5

# psycopg takes a statement of more than 50 values apart anew each time; those of `kernel.inserts` have some hundreds
_queries.MAX_CACHED_STATEMENT_PARAMS = 400
_queries.MAX_CACHED_STATEMENT_LENGTH = 16_384


class PreparingCursor(ServerBindingCursor):  # type: ignore[misc]
    def execute(self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool | None = None) -> Any:
        if prepare is None and isinstance(query, str) and depends_on_values(query):
            prepare = False
        return super().execute(query, params, prepare=prepare, binary=binary)


def depends_on_values(statement: str) -> bool:
    """Whether its best plan is another one for other values: it searches, or gives the first few of a long list.

    What lies nearest to a place is found by its index, wherever that is.
    """
    first_few = " LIMIT " in statement and " ORDER BY " in statement and " <-> " not in statement
    return first_few or " LIKE " in statement
