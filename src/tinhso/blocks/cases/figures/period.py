"""Periods of figures: a month, a quarter, a year, or from one day to another. The text of a period stands in addresses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self

from django.utils.translation import gettext as _

from tinhso.kernel.errors import Invalid
from tinhso.kernel.time import VIETNAM, local
from tinhso.kernel.time.calendar import FIRST_YEAR, LAST_YEAR

_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_QUARTER = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)
_YEAR = re.compile(r"(\d{4})", re.ASCII)
_DAYS = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})", re.ASCII)
_MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Period:
    """Whole days from `first` to `last`, both included. `text` is how addresses write it: 2026-11, 2026-Q4, 2026, or A..B."""

    text: str
    first: date
    last: date

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `text` of a period says.

        Raises:
            Invalid: it says no period.
        """
        try:
            period = cls._read(text)
        except (ValueError, OverflowError) as error:
            raise _no_period(text) from error
        if period is None or not (
            FIRST_YEAR <= period.first.year <= period.last.year < LAST_YEAR and period.first <= period.last
        ):
            raise _no_period(text)
        return period

    @classmethod
    def _read(cls, text: str) -> Self | None:
        if found := _MONTH.fullmatch(text):
            return cls._months(text, int(found[1]), int(found[2]), 1)
        if found := _QUARTER.fullmatch(text):
            return cls._months(text, int(found[1]), 3 * int(found[2]) - 2, 3)
        if found := _YEAR.fullmatch(text):
            return cls._months(text, int(found[1]), 1, _MONTHS_A_YEAR)
        if found := _DAYS.fullmatch(text):
            return cls(text, date.fromisoformat(found[1]), date.fromisoformat(found[2]))
        return None

    @classmethod
    def _months(cls, text: str, year: int, month: int, count: int) -> Self:
        after = year * _MONTHS_A_YEAR + month - 1 + count
        following = date(after // _MONTHS_A_YEAR, after % _MONTHS_A_YEAR + 1, 1)
        return cls(text, date(year, month, 1), following - timedelta(days=1))

    @classmethod
    def month_of(cls, moment: datetime) -> Self:
        return cls.parse(f"{local(moment):%Y-%m}")

    @classmethod
    def last_twelve_months(cls, moment: datetime) -> Self:
        """From the month after this one a year ago until the end of this month."""
        this = cls.month_of(moment)
        first = date(this.first.year - (this.first.month < _MONTHS_A_YEAR), this.first.month % _MONTHS_A_YEAR + 1, 1)
        return cls.parse(f"{first}..{this.last}")

    @property
    def start(self) -> datetime:
        """The first moment."""
        return datetime.combine(self.first, time(), VIETNAM)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), VIETNAM)

    def __str__(self) -> str:
        first = self.first
        if _MONTH.fullmatch(self.text):
            return _("Tháng %(month)d/%(year)d") % {"month": first.month, "year": first.year}
        if found := _QUARTER.fullmatch(self.text):
            return _("Quý %(quarter)s/%(year)d") % {"quarter": found[2], "year": first.year}
        if _YEAR.fullmatch(self.text):
            return _("Năm %(year)d") % {"year": first.year}
        return _("Từ %(first)s đến %(last)s") % {"first": f"{first:%d/%m/%Y}", "last": f"{self.last:%d/%m/%Y}"}


def recent(moment: datetime) -> Iterator[Period]:
    """What is usually asked for: the last thirteen months, five quarters, three years; the newest of each first."""
    today = local(moment).date()
    months = today.year * _MONTHS_A_YEAR + today.month - 1
    for month in range(months, months - 13, -1):
        yield Period.parse(f"{month // _MONTHS_A_YEAR}-{month % _MONTHS_A_YEAR + 1:02d}")
    quarters = months // 3
    for quarter in range(quarters, quarters - 5, -1):
        yield Period.parse(f"{quarter // 4}-Q{quarter % 4 + 1}")
    for year in range(today.year, today.year - 3, -1):
        yield Period.parse(str(year))


def _no_period(text: str) -> Invalid:
    return Invalid(
        _("Không hiểu kỳ số liệu “%(text)s”. Hãy ghi như 2026-11, 2026-Q4, 2026 hoặc 2026-11-01..2026-11-15.")
        % {"text": text[:40]}
    )
