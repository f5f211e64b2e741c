"""The legal clock: pure Python, without Django and without a database. `docs/clock.md` explains the rules with worked examples.

    calendar = Calendar.national()
    promised = due(Term.parse("10 days"), received, calendar, pauses)
    promised.at  # aware, +07:00; None while the clock stands still
    remaining(promised.at, now, calendar).sentence()  # "Còn 2 ngày làm việc"

Everything is immutable, and the time is always passed in: nothing here looks at a watch.
"""

from tinhso.kernel.time.calendar import Calendar
from tinhso.kernel.time.due import Day, Due, Pause, due, step_due
from tinhso.kernel.time.lateness import Lateness, Level, Remaining, lateness, remaining
from tinhso.kernel.time.term import Span, Term, Unit, share
from tinhso.kernel.time.windows import Window
from tinhso.kernel.time.zone import VIETNAM, local

__all__ = [
    "VIETNAM",
    "Calendar",
    "Day",
    "Due",
    "Lateness",
    "Level",
    "Pause",
    "Remaining",
    "Span",
    "Term",
    "Unit",
    "Window",
    "due",
    "lateness",
    "local",
    "remaining",
    "share",
    "step_due",
]
