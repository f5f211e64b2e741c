"""The queue of an earlier day is closed."""

from datetime import datetime

from tinhso.kernel.jobs import periodic
from tinhso.kernel.time import VIETNAM
from tinhso.services.queueing.actions.days import close_days_before


@periodic("5 * * * *", queue="housekeeping")
def close_yesterday(timestamp: int) -> None:
    close_days_before(datetime.fromtimestamp(timestamp, VIETNAM))
