"""A year of a calendar, counted through once."""

from array import array
from collections.abc import Callable
from datetime import date
from functools import cache

from tinhso.kernel.time.windows import Windows, second_of_day


class Year:
    """One year counted through.

    first: the ordinal of 1 January. spans: opening windows in seconds of each day. working: ordinals of the working days.
    days, seconds: working days and working seconds before each day; one entry more than the year has days.
    """

    __slots__ = ("days", "first", "seconds", "spans", "working")

    def __init__(self, number: int, windows_of: Callable[[date], Windows]) -> None:
        self.first = date(number, 1, 1).toordinal()
        self.days, self.seconds, self.working = array("H", [0]), array("L", [0]), array("L")
        self.spans: list[tuple[tuple[int, int], ...]] = []
        for ordinal in range(self.first, date(number + 1, 1, 1).toordinal()):
            windows = windows_of(date.fromordinal(ordinal))
            if windows:
                self.working.append(ordinal)
            self.days.append(len(self.working))
            self.seconds.append(self.seconds[-1] + sum(window.seconds for window in windows))
            self.spans.append(_spans(windows))


@cache
def _spans(windows: Windows) -> tuple[tuple[int, int], ...]:
    return tuple((second_of_day(window.start), second_of_day(window.end)) for window in windows)
