"""From what a browser posts to answers. Nothing is refused here: what cannot be read stays as typed, and `validate` says so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from tinhso.blocks.directory.queries import map_day
from tinhso.blocks.forms.engine.paths import (
    Answers,
    beside,
    copied,
    drop_at,
    join_path,
    pattern_of,
    put_at,
    split_path,
    value_at,
    within,
)
from tinhso.blocks.forms.engine.schema import Field, Widget, occurrences, walk
from tinhso.blocks.forms.engine.units import UnitEntry, UnitSource, unit_day, unit_level
from tinhso.blocks.forms.engine.values import (
    blank,
    clean_line,
    clean_text,
    iso_date,
    read_date,
    read_identity,
    read_integer,
    read_money,
    read_number,
    read_phone,
)
from tinhso.blocks.forms.engine.visibility import hidden_paths, pruned

MAX_ITEMS = 200
MAX_TEXT = 20_000
ADD, REMOVE, FIND, UPDATE, RENDER, AUTOSAVE, SHOWN, MARKED = (
    "_add", "_remove", "_find", "_update", "_render", "_autosave", "_shown", "_marked",
)  # fmt: skip


class Posted(Protocol):
    """Django's QueryDict or MultiValueDict."""

    def __iter__(self) -> Any: ...
    def getlist(self, key: str) -> list[Any]: ...


@dataclass
class Parsed:
    """What one post amounts to.

    Attributes:
        answers: all answers of the form, those of the posted section replaced.
        errors: messages by path, for the posted section; while the form is only being redrawn, of the questions that were marked
            on the page and are still wrong; none while it is saved by itself.
        uploads: files that came along, by the path of their question; the view stores them and calls `attach` or `refuse`.
        redraw: the person pressed "add", "remove", "find" or "update", or new questions have appeared: show the section again
            instead of going on.
        fragment: htmx asks for the region alone.
        autosave: the browser saves the draft by itself and expects JSON.
        appeared: paths of questions that this post made visible.
        marked: paths of questions that the page showed as wrong.
        focus: path to which the cursor should go after a redraw.
    """

    answers: Answers
    errors: dict[str, str] = field(default_factory=dict)
    uploads: dict[str, list[Any]] = field(default_factory=dict)
    redraw: bool = False
    fragment: bool = False
    autosave: bool = False
    appeared: frozenset[str] = frozenset()
    marked: frozenset[str] = frozenset()
    focus: str = ""
    multiple: frozenset[str] = frozenset()

    def attach(self, path: str, file_id: str | int) -> None:
        """Put the id of a stored upload into the answers."""
        if pattern_of(path) in self.multiple:
            put_at(self.answers, path, [*(value_at(self.answers, path) or ()), file_id])
        else:
            put_at(self.answers, path, file_id)

    def refuse(self, path: str, message: object) -> None:
        """An upload could not be stored; the message belongs beside its question."""
        self.errors[path] = str(message)


def read_post(
    sections: Sequence[Field],
    post: Posted,
    files: Posted | None,
    *,
    posted: Sequence[Field],
    keep: Answers | None,
    today: date,
    units: UnitSource | None,
    prefix: str,
) -> Parsed:
    """Read the `posted` sections out of `post`; the others stay as in `keep`."""
    reader = _Reader(sections, post, files, keep or {}, today=today, units=units, prefix=prefix)
    for section in posted:
        live: Answers = {}
        reader.answers[section.key] = live  # filled below, so that one question can look at another
        reader.group(section, section.key, section.key, live)
    reader.add(sections)
    parsed = Parsed(
        reader.answers,
        uploads=reader.uploads,
        redraw=reader.redraw,
        fragment=reader.has(RENDER),
        autosave=reader.has(AUTOSAVE),
        marked=frozenset(reader.marked()),
        focus=reader.added_path or reader.sought or reader.removed.rpartition("[")[0],
        multiple=frozenset(f.pattern for f in walk(tuple(sections)) if f.widget is Widget.FILE and f.multiple),
    )
    if reader.saving:
        parsed.answers, _hidden = pruned(tuple(sections), parsed.answers, today)
        parsed.appeared = _appeared(posted, parsed.answers, today, reader.texts(SHOWN))
        parsed.redraw = bool(parsed.appeared)
    return parsed


def conditional_paths(fields: Sequence[Field], answers: Answers, today: date) -> set[str]:
    """Paths of the conditional questions that are being asked."""
    hidden = hidden_paths(tuple(fields), answers, today)
    return {
        path
        for field, path in occurrences(tuple(fields), answers)
        if field.rule and field.widget is not Widget.SECTION and not any(within(path, gone) for gone in hidden)
    }


