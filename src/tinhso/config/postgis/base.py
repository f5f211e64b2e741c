"""Django's PostGIS backend, with two things made cheaper that every request pays for.

Django asks the server `SELECT 1` before each request whether a kept connection still stands, at the price of a statement. A
connection the server has closed can be seen without asking: something waits to be read on it (the server's last word, or its
end), although nothing was asked.

And Django reads moments by a class in Python, eight calls each, which gives them the time zone the connection has anyway: two
fifths of all calls of a list of fifty cases. They are read by psycopg's own class, in C where it is installed so.
"""

import select
from datetime import UTC
from typing import Any

from django.contrib.gis.db.backends.postgis.base import DatabaseWrapper as PostGIS
from psycopg import adapters
from psycopg.pq import Format, TransactionStatus

_MOMENT = adapters.types["timestamptz"].oid


class DatabaseWrapper(PostGIS):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        if self._reads_moments_as_they_come:
            connection.adapters.register_loader(_MOMENT, adapters.get_loader(_MOMENT, Format.TEXT))
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        """Without looking for Django's reader of moments."""
        if not self._reads_moments_as_they_come:
            return super().create_cursor(name)
        if name:
            return self.connection.cursor(name, scrollable=False, withhold=self.connection.autocommit)
        return self.connection.cursor()

    @property
    def _reads_moments_as_they_come(self) -> bool:
        """Where the connection speaks UTC; Django has cursors of its own where values are put into statements before they go."""
        return self.timezone is UTC and bool(self.settings_dict["OPTIONS"].get("server_side_binding"))

    def is_usable(self) -> bool:
        """Whether statements can be sent. Between transactions the server is asked only when it has said something by itself."""
        if self.connection is None or self.connection.closed:
            return False
        between = self.connection.info.transaction_status == TransactionStatus.IDLE
        if between and not _has_to_say(self.connection.fileno()):
            return True
        return bool(super().is_usable())


def _has_to_say(socket: int) -> bool:
    waiting = select.poll()  # unlike select(), for any number of open files
    waiting.register(socket, select.POLLIN)
    return bool(waiting.poll(0))
