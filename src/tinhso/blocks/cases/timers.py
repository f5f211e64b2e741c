"""When the timers of a process run out."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from tinhso.blocks.cases.bpmn.vocabulary import WATCH
from tinhso.blocks.directory.calendars import agency_calendar
from tinhso.blocks.directory.models import Agency
from tinhso.kernel.time import Pause, Term, due

_NUMBER = re.compile(r"(\d+)([DHM])")
_UNITS = {"D": "days", "H": "hours", "M": "minutes"}


def runs_out(timer: str, agency: Agency, *, opened_at: datetime, stood: Iterable[Pause]) -> datetime | None:
    """An ISO duration runs by the watch; a term by the agency's calendar, standing still while the case's clock does (None).

    `stood`: when that was.
    """
    if WATCH.fullmatch(timer):
        return opened_at + timedelta(**{_UNITS[unit]: int(amount) for amount, unit in _NUMBER.findall(timer)})
    pauses = [pause for pause in stood if pause.end is None or pause.end > opened_at]
    return due(Term.parse(timer), opened_at, agency_calendar(agency), pauses).at
