"""The figures of a selection in rows: what the page shows and the files hold."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from tinhso.blocks.cases.figures.counting import Cell, Tally, count, tally_all
from tinhso.blocks.cases.figures.indicators import ON_TIME, ONLINE, SATISFIED, Value, indicators, mean_time, of_cases
from tinhso.services.figures.selection import BY_AGENCY, BY_FIELD, Selection

Key = TypeVar("Key")


@dataclass(frozen=True)
class Line:
    """One row: an agency, a field or a procedure. `parameter` and `code` narrow the page to it."""

    title: str
    tally: Tally
    parameter: str = ""
    code: str = ""

    @property
    def on_time(self) -> Value:
        return of_cases(ON_TIME, self.tally)

    @property
    def online(self) -> Value:
        return of_cases(ONLINE, self.tally)

    @property
    def satisfied(self) -> Value:
        return of_cases(SATISFIED, self.tally)

    @property
    def mean_time(self) -> Value:
        return mean_time(self.tally)


@dataclass(frozen=True)
class Sheet:
    lines: list[Line]
    total: Tally
    indicators: list[Value]


def sheet(selection: Selection) -> Sheet:
    """Count a selection. Two queries, whatever its size."""
    cells = count(selection.scope, selection.judged)
    return Sheet(_lines(selection, cells), tally_all(cells), indicators(cells, selection.procedures))


def _lines(selection: Selection, cells: list[Cell]) -> list[Line]:
    if selection.by == BY_AGENCY:
        tallies = _grouped(cells, lambda cell: cell.agency)
        return [
            Line(agency.name, tallies[agency.pk], "co_quan", agency.code or "")
            for agency in selection.agencies
            if agency.pk in tallies
        ]
    procedures = {one.pk: one for one in selection.catalogue}
    if selection.by == BY_FIELD:
        titles = {one.field_code: one.field for one in procedures.values()}
        by_field = _grouped(cells, lambda cell: procedures[cell.procedure].field_code)
        return [Line(title, by_field[code], "linh_vuc", code) for code, title in titles.items() if code in by_field]
    tallies = _grouped(cells, lambda cell: cell.procedure)
    return [Line(one.title, tallies[key], "thu_tuc", one.code) for key, one in procedures.items() if key in tallies]


def _grouped(cells: Iterable[Cell], key: Callable[[Cell], Key]) -> dict[Key, Tally]:
    tallies: dict[Key, Tally] = {}
    for cell in cells:
        tallies.setdefault(key(cell), Tally()).add(cell.tally)
    return tallies
