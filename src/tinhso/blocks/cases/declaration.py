"""Reading procedure.toml key by key: every value is asked for by name and type, what nobody asked for is a problem too."""

import difflib
import re
import tomllib
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _


class Declaration:
    """A TOML text whose problems are collected with the lines they stand on."""

    def __init__(self, text: str) -> None:
        self._found: list[tuple[str, str]] = []
        self._lines = _line_numbers(text)
        self._syntax: tuple[int, str, str] | None = None
        values: dict[str, Any] = {}
        try:
            values = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"line (\d+)", str(error))
            message = _("không phải là TOML đúng cú pháp ({detail}).").format(detail=error)
            self._syntax = (int(line[1]) if line else text.count("\n") + 1, "", message)
        self.root = Table(self, "", values)

    def tell(self, path: str, text: object) -> None:
        self._found.append((path, str(text)))

    def problems(self) -> list[tuple[int, str, str]]:
        """(line, key, sentence) in the order of the file; call it when everything has been asked for."""
        if self._syntax:
            return [self._syntax]
        self.root.tell_unknown()
        return sorted((self._line(path), path, text) for path, text in dict.fromkeys(self._found))

    def json(self) -> dict[str, Any]:
        """The values as JSON: dates become ISO text."""
        found = _plain(self.root.values)
        assert isinstance(found, dict)  # noqa: S101
        return found

    def _line(self, path: str) -> int:
        """Where the key stands; for a missing one, where its table begins; 0 when that is missing too."""
        while path and path not in self._lines:
            path = path.rpartition(".")[0]
        return self._lines.get(path, 0)


class Table:
    """One table; every method reads a key and tells what is wrong with it, giving an empty value then."""

    def __init__(self, declaration: Declaration, path: str, values: dict[str, Any]) -> None:
        self.values = values
        self._declaration = declaration
        self._path = path
        self._asked: set[str] = set()
        self._below: dict[str, Table] = {}

    def tell(self, key: str, text: object) -> None:
        self._declaration.tell(self._at(key), text)

    def text(
        self,
        key: str,
        *,
        required: bool = True,
        among: Collection[str] | None = None,
        pattern: re.Pattern[str] | None = None,
        like: str = "",
    ) -> str:
        value = self._value(key, str, _("một chuỗi trong ngoặc kép"), required=required)
        if value is None:
            return ""
        text = str(value).strip()
        if not text:
            self.tell(key, _("để trống; hãy điền."))
        elif among is not None and text not in among:
            self.tell(
                key, _("“{value}” không có; chọn một trong: {choices}.").format(value=text, choices=", ".join(sorted(among)))
            )
        elif pattern and not pattern.fullmatch(text):
            self.tell(key, _("“{value}” không đúng dạng; ví dụ “{like}”.").format(value=text, like=like))
        else:
            return text
        return ""

    def texts(
        self, key: str, *, required: bool = True, may_be_empty: bool = False, among: Collection[str] | None = None
    ) -> tuple[str, ...]:
        value = self._value(key, list, _("danh sách các chuỗi"), required=required)
        if value is None:
            return ()
        if not all(isinstance(item, str) and item.strip() for item in value):
            self.tell(key, _("phải là danh sách các chuỗi không trống."))
            return ()
        if not value and required and not may_be_empty:
            self.tell(key, _("danh sách trống; hãy điền ít nhất một mục."))
        for item in value:
            if among is not None and item not in among:
                self.tell(
                    key, _("“{value}” không có; chọn trong: {choices}.").format(value=item, choices=", ".join(sorted(among)))
                )
        return tuple(value)

    def number(self, key: str, *, required: bool = True, at_least: int = 0) -> int:
        value = self._value(key, int, _("số nguyên"), required=required)
        if value is None:
            return 0
        if value < at_least:
            self.tell(key, _("phải từ {limit} trở lên.").format(limit=at_least))
        return int(value)

    def flag(self, key: str, *, required: bool = True) -> bool:
        return bool(self._value(key, bool, _("true hoặc false"), required=required))

    def day(self, key: str, *, required: bool = True) -> date | None:
        value = self._value(key, date, _("ngày viết như 2025-07-01, không có ngoặc kép"), required=required)
        return value if isinstance(value, date) else None

    def table(self, key: str) -> "Table":
        value = self._value(key, dict, _("một bảng [{name}]").format(name=self._at(key)))
        return self._kept(key, value or {})

    def tables(self, key: str) -> list["Table"]:
        value = self._value(key, list, _("các bảng [[{name}]]").format(name=self._at(key)), required=False) or []
        if not all(isinstance(item, dict) for item in value):
            self.tell(key, _("phải viết thành các bảng [[{name}]].").format(name=self._at(key)))
            return []
        return [self._kept(f"{key}[{index}]", item) for index, item in enumerate(value)]

    def tell_unknown(self) -> None:
        """Keys that nobody asked for are misspelt or misplaced."""
        for key in self.values.keys() - self._asked:
            close = difflib.get_close_matches(key, self._asked, n=1)
            hint = " " + _("Có phải “{name}”?").format(name=close[0]) if close else ""
            self.tell(key, _("không có khóa này.") + hint)
        for table in self._below.values():
            table.tell_unknown()

    def _value(self, key: str, kind: type, description: str, *, required: bool = True) -> Any:
        self._asked.add(key)
        value = self.values.get(key)
        if value is None:
            if required:
                self.tell(key, _("thiếu; hãy thêm {description}.").format(description=description))
            return None
        wrong_number = kind is int and isinstance(value, bool)
        wrong_day = kind is date and isinstance(value, datetime)
        if not isinstance(value, kind) or wrong_number or wrong_day:
            self.tell(key, _("phải là {description}.").format(description=description))
            return None
        return value

    def _kept(self, key: str, values: dict[str, Any]) -> "Table":
        if key not in self._below:
            self._below[key] = Table(self._declaration, self._at(key), values)
        return self._below[key]

    def _at(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key


_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"""\s*["']?([\w-]+)["']?\s*=""")


def _line_numbers(text: str) -> dict[str, int]:
    """Where each key and table begins, by path: "term.text", "parts[2].name". Good enough for messages: strings that look
    like keys only matter where the key itself is missing."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    prefix = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.fullmatch(line):
            prefix = header[2]
            if header[1] == "[[":
                index = counts[prefix] = counts.get(prefix, -1) + 1
                prefix = f"{prefix}[{index}]"
            lines.setdefault(prefix, number)
        elif key := _KEY.match(line):
            lines.setdefault(f"{prefix}.{key[1]}" if prefix else key[1], number)
    return lines


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
