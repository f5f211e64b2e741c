from datetime import UTC, datetime
from functools import partial

from tinhso.kernel.jobs import for_each, periodic
from tinhso.services.portal.actions import warn_or_delete
from tinhso.services.portal.queries import idle_drafts

_A_NIGHT = 2000


@periodic("23 2 * * *", queue="housekeeping")
def look_after_drafts(timestamp: int) -> None:
    """Applications nobody goes on with: their authors are told, two weeks later they are deleted. Each by itself."""
    at = datetime.fromtimestamp(timestamp, UTC)
    for_each(idle_drafts(at)[:_A_NIGHT], partial(warn_or_delete, at=at))
