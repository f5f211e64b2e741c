"""Answers as people read them: for "check your answers", the case page and papers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tinhso.blocks.forms.engine.paths import Answers, value_at, within
from tinhso.blocks.forms.engine.schema import CHOICES, HOLDERS, Field, Widget
from tinhso.blocks.forms.engine.units import UnitSource, unit_day
from tinhso.blocks.forms.engine.values import blank, grouped, show_date, show_number, show_phone


@dataclass(frozen=True)
class FileInfo:
    """A stored file as shown: its name, where it opens (may be empty), its size in words."""

    name: str
    url: str = ""
    size: str = ""


FileNames = Callable[[Any], FileInfo | None]


@dataclass(frozen=True)
class SummaryRow:
    """One answer. `heading`: the group or entry it stands in ("Người con 2"), empty at the top of a section."""

    path: str
    label: str
    text: str
    heading: str = ""
    files: tuple[FileInfo, ...] = ()


@dataclass(frozen=True)
class SummarySection:
    key: str
    title: str
    rows: tuple[SummaryRow, ...]


class AnswerReader:
    """Turns answers into text. `files` names stored files by the id in the answers."""

    def __init__(self, answers: Answers, *, today: date, units: UnitSource | None, files: FileNames | None = None) -> None:
        self.answers = answers
        self.today = today
        self.units = units
        self.files = files

    def text(self, field: Field, path: str) -> str:  # noqa: PLR0911 - one line for each widget
        """The answer at `path` in words; empty when there is none."""
        value = value_at(self.answers, path)
        if blank(value) and field.widget is not Widget.CHECKBOX:
            return ""
        if field.widget in CHOICES:
            chosen = value if isinstance(value, list) else [value]
            return ", ".join(next((o.title for o in field.options if o.value == one), str(one)) for one in chosen)
        match field.widget:
            case Widget.CHECKBOX:
                return _("Có") if value else _("Không")
            case Widget.DATE:
                return show_date(value)
            case Widget.MONEY if isinstance(value, int):
                return f"{grouped(value)} ₫"
            case Widget.INTEGER if isinstance(value, int):
                return grouped(value)
            case Widget.NUMBER if isinstance(value, int | float):
                return show_number(value)
            case Widget.PHONE:
                return show_phone(str(value))
            case Widget.UNIT:
                return self.unit(field, path, str(value))
            case Widget.FILE:
                return ", ".join(info.name for info in self.file_infos(value))
            case _:
                return str(value)

    def unit(self, field: Field, path: str, value: str) -> str:
        found = self.units.get(value, unit_day(field, path, self.answers, self.today)) if self.units else None
        return found.full_name if found else value

    def file_infos(self, value: Any) -> tuple[FileInfo, ...]:
        ids = value if isinstance(value, list) else [value]
        return tuple((self.files(one) if self.files else None) or FileInfo(_("Tệp đã nộp")) for one in ids if one is not None)

    def rows(self, fields: Sequence[Field], parent: str, hidden: Sequence[str], heading: str = "") -> list[SummaryRow]:
        found: list[SummaryRow] = []
        for field in fields:
            path = f"{parent}.{field.key}"
            if any(within(path, gone) for gone in hidden):
                continue
            if field.widget is Widget.GROUP:
                found += self.rows(field.fields, path, hidden, joined(heading, field.title))
            elif field.widget is Widget.LIST:
                items = value_at(self.answers, path) or ()
                if not items:
                    found.append(SummaryRow(path, field.title, "", heading))
                for index in range(len(items)):
                    found += self.rows(field.fields, f"{path}[{index}]", hidden, joined(heading, entry_title(field, index)))
            else:
                value = value_at(self.answers, path)
                files = self.file_infos(value) if field.widget is Widget.FILE and not blank(value) else ()
                found.append(SummaryRow(path, field.title, self.text(field, path), heading, files))
        return found

    def texts(self, fields: Sequence[Field], parent: str = "") -> Answers:
        """The answers' own shape with text in place of values."""
        found: Answers = {}
        for field in fields:
            path = f"{parent}.{field.key}" if parent else field.key
            if field.widget is Widget.LIST:
                items = value_at(self.answers, path) or ()
                found[field.key] = [self.texts(field.fields, f"{path}[{index}]") for index in range(len(items))]
            elif field.widget in HOLDERS:
                found[field.key] = self.texts(field.fields, path)
            else:
                found[field.key] = self.text(field, path)
        return found


def entry_title(field: Field, index: int) -> str:
    """Người con 2."""
    return f"{field.item_title} {index + 1}"


def joined(*headings: str) -> str:
    return " – ".join(heading for heading in headings if heading)
