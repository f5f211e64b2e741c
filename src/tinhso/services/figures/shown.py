"""What the templates print: values in words, and the addresses of the cases behind them."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from tinhso.blocks.cases.figures.delays import Delay
from tinhso.blocks.cases.figures.indicators import Value
from tinhso.blocks.cases.figures.measures import MEASURES
from tinhso.kernel.manifest import roles
from tinhso.kernel.web.templatetags.ui import number, percent
from tinhso.services.figures.selection import Selection
from tinhso.services.figures.sheet import Line

_COLUMNS = ("received", "carried_over", "ended", "ended_late", "open", "open_late")
_BAD = ("ended_late", "open_late")


def in_words(value: Value) -> str:
    """97.257 → "97,26 %"; days without a mark; a dash where nothing can be divided."""
    return number(value.value, 2) if value.days and value.value is not None else percent(value.value)


@dataclass(frozen=True)
class ShownCell:
    label: str
    count: int
    url: str
    bad: bool


@dataclass(frozen=True)
class ShownLine:
    title: str
    page: str
    cells: list[ShownCell]
    on_time: str
    mean_time: str
    online: str
    satisfied: str


@dataclass(frozen=True)
class ShownIndicator:
    code: str
    title: str | Promise
    meaning: str | Promise
    numerator: str | Promise
    denominator: str | Promise
    value: str
    share: float
    above: str
    below: str
    above_url: str
    below_url: str


def shown_line(line: Line, selection: Selection) -> ShownLine:
    narrowed = {line.parameter: line.code} if line.code else {}
    behind = reverse("figures:cases")
    cells = [
        ShownCell(str(MEASURES[name].title), line.tally[name], behind + selection.address(phan=name, **narrowed), name in _BAD)
        for name in _COLUMNS
    ]
    values = map(in_words, (line.on_time, line.mean_time, line.online, line.satisfied))
    return ShownLine(line.title, selection.address(**narrowed), cells, *values)


def shown_indicator(value: Value, selection: Selection) -> ShownIndicator:
    one, behind = value.definition, reverse("figures:cases")
    return ShownIndicator(
        code=one.code,
        title=one.title,
        meaning=one.meaning,
        numerator=one.numerator,
        denominator=one.denominator,
        value=in_words(value),
        share=value.share,
        above=number(value.above, 2 if value.days else 0),
        below=number(value.below),
        above_url=behind + selection.address(phan=one.above) if one.above and value.above else "",
        below_url=behind + selection.address(phan=one.below) if one.below and value.below else "",
    )


def title_of(role: str) -> str:
    """The role in words."""
    known = roles().get(role)
    return str(known.title) if known else role


def late_address(selection: Selection, line: Delay) -> str:
    """The address of the cases that a role at an agency made late."""
    return reverse("figures:cases") + selection.address(phan="late", tai=line.agency.code or "", vai=line.role)
