"""Opening hours of a day and of a week."""

from collections.abc import Sequence
from datetime import time
from itertools import pairwise
from typing import NamedTuple, Self

from tinhso.kernel.errors import Invalid

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAY_NAMES = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")


class Window(NamedTuple):
    """A stretch of a day in which the office is open: from `start` until just before `end`, at most 23:59."""

    start: time
    end: time

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "07:00-11:30" (a dash of any length).

        Raises:
            Invalid: not two times of day, or the second is not after the first.
        """
        try:
            start, end = (time.fromisoformat(part.strip()) for part in text.replace("–", "-").split("-"))
            valid = start < end and not start.tzinfo and not end.tzinfo
        except (ValueError, TypeError):
            valid = False
        if not valid:
            raise Invalid(f"Giờ làm việc “{text}” không đúng; hãy ghi như “07:00-11:30”, giờ sau lớn hơn giờ trước.")
        return cls(start.replace(microsecond=0), end.replace(microsecond=0))

    @property
    def seconds(self) -> int:
        """Its length."""
        return second_of_day(self.end) - second_of_day(self.start)

    def __str__(self) -> str:
        return f"{self.start:%H:%M}–{self.end:%H:%M}"


Windows = tuple[Window, ...]
Week = tuple[Windows, ...]
"""Opening windows of Monday to Sunday; empty on days of rest."""
Hours = Sequence[str | Window]
"""Opening windows as people and JSON write them: ["07:00-11:30", "13:30-17:00"]."""

USUAL_HOURS: Windows = (Window(time(7), time(11, 30)), Window(time(13, 30), time(17)))
"""Usual in the Mekong delta; each agency sets its own."""
USUAL_WEEK: Week = (*[USUAL_HOURS] * 5, (), ())


def parse_windows(hours: Hours) -> Windows:
    """Opening windows in the order of the day.

    Raises:
        Invalid: a window is malformed, or two overlap.
    """
    windows = tuple(sorted(Window.parse(hour) if isinstance(hour, str) else hour for hour in hours))
    for earlier, later in pairwise(windows):
        if later.start < earlier.end:
            raise Invalid(f"Giờ làm việc {earlier} và {later} chồng lên nhau.")
    return windows


def second_of_day(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second