def without_blank_items(fields: tuple[Field, ...], answers: Answers) -> Answers:
    """Without the entries of repeated groups in which nothing was entered, beyond those the schema demands."""
    answers = copied(answers)
    for found, path in reversed(list(occurrences(fields, answers))):  # the innermost first
        items = value_at(answers, path)
        if found.widget is not Widget.LIST or not isinstance(items, list):
            continue
        spare = len(items) - int(found.schema.get("minItems", 0))
        kept = []
        for item in items:
            if blank(item) and spare > 0:
                spare -= 1
            else:
                kept.append(item)
        items[:] = kept
        if not kept:
            drop_at(answers, path)
    return answers


def _appeared(posted: Sequence[Field], answers: Answers, today: date, shown: list[str]) -> frozenset[str]:
    """Conditional questions that the answers call for but the page did not have. No list of those shown: not our page."""
    if not shown:
        return frozenset()
    seen = set(",".join(shown).split(","))
    asked = conditional_paths(posted, answers, today)
    return frozenset(path for path in asked if path not in seen)


class _Reader:
    def __init__(
        self,
        sections: Sequence[Field],
        post: Posted,
        files: Posted | None,
        keep: Answers,
        *,
        today: date,
        units: UnitSource | None,
        prefix: str,
    ) -> None:
        self.dates = {found.pattern: found for found in walk(tuple(sections)) if found.widget is Widget.DATE}
        self.post = post
        self.files = files
        self.keep = keep
        self.answers = copied(keep)
        self.today = today
        self.units = units
        self.prefix = prefix
        self.uploads: dict[str, list[Any]] = {}
        self.names = [str(name)[len(prefix) :] for name in [*post, *(files or ())] if str(name).startswith(prefix)]
        self.added = self.text(ADD)
        self.removed = self.text(REMOVE)
        self.sought = self.text(FIND)
        self.added_path = ""
        self.redraw = bool(self.added or self.removed or self.sought or self.has(UPDATE) or self.has(RENDER))
        # only a real save tidies up: while the page stays as it is, blank entries and hidden answers stay too
        self.saving = not self.redraw and not self.has(AUTOSAVE)

    def texts(self, name: str) -> list[str]:
        return [str(text)[:MAX_TEXT] for text in self.post.getlist(self.prefix + name)]

    def text(self, name: str) -> str:
        """The first non-empty value, as one clean line."""
        return next((line for text in self.texts(name) if (line := clean_line(text))), "")

    def has(self, name: str) -> bool:
        return bool(self.text(name))

    def marked(self) -> Iterator[str]:
        """Where the questions now stand that the page showed as wrong: behind a removed entry they have moved up."""
        entries, bracket, number = self.removed.removesuffix("]").rpartition("[")
        for path in (path for text in self.texts(MARKED) for path in text.split(",")):
            below = path.removeprefix(f"{entries}[") if bracket and path.startswith(f"{entries}[") else ""
            index, _bracket, rest = below.partition("]")
            if not (index.isdecimal() and number.isdecimal()) or int(index) < int(number):
                yield path
            elif int(index) > int(number):
                yield f"{entries}[{int(index) - 1}]{rest}"

    def group(self, holder: Field, name: str, path: str, found: Answers) -> Answers:
        """Fill `found` with the answers below `name`; `path` is where they will stand."""
        for child in holder.fields:
            value = self.value(child, f"{name}.{child.key}", f"{path}.{child.key}")
            if value not in (None, "", []):
                found[child.key] = value
        return found

    def value(self, field: Field, name: str, path: str) -> Any:  # noqa: PLR0911, PLR0912 - one line for each widget
        match field.widget:
            case Widget.GROUP:
                group = self.group(field, name, path, {})
                return group if group or field.required else None
            case Widget.LIST:
                return self.items(field, name, path)
            case Widget.FILE:
                return self.file(field, name, path)
            case Widget.TEXTAREA:
                return clean_text(next(iter(self.texts(name)), ""))
            case Widget.INTEGER:
                return read_integer(self.text(name))
            case Widget.MONEY:
                return read_money(self.text(name))
            case Widget.NUMBER:
                return read_number(self.text(name))
            case Widget.DATE:
                return self.day(field, name)
            case Widget.IDENTITY:
                return read_identity(self.text(name))
            case Widget.PHONE:
                return read_phone(self.text(name))
            case Widget.CHECKBOX:
                return True if self.has(name) else None
            case Widget.CHECKBOXES:
                return [value for text in self.texts(name) if (value := _choice(field, clean_line(text))) != ""]
            case Widget.YES_NO | Widget.RADIO | Widget.SELECT | Widget.SEX:
                return _choice(field, self.text(name))
            case Widget.UNIT:
                return self.unit(field, name)
            case _:
                return self.text(name)

    def day(self, field: Field, name: str) -> str:
        boxes = [self.text(f"{name}.{part}") for part in ("day", "month", "year")]
        partial = bool(field.schema.get("x-partial"))
        if any(boxes):
            return read_date(*boxes, partial=partial)
        return read_date(self.text(name), "", "", partial=partial).rstrip("/")

    def items(self, field: Field, name: str, path: str) -> list[Answers]:
        """Entries in the order of their numbers, renumbered; without the one to be removed and, on saving, blank ones."""
        indexes = set()
        for posted in self.names:
            if posted.startswith(f"{name}["):
                steps = split_path(posted[len(name) :])
                if steps and isinstance(steps[0], int):
                    indexes.add(steps[0])
        numbers = [index for index in sorted(indexes)[:MAX_ITEMS] if self.removed != f"{name}[{index}]"]
        spare = len(numbers) - int(field.schema.get("minItems", 0))
        found: list[Answers] = []
        for index in numbers:
            place = f"{path}[{len(found)}]"
            entry = self.group(field, f"{name}[{index}]", place, {})
            if self.saving and spare > 0 and blank(entry) and not any(within(sent, place) for sent in self.uploads):
                spare -= 1
            else:
                found.append(entry)
        return found

    def file(self, field: Field, name: str, path: str) -> Any:
        """Ids come from what was saved before, never from the browser."""
        kept = value_at(self.keep, name)
        if self.files is not None and (sent := [upload for upload in self.files.getlist(self.prefix + name) if upload]):
            self.uploads[path] = sent if field.multiple else sent[-1:]
        if field.multiple:
            return [file_id for index, file_id in enumerate(kept or ()) if self.removed != f"{name}[{index}]"]
        return None if self.removed == name else kept

    def unit(self, field: Field, name: str) -> str:
        level = unit_level(field)
        code, picked, typed = (self.text(part) for part in (name, f"{name}.pick", f"{name}.q"))
        parent = self.text(f"{name}.district") or self.text(f"{name}.province")
        if self.units is None or level == 1:
            return picked or code or UnitEntry(parent=parent, text=typed).value
        on = self.unit_day(field, name)
        parent = self.parent(name, on)
        if picked and self.sought != name and self.units.get(picked, on):
            return picked
        known = (self.units.get(code, on) or self.units.last(code)) if code else None  # `validate` says when it is a former one
        if known is None and code and not typed and not parent:
            return code  # posted by a program, or carried along while the question is hidden
        if known and known.level == level and _same_place(known, typed, parent):
            return code
        if typed:
            matches = self.units.find(typed, level=level, on=on, within=parent)
            exact = [unit for unit in matches if typed.casefold() in {unit.name.casefold(), unit.full_name.casefold()}]
            if len(exact) == 1 and self.sought != name:
                return exact[0].code
        return UnitEntry(parent=parent, text=typed).value

    def unit_day(self, field: Field, name: str) -> date:
        """The day whose map counts; it may be asked further down, or in an entry that is only now being read."""
        wanted = str(field.schema.get("x-unit-on", ""))
        asked, place = self.dates.get(wanted), beside(name, wanted)
        if asked and any(within(posted, place) for posted in self.names):
            return map_day(iso_date(self.day(asked, place)) or self.today)
        return unit_day(field, name, self.answers, self.today)

    def parent(self, name: str, on: date) -> str:
        """The narrowest of province and district chosen; a district of another province counts for nothing."""
        province, district = self.text(f"{name}.province"), self.text(f"{name}.district")
        found = self.units.get(district, on) if district and self.units else None
        if found and (not province or found.code_at(1) == province):
            return district
        return province

    def add(self, sections: Sequence[Field]) -> None:
        """Append an empty entry to the list named by the add button."""
        field = next((f for f in walk(tuple(sections)) if f.widget is Widget.LIST and f.pattern == pattern_of(self.added)), None)
        if not field or split_path(self.added) is None:
            self.added = ""
            return
        *way, key = split_path(self.added) or ()
        holder = value_at(self.answers, join_path(*way))
        if isinstance(holder, dict) and isinstance(key, str):
            entries = holder.setdefault(key, [])
            while len(entries) < int(field.schema.get("minItems", 0)):
                entries.append({})
            if len(entries) < min(int(field.schema.get("maxItems", MAX_ITEMS)), MAX_ITEMS):
                entries.append({})
                self.added_path = f"{self.added}[{len(entries) - 1}]"


def _choice(field: Field, text: str) -> Any:
    """The value of the option posted; unknown text as it is."""
    for option in field.options:
        if option_text(option.value) == text:
            return option.value
    return text


def option_text(value: object) -> str:
    """How an option's value is written in HTML."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _same_place(unit: Any, typed: str, parent: str) -> bool:
    """Whether the text and the province shown beside a code still say that unit."""
    names = {unit.name.casefold(), unit.full_name.casefold()}
    return (not typed or typed.casefold() in names) and (not parent or parent in {above.code for above in unit.above})


def merged(base: Mapping[str, Any], extra: Mapping[str, Any]) -> Answers:
    """`base` with the gaps filled from `extra`."""
    found = dict(base)
    for key, value in extra.items():
        if isinstance(value, Mapping) and isinstance(found.get(key), Mapping):
            found[key] = merged(found[key], value)
        elif blank(found.get(key)):
            found[key] = copied(value)
    return found
