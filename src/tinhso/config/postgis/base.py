"""Django's PostGIS backend, which looks before each request whether its kept connection still stands.

Django asks the server `SELECT 1`, at the price of a statement a request. A connection the server has closed can be seen without
asking: something waits to be read on it (the server's last word, or its end), although nothing was asked.
"""

import select

from django.contrib.gis.db.backends.postgis.base import DatabaseWrapper as PostGIS
from psycopg.pq import TransactionStatus


class DatabaseWrapper(PostGIS):
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
