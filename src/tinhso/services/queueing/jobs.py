"""The queue of an earlier day is closed; appointments are called to mind, and those that nobody kept are marked."""

from datetime import datetime

from tinhso.kernel.jobs import periodic
from tinhso.kernel.time import VIETNAM
from tinhso.services.queueing.actions.appointments import mark_missed, remind
from tinhso.services.queueing.actions.days import close_days_before


@periodic("5 * * * *", queue="housekeeping")
def close_yesterday(timestamp: int) -> None:
    close_days_before(datetime.fromtimestamp(timestamp, VIETNAM))


@periodic("*/10 * * * *", queue="housekeeping")
def look_after_appointments(timestamp: int) -> None:
    at = datetime.fromtimestamp(timestamp, VIETNAM)
    remind(at)
    mark_missed(at)
