"""The one time zone of the house."""

from datetime import datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
"""+07:00 without summer time, everywhere in the country, since June 1975: within a calendar's years wall time is arithmetic."""


def local(moment: datetime) -> datetime:
    """The same moment in Vietnamese time.

    Raises:
        ValueError: `moment` is naive, so that nobody knows when it is.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(VIETNAM)
