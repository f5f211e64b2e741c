"""Recordings are deleted on their day; calls whose hang-up never came and conversations nobody goes on with are ended."""

from datetime import datetime

from tinhso.kernel.jobs import periodic
from tinhso.kernel.time import VIETNAM
from tinhso.services.hotline.actions.answering import close_quiet
from tinhso.services.hotline.actions.recordings import delete_due_recordings
from tinhso.services.hotline.actions.telephony import end_forgotten_calls


@periodic("40 1 * * *", queue="housekeeping")
def delete_old_recordings(timestamp: int) -> None:
    delete_due_recordings(datetime.fromtimestamp(timestamp, VIETNAM).date())


@periodic("*/15 * * * *", queue="housekeeping")
def close_forgotten_calls(timestamp: int) -> None:
    end_forgotten_calls(datetime.fromtimestamp(timestamp, VIETNAM))


@periodic("*/10 * * * *", queue="housekeeping")
def close_quiet_conversations(timestamp: int) -> None:
    close_quiet(datetime.fromtimestamp(timestamp, VIETNAM))
