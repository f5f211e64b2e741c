"""Drawing a form: fields become controls, controls become HTML by the templates in `templates/forms/`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made_by
from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tinhso.blocks.forms.engine.messages import in_sentence
from tinhso.blocks.forms.engine.parse import conditional_paths, option_text
from tinhso.blocks.forms.engine.paths import Answers, pattern_of, value_at, within
from tinhso.blocks.forms.engine.schema import Field, Widget, walk
from tinhso.blocks.forms.engine.summary import FileInfo, FileNames, SummarySection, entry_title
from tinhso.blocks.forms.engine.units import TWO_TIERS_SINCE, PlaceUnit, UnitEntry, UnitSource, unit_day, unit_level
from tinhso.blocks.forms.engine.values import blank, date_boxes, grouped, show_number, show_phone
from tinhso.blocks.forms.engine.visibility import pruned

_TEMPLATES = {
    Widget.TEXTAREA: "textarea",
    Widget.DATE: "date",
    Widget.RADIO: "choices",
    Widget.SEX: "choices",
    Widget.YES_NO: "choices",
    Widget.CHECKBOXES: "choices",
    Widget.SELECT: "select",
    Widget.CHECKBOX: "checkbox",
    Widget.UNIT: "unit",
    Widget.FILE: "file",
    Widget.GROUP: "group",
    Widget.LIST: "list",
}
_TYPES = {Widget.EMAIL: "email", Widget.PHONE: "tel"}
_NUMERIC = {Widget.INTEGER, Widget.MONEY, Widget.IDENTITY}
_TYPED_AS_KEPT = {Widget.TEXT, Widget.TEXTAREA, Widget.NAME, Widget.EMAIL}
_WIDTHS = {
    Widget.INTEGER: "short", Widget.NUMBER: "short", Widget.MONEY: "medium", Widget.IDENTITY: "medium", Widget.PHONE: "medium",
}  # fmt: skip
_AUTOCOMPLETE = {Widget.EMAIL: "email", Widget.PHONE: "tel"}


@dataclass(frozen=True)
class FormView:
    """What a drawing depends on, besides the form."""

    answers: Answers
    errors: Mapping[str, str]
    post_url: str
    files: FileNames | None
    today: date
    units: UnitSource
    prefix: str
    heading: str
    focus: str


@dataclass
class Choice:
    id: str
    value: str
    title: str
    hint: str = ""
    chosen: bool = False


@dataclass
class UnitControl:
    """The parts of the picker: where the search is, what was typed, what was found."""

    on: date
    level: str
    text: str
    code: str
    provinces: list[Choice]
    districts: list[Choice] | None
    matches: list[Choice]
    searched: bool
    name_label: str
    name_id: str


@dataclass
class Control:
    """One thing on the page, as the templates see it."""

    field: Field
    id: str
    name: str
    path: str
    label: str
    template: str
    error: str = ""
    hint: str = ""
    optional: bool = False
    live: bool = False
    autofocus: bool = False
    value: str = ""
    type: str = "text"
    inputmode: str = ""
    autocomplete: str = ""
    width: str = ""
    choices: list[Choice] = made_by(default_factory=list)
    boxes: list["DateBox"] = made_by(default_factory=list)
    unit: UnitControl | None = None
    files: list[tuple[str, FileInfo]] = made_by(default_factory=list)
    controls: list["Control"] = made_by(default_factory=list)
    entries: list["Entry"] = made_by(default_factory=list)
    add_label: str = ""

    @property
    def described_by(self) -> str:
        parts = [f"{self.id}-hint" if self.hint else "", f"{self.id}-error" if self.error else ""]
        return " ".join(filter(None, parts))

    @property
    def placeholder(self) -> str:
        return self.field.setting("x-placeholder")

    @property
    def accept(self) -> str:
        return self.field.setting("x-accept")

    @property
    def longest(self) -> int | None:
        """Where typing ends; other kinds of answers may be typed longer than they are kept."""
        return self.field.schema.get("maxLength") if self.field.widget in _TYPED_AS_KEPT else None

    @property
    def inline(self) -> bool:
        """Two or three short choices stand side by side."""
        return len(self.choices) <= 3 and all(len(choice.title) <= 12 and not choice.hint for choice in self.choices)


@dataclass
class DateBox:
    id: str
    name: str
    label: str
    value: str
    length: int
    autocomplete: str


@dataclass
class Entry:
    """One entry of a repeated group."""

    path: str
    title: str
    controls: list[Control]
    removable: bool
    filled: bool

    @property
    def short_title(self) -> str:
        """The title inside a sentence: "Xóa người con 2"."""
        return in_sentence(self.title)


@dataclass
class Carried:
    """An answer to a question not asked just now, kept in the page so that changing one's mind loses nothing."""

    name: str
    value: str


