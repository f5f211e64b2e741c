"""Administrative units as an answer.

An answer is the code of a unit on the day the question is about: `"28249"`. While a person has not got that far it is the code
of the province or district chosen (`"82"`), or `"<that code>/<text typed>"` (`"82/Đạo Thạnh"`, `"/Đạo Thạnh"`), so that nothing
typed is lost; only the first form is valid.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from tinhso.blocks.directory.queries import map_day
from tinhso.blocks.forms.engine.paths import Answers, beside, value_at
from tinhso.blocks.forms.engine.schema import Field
from tinhso.blocks.forms.engine.values import iso_date

LEVELS = {"province": 1, "district": 2, "commune": 3}
TWO_TIERS_SINCE = date(2025, 7, 1)
"""Since then there are no districts (Law 72/2025/QH15)."""


@dataclass(frozen=True)
class PlaceUnit:
    """A unit as the picker shows it; `above` lists the units it lies in, nearest first."""

    code: str
    name: str
    level: int
    above: tuple["PlaceUnit", ...] = ()

    @property
    def full_name(self) -> str:
        """Phường Đạo Thạnh, Tỉnh Đồng Tháp."""
        return ", ".join([self.name, *(unit.name for unit in self.above)])

    @property
    def place(self) -> str:
        return ", ".join(unit.name for unit in self.above)

    @property
    def province(self) -> str:
        return self.code_at(1)

    @property
    def district(self) -> str:
        return self.code_at(2)

    def code_at(self, level: int) -> str:
        return next((unit.code for unit in (self, *self.above) if unit.level == level), "")


class UnitSource(Protocol):
    """Where units come from; `blocks.forms.units.DirectoryUnits` in the product."""

    def get(self, code: str, on: date) -> PlaceUnit | None: ...

    def last(self, code: str) -> PlaceUnit | None:
        """The unit that last bore `code`, whether or not there is still one."""
        ...

    def find(self, text: str, *, level: int, on: date, within: str = "") -> list[PlaceUnit]:
        """The best matches, few; accents may be missing. `within`: code of a province or district."""
        ...

    def below(self, parent: str, *, level: int, on: date) -> list[PlaceUnit]:
        """All units of a level inside `parent` ("" for the country), in order of name."""
        ...


@dataclass(frozen=True)
class UnitEntry:
    """What stands in the picker: a chosen code, or where the search is and what was typed."""

    code: str = ""
    parent: str = ""
    text: str = ""

    @classmethod
    def of(cls, value: object, level: int) -> "UnitEntry":
        text = str(value or "")
        if re.fullmatch(r"\d{2,5}", text, re.ASCII):
            own = {1: 2, 2: 3, 3: 5}[level]
            return cls(code=text) if len(text) == own else cls(parent=text)
        parent, slash, typed = text.partition("/")
        return cls(parent=parent, text=typed) if slash else cls(text=text)

    @property
    def value(self) -> str:
        return self.code or (f"{self.parent}/{self.text}" if self.text else self.parent)


def unit_level(field: Field) -> int:
    return LEVELS.get(str(field.schema.get("x-unit-level", "commune")), 3)


def unit_day(field: Field, path: str, answers: Answers, today: date) -> date:
    """The day whose map a question is about: `x-unit-on` is "today", a date, or the path of a date answered elsewhere."""
    wanted: Any = field.schema.get("x-unit-on", "today")
    return map_day(iso_date(wanted) or iso_date(value_at(answers, beside(path, str(wanted)))) or today)
