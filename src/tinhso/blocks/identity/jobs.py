from datetime import UTC, datetime

from django.contrib.sessions.backends.db import SessionStore

from tinhso.blocks.identity.actions import forget_old_tries
from tinhso.kernel.jobs import periodic


@periodic("17 * * * *", queue="housekeeping")
def clear_old_tries(timestamp: int) -> None:
    """Counts of sign-in tries are kept no longer than they are needed."""
    forget_old_tries(at=datetime.fromtimestamp(timestamp, UTC))


@periodic("43 * * * *", queue="housekeeping")
def clear_ended_sessions(timestamp: int) -> None:
    """Sessions nobody has used for eight hours; the rows stay until somebody sweeps."""
    SessionStore.clear_expired()