def element_id(path: str, prefix: str = "") -> str:
    """The id of a field's first control; the error summary links to it."""
    return "f-" + re.sub(r"[^\w]+", "-", prefix + path).strip("-")


class _Drawing:
    def __init__(self, rules_from: Sequence[Field], view: FormView) -> None:
        self.view = view
        self.asked, self.hidden = pruned(tuple(rules_from), view.answers, view.today)
        self.mentioned = {pattern for found in walk(tuple(rules_from)) for pattern in found.mentions}
        self.carried: list[Carried] = []
        self._below: dict[tuple[str, int, date], list[PlaceUnit]] = {}

    def controls(self, fields: Sequence[Field], parent: str) -> list[Control]:
        found = []
        for each in fields:
            path = f"{parent}.{each.key}"
            if any(within(path, gone) for gone in self.hidden):
                self.carry(each, path)
            else:
                found.append(self.control(each, path))
        return found

    def control(self, each: Field, path: str) -> Control:
        view = self.view
        value = value_at(view.answers, path)
        control = Control(
            field=each,
            id=element_id(path, view.prefix),
            name=view.prefix + path,
            path=path,
            label=each.title,
            template=f"forms/widgets/{_TEMPLATES.get(each.widget, 'input')}.html",
            error=view.errors.get(path, ""),
            hint=each.hint or (each.description if each.widget is not Widget.GROUP else ""),
            optional=not each.required and not each.sometimes_required,
            live=bool(view.post_url) and self.drives(each),
            autofocus=view.focus == path,
            autocomplete=str(each.schema.get("x-autocomplete") or _AUTOCOMPLETE.get(each.widget, "")),
            type=_TYPES.get(each.widget, "text"),
            inputmode="numeric" if each.widget in _NUMERIC else "decimal" if each.widget is Widget.NUMBER else "",
            width=_WIDTHS.get(each.widget, ""),
            value=_written(each, value),
        )
        self.fill(control, value)
        return control

    def drives(self, each: Field) -> bool:
        """Whether what is asked depends on this answer."""
        return not each.fields and any(within(each.pattern, m) or within(m, each.pattern) for m in self.mentioned)

    def fill(self, control: Control, value: Any) -> None:
        each, path = control.field, control.path
        if each.options:
            chosen = value if isinstance(value, list) else [value]
            control.choices = [
                Choice(
                    control.id if not index else f"{control.id}-{index}",
                    option_text(option.value),
                    option.title,
                    option.hint,
                    any(option.value == one and type(option.value) is type(one) for one in chosen),
                )
                for index, option in enumerate(each.options)
            ]
        elif each.widget is Widget.DATE:
            control.hint = control.hint or _("Ví dụ: 27 3 %(year)d") % {"year": self.view.today.year - 1}
            control.boxes = _date_boxes(control, value)
        elif each.widget is Widget.UNIT:
            control.unit = self.unit(control, value)
        elif each.widget is Widget.FILE and not blank(value):
            ids = value if isinstance(value, list) else [value]
            infos = [(self.view.files(one) if self.view.files else None) or FileInfo(_("Tệp đã nộp")) for one in ids]
            control.files = [(f"{path}[{index}]" if each.multiple else path, info) for index, info in enumerate(infos)]
        elif each.widget is Widget.GROUP:
            control.controls = self.controls(each.fields, path)
        elif each.widget is Widget.LIST:
            self.fill_list(control, value if isinstance(value, list) else [])

    def fill_list(self, control: Control, items: list[Any]) -> None:
        each, path = control.field, control.path
        least = int(each.schema.get("minItems", 0))
        count = max(len(items), least)
        control.entries = [
            Entry(
                f"{path}[{index}]",
                entry_title(each, index) if each.schema.get("maxItems") != 1 else each.item_title,
                self.controls(each.fields, f"{path}[{index}]"),
                removable=count > least,
                filled=index < len(items) and not blank(items[index]),
            )
            for index in range(count)
        ]
        focused = next((entry for entry in control.entries if entry.path == self.view.focus), None)
        if focused and focused.controls:
            focused.controls[0].autofocus = True
        if count < int(each.schema.get("maxItems", 200)):
            title = in_sentence(each.item_title)
            control.add_label = each.setting("x-add-label") or _("Thêm %(title)s") % {"title": title}

    def unit(self, control: Control, value: Any) -> UnitControl:
        view, each = self.view, control.field
        level, on = unit_level(each), unit_day(each, control.path, view.answers, view.today)
        entry = UnitEntry.of(value, level)
        chosen = view.units.get(entry.code or entry.parent, on) if entry.code or entry.parent else None
        chosen = chosen or (view.units.last(entry.code) if entry.code else None)
        known = chosen if entry.code else None
        text = known.name if known else entry.text or entry.code
        province = chosen.code_at(1) if chosen else ""
        matches = [] if known or not text else view.units.find(text, level=level, on=on, within=entry.parent)
        districts = None
        if level == 3 and on < TWO_TIERS_SINCE:
            district = chosen.code_at(2) if chosen else ""
            districts = [_unit_choice(u, district) for u in self.below(province, 2, on)] if province else []
        labels = {2: _("Quận, huyện, thị xã"), 3: _("Xã, phường, đặc khu") if districts is None else _("Xã, phường, thị trấn")}
        return UnitControl(
            on=on,
            level=str(each.schema.get("x-unit-level", "commune")),
            text=text,
            code=known.code if known else "",
            provinces=[_unit_choice(unit, province) for unit in self.below("", 1, on)],
            districts=districts,
            matches=[Choice(f"{control.id}-pick-{unit.code}", unit.code, unit.name, unit.place) for unit in matches],
            searched=bool(text) and not known,
            name_label=labels.get(level, ""),
            name_id=control.id,
        )

    def below(self, parent: str, level: int, on: date) -> list[PlaceUnit]:
        key = (parent, level, on)
        if key not in self._below:
            self._below[key] = self.view.units.below(parent, level=level, on=on)
        return self._below[key]

    def carry(self, each: Field, path: str) -> None:
        value = value_at(self.view.answers, path)
        if blank(value) or each.widget is Widget.FILE:
            return
        if each.widget in {Widget.GROUP, Widget.SECTION}:
            for child in each.fields:
                self.carry(child, f"{path}.{child.key}")
        elif each.widget is Widget.LIST:
            for index in range(len(value)):
                for child in each.fields:
                    self.carry(child, f"{path}[{index}].{child.key}")
        else:
            for one in value if isinstance(value, list) else [value]:
                written = option_text(one) if each.options or each.widget is Widget.CHECKBOX else str(one)
                self.carried.append(Carried(self.view.prefix + path, written))


