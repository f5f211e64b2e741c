"""Terms: how long an authority may take, in the unit its law uses."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from unicodedata import normalize

from tinhso.kernel.errors import Invalid
from tinhso.kernel.time.calendar import Calendar


class Unit(StrEnum):
    """What a term counts. "Ngày làm việc" and "ngày" are different words of different laws."""

    HOURS = "hours"
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"


_WORDS = {
    "hour": Unit.HOURS,
    "working hour": Unit.HOURS,
    "giờ": Unit.HOURS,
    "giờ làm việc": Unit.HOURS,
    "day": Unit.WORKING_DAYS,
    "working day": Unit.WORKING_DAYS,
    "ngày làm việc": Unit.WORKING_DAYS,
    "calendar day": Unit.CALENDAR_DAYS,
    "ngày": Unit.CALENDAR_DAYS,
}
_CANONICAL = {Unit.HOURS: "hour", Unit.WORKING_DAYS: "day", Unit.CALENDAR_DAYS: "calendar day"}
_LABELS = {
    "vi": {Unit.HOURS: "giờ làm việc", Unit.WORKING_DAYS: "ngày làm việc", Unit.CALENDAR_DAYS: "ngày"},
    "en": {Unit.HOURS: "working hour", Unit.WORKING_DAYS: "working day", Unit.CALENDAR_DAYS: "calendar day"},
}
_LONGEST = {Unit.HOURS: 20_000, Unit.WORKING_DAYS: 3_660, Unit.CALENDAR_DAYS: 3_660}
_QUARTER = Fraction(1, 4)


@dataclass(frozen=True)
class Term:
    """A length of time: whole days, or hours in steps of a quarter.

    Raises:
        Invalid: not positive, longer than ten years, half a day, or less than a quarter of an hour exactly.
    """

    amount: int | float
    unit: Unit = Unit.WORKING_DAYS

    def __post_init__(self) -> None:
        step = _QUARTER if self.unit is Unit.HOURS else 1
        if not 0 < self.amount <= _LONGEST[self.unit]:
            raise Invalid(f"Thời hạn phải lớn hơn 0 và không quá {_LONGEST[self.unit]} {_LABELS['vi'][self.unit]}.")
        if Fraction(self.amount) % step:
            raise Invalid("Thời hạn theo ngày phải là số nguyên; theo giờ thì tính đến 0,25 giờ (nửa ngày: ghi 4 giờ).")
        if self.amount == int(self.amount):
            object.__setattr__(self, "amount", int(self.amount))

    @staticmethod
    @lru_cache(maxsize=1_000)
    def parse(text: str) -> "Term":
        """Read "10 days" (working days), "4 hours" (working hours), "10 calendar days".

        The labels are read as well: "10 ngày làm việc", "4 giờ làm việc", and "10 ngày", which are calendar days as in the law.

        Raises:
            Invalid: anything else.
        """
        found = re.fullmatch(r"(\d{1,6}(?:[.,]\d{1,2})?) ([^\W\d_]+(?: [^\W\d_]+)*)", _plain(text))
        unit = found and (_WORDS.get(found[2]) or _WORDS.get(found[2].removesuffix("s")))
        if not found or not unit:
            raise Invalid(f"Không hiểu thời hạn “{text}”; hãy ghi như “10 days”, “4 hours” hoặc “10 calendar days”.")
        return Term(float(found[1].replace(",", ".")), unit)

    def label(self, lang: str = "vi") -> str:
        """As people say it: "10 ngày làm việc", "4 giờ làm việc", "10 ngày"; in English "10 working days" …"""
        if lang.startswith("vi"):
            return f"{self.amount} {_LABELS['vi'][self.unit]}".replace(".", ",")
        return f"{self.amount} {_plural(_LABELS['en'][self.unit], self.amount)}"

    def unit_label(self, lang: str = "vi") -> str:
        """What it counts: "ngày làm việc"; in English in the plural: "working days"."""
        return _LABELS["vi"][self.unit] if lang.startswith("vi") else f"{_LABELS['en'][self.unit]}s"

    @property
    def seconds(self) -> int:
        """Working seconds of a term in hours.

        Raises:
            ValueError: the term is in days.
        """
        if self.unit is not Unit.HOURS:
            raise ValueError(f"{self} is not a term in hours")
        return int(self.amount * 3600)

    @property
    def days(self) -> int:
        """Days of a term in days.

        Raises:
            ValueError: the term is in hours.
        """
        if self.unit is Unit.HOURS:
            raise ValueError(f"{self} is not a term in days")
        return int(self.amount)

    def __str__(self) -> str:
        """The form `parse` reads, to be stored."""
        return f"{self.amount} {_plural(_CANONICAL[self.unit], self.amount)}"


@dataclass(frozen=True)
class Span:
    """A measured length of time, possibly zero.

    unit: what is counted. amount: days; for hours, working **seconds**.
    """

    amount: int
    unit: Unit

    def label(self, lang: str = "vi") -> str:
        """As people say it: "2 ngày làm việc", "2 giờ 30 phút làm việc"; whole minutes, dropped seconds."""
        vietnamese = lang.startswith("vi")
        if self.unit is not Unit.HOURS:
            unit = _LABELS["vi" if vietnamese else "en"][self.unit]
            return f"{self.amount} {unit if vietnamese else _plural(unit, self.amount)}"
        hours, minutes = divmod(self.amount // 60, 60)
        if vietnamese:
            parts = [f"{hours} giờ"] * bool(hours) + [f"{minutes} phút"] * bool(minutes or not hours)
            return f"{' '.join(parts)} làm việc"
        parts = [f"{hours} h"] * bool(hours and minutes) + [f"{minutes} min"] * bool(minutes or not hours)
        return f"{' '.join(parts)} of working time" if parts else f"{hours} {_plural('working hour', hours)}"


def share(term: Term, percent: float, calendar: Calendar, on: date) -> Term:
    """A step's part of the whole term, rounded down, so that the parts never add up to more than the whole.

    Whole days stay days; a broken number of working days becomes working hours of the calendar's usual day, in quarters of an
    hour. A broken number of calendar days loses its fraction, and less than one becomes working hours. No part is shorter
    than a quarter of an hour.

    Args:
        percent: 0 < percent ≤ 100.
        on: the day whose usual hours make a day, such as that of the step's opening.

    Raises:
        Invalid: `percent` is out of range.
    """
    if not 0 < percent <= 100:
        raise Invalid("Tỷ lệ thời gian của một bước phải lớn hơn 0 và không quá 100 %.")
    exact = Fraction(term.amount) * Fraction(str(percent)) / 100
    if term.unit is not Unit.HOURS and exact >= 1 and (term.unit is Unit.CALENDAR_DAYS or exact.denominator == 1):
        return Term(int(exact), term.unit)
    hours = exact if term.unit is Unit.HOURS else exact * calendar.usual_day(on) / 3600
    return Term(float(max(hours // _QUARTER * _QUARTER, _QUARTER)), Unit.HOURS)


def _plain(text: str) -> str:
    return " ".join(normalize("NFC", text).lower().split())


def _plural(word: str, amount: float) -> str:
    return word if amount == 1 else f"{word}s"