def render_form(sections: Sequence[Field], shown: Sequence[Field], view: FormView, *, whole: bool) -> SafeString:
    """The region that htmx redraws: default button, sections, what is carried along."""
    drawing = _Drawing(sections, view)
    parts = [
        {
            "section": section,
            "id": element_id(section.key, view.prefix),
            "controls": drawing.controls(section.fields, section.key),
            "error": view.errors.get(section.key, ""),
        }
        for section in shown
    ]
    for section in sections if whole else ():
        if section not in shown:
            drawing.carry(section, section.key)
    conditional = any(found.rule for section in (sections if whole else shown) for found in walk(section.fields))
    return SafeString(
        render_to_string(
            "forms/form.html",
            {
                "region": element_id("form" if whole else f"form.{shown[0].key}" if shown else "form", view.prefix),
                "parts": parts,
                "carried": drawing.carried,
                "shown": ",".join(["-", *sorted(conditional_paths(shown, drawing.asked, view.today))]),
                "marked": ",".join(view.errors),
                "conditional": conditional,
                "post_url": view.post_url,
                "prefix": view.prefix,
                "heading": view.heading,
                "units_url": reverse("forms:units"),
                "districts_url": reverse("forms:districts"),
            },
        )
    )


def render_errors(sections: Sequence[Field], errors: Mapping[str, str], *, prefix: str, urls: Mapping[str, str]) -> SafeString:
    """The summary on top with a link to each field."""
    fields = {found.pattern: found for found in walk(tuple(sections))}
    lines = [
        {"url": f"{urls.get(path.partition('.')[0], '')}#{element_id(path, prefix)}", "text": _placed(fields, path, message)}
        for path, message in errors.items()
    ]
    return SafeString(render_to_string("forms/errors.html", {"lines": lines})) if lines else SafeString("")


def _placed(fields: Mapping[str, Field], path: str, message: str) -> str:
    """With the entry it belongs to in front: "Người con 2: Hãy nhập họ và tên"."""
    entry = re.match(r"(.*)\[(\d+)\]", path)
    holder = fields.get(pattern_of(entry[1])) if entry else None
    return f"{entry_title(holder, int(entry[2]))}: {message}" if holder and entry else message


def render_summary(summary: Sequence[SummarySection], *, urls: Mapping[str, str], heading: str, dense: bool) -> SafeString:
    """Description lists, one for each section and each group or entry in it."""
    sections = [{"title": section.title, "url": urls.get(section.key, ""), "groups": _by_heading(section)} for section in summary]
    context = {"sections": sections, "heading": heading, "css": "summary-dense" if dense else ""}
    return SafeString(render_to_string("forms/summary.html", context))


def _by_heading(section: SummarySection) -> list[tuple[str, list[tuple[str, str]]]]:
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    for row in section.rows:
        if not groups or groups[-1][0] != row.heading:
            groups.append((row.heading, []))
        links = SafeString(render_to_string("forms/file_links.html", {"files": row.files})) if row.files else row.text
        groups[-1][1].append((row.label, links))
    return groups


def _written(each: Field, value: Any) -> str:
    """How an answer stands in its box; `parse` reads it back."""
    if value is None or isinstance(value, dict | list):
        return ""
    match each.widget:
        case Widget.MONEY if isinstance(value, int):
            return grouped(value)
        case Widget.NUMBER if isinstance(value, int | float):
            return show_number(value)
        case Widget.PHONE:
            return show_phone(str(value))
        case Widget.CHECKBOX | Widget.YES_NO:
            return option_text(value)
        case _:
            return str(value)


def _date_boxes(control: Control, value: Any) -> list[DateBox]:
    birth = control.autocomplete.endswith("bday")
    parts = (("day", _("Ngày"), 2), ("month", _("Tháng"), 2), ("year", _("Năm"), 4))
    return [
        DateBox(
            control.id if part == "day" else f"{control.id}-{part}",
            f"{control.name}.{part}",
            label,
            shown,
            length,
            f"{control.autocomplete}-{part}" if birth else "",
        )
        for (part, label, length), shown in zip(parts, date_boxes(value), strict=True)
    ]


def _unit_choice(unit: PlaceUnit, chosen: str) -> Choice:
    return Choice("", unit.code, unit.name, chosen=unit.code == chosen)
