"""Answers against the schema: JSON Schema 2020-12, then what it cannot say (real dates, structure of numbers, existing units)."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

import jsonschema_rs
from django.utils.translation import gettext as _

from tinhso.blocks.directory.identity_numbers import check_identity_number, normal_phone
from tinhso.blocks.forms.engine.messages import in_sentence, message_for, own_message
from tinhso.blocks.forms.engine.paths import Answers, beside, join_path, pattern_of, value_at
from tinhso.blocks.forms.engine.schema import Field, Widget, occurrences, walk
from tinhso.blocks.forms.engine.units import UnitEntry, UnitSource, unit_day, unit_level
from tinhso.blocks.forms.engine.values import blank, date_boxes, is_partial_date, iso_date
from tinhso.kernel.errors import Invalid

Errors = dict[str, str]
_CHECKED = {Widget.DATE, Widget.IDENTITY, Widget.PHONE, Widget.UNIT}
"""What JSON Schema cannot judge."""


class AnswerValidator:
    """Checks answers of one form. Made once for each form; holds no state."""

    def __init__(self, schema: Mapping[str, Any], sections: tuple[Field, ...]) -> None:
        self._validator = jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True, offline=True)
        self._sections = sections
        self._fields = {field.pattern: field for field in walk(sections)}
        once = [field for field in self._fields.values() if "[]" not in field.pattern]
        self._checked = [(field, field.pattern) for field in once if field.widget in _CHECKED]
        self._lists = [field for field in once if field.widget is Widget.LIST]

    def errors(
        self,
        answers: Answers,
        *,
        hidden: Sequence[str],
        today: date,
        units: UnitSource | None,
        pending: Collection[str] = (),
    ) -> Errors:
        """Messages by path, in the order of the form; one for each path.

        Args:
            answers: without the answers to questions that are not asked (`pruned`).
            hidden: paths of those questions; nothing is required of them.
            pending: paths of files uploaded but not yet stored; they count as answered.
        """
        answers, gone = self._completed(answers, hidden), _Gone(hidden)
        errors: Errors = {}
        for field, path in self._to_check(answers):
            if blank(value_at(answers, path)) or gone.holds(path):
                continue
            if sentence := _special(field, path, answers, today=today, units=units):
                errors[path] = sentence
        for error in self._validator.iter_errors(answers):
            field, path = self._blamed(error)
            if path and path not in errors and path not in pending and not gone.holds(path):
                errors[path] = message_for(field, error.kind.name, error.kind.as_dict(), value_at(answers, path))
        return self._ordered(errors, answers)

    def _to_check(self, answers: Answers) -> Iterator[tuple[Field, str]]:
        """The occurrences of what JSON Schema cannot judge."""
        yield from self._checked
        for holder in self._lists:
            for field, path in occurrences((holder,), answers, holder.pattern.rpartition(".")[0]):
                if field.widget in _CHECKED:
                    yield field, path

    def _completed(self, answers: Answers, hidden: Sequence[str]) -> Answers:
        """With an object for every section and demanded group, so that what is missing in them is found one by one."""
        found = dict(answers)
        for section in self._sections:
            if section.key not in hidden:
                found[section.key] = _with_groups(section, found.get(section.key) or {})
        return found

    def _blamed(self, error: jsonschema_rs.ValidationError) -> tuple[Field, str]:
        """The field an error is told at, and its path."""
        path = join_path(*error.instance_path)
        if error.kind.name == "required":
            path = join_path(*error.instance_path, error.kind.as_dict()["property"])
        field = self._fields.get(pattern_of(path))
        if field is None:  # the whole, or a list's entry: told at what holds it
            path = path.rpartition("[")[0] if path.endswith("]") else self._sections[0].key
            field = self._fields.get(pattern_of(path), self._sections[0])
        return field, path

    def _ordered(self, errors: Errors, answers: Answers) -> Errors:
        if not errors:
            return errors
        places = {path: index for index, (_field, path) in enumerate(occurrences(self._sections, answers))}
        return dict(sorted(errors.items(), key=lambda item: places.get(item[0], len(places))))


class _Gone:
    """What lies at or below a hidden path."""

    def __init__(self, hidden: Sequence[str]) -> None:
        self._paths = frozenset(hidden)
        self._below = tuple(f"{path}{mark}" for path in hidden for mark in (".", "["))

    def holds(self, path: str) -> bool:
        return path in self._paths or path.startswith(self._below)


def _with_groups(holder: Field, values: Any) -> Any:
    if not isinstance(values, dict):
        return values
    found = dict(values)
    for child in holder.fields:
        if child.widget is Widget.GROUP and (child.required or child.key in found):
            found[child.key] = _with_groups(child, found.get(child.key) or {})
        elif child.widget is Widget.LIST and isinstance(found.get(child.key), list):
            found[child.key] = [_with_groups(child, item) for item in found[child.key]]
    return found


def _special(field: Field, path: str, answers: Answers, *, today: date, units: UnitSource | None) -> str:
    value = str(value_at(answers, path))

    def other(keyword: str) -> Any:
        """What a keyword points to: the answer to another question, else its own text."""
        wanted = field.schema.get(keyword)
        return value_at(answers, beside(path, str(wanted))) or wanted

    match field.widget:
        case Widget.DATE:
            latest, earliest = (_day(other(keyword), today) for keyword in ("x-not-after", "x-not-before"))
            return _date_problem(field, value, today, latest, earliest)
        case Widget.IDENTITY:
            return _identity_problem(field, value, today, sex=other("x-check-sex"), born=other("x-check-birth"))
        case Widget.PHONE:
            return _phone_problem(field, value)
        case Widget.UNIT:
            return _unit_problem(field, value, unit_day(field, path, answers, today), units)
        case _:
            return ""


def _date_problem(  # noqa: PLR0911 - one sentence a line
    field: Field, value: str, today: date, latest: date | None, earliest: date | None
) -> str:
    words = {"label": field.title, "example": f"27 3 {today.year - 1}"}
    found = iso_date(value)
    if found is None:
        if field.schema.get("x-partial") and is_partial_date(value):
            return ""
        if own := own_message(field, "format"):
            return own
        day, month, year = date_boxes(value)
        missing = [name for name, box in ((_("ngày"), day), (_("tháng"), month), (_("năm"), year)) if not box]
        if missing and not field.schema.get("x-partial"):
            return _("%(label)s còn thiếu %(parts)s") % {**words, "parts": ", ".join(missing)}
        if re.fullmatch(r"\d{1,3}", year):
            return _("%(label)s: hãy ghi năm đủ bốn chữ số") % words
        return _("%(label)s phải là ngày có thật, ví dụ %(example)s") % words
    if latest and found > latest:
        if own := own_message(field, "x-not-after"):
            return own
        if field.schema["x-not-after"] == "today":
            return _("%(label)s không được sau hôm nay") % words
        return _("%(label)s không được sau ngày %(limit)s") % {**words, "limit": f"{latest:%d/%m/%Y}"}
    if earliest and found < earliest:
        if own := own_message(field, "x-not-before"):
            return own
        return _("%(label)s không được trước ngày %(limit)s") % {**words, "limit": f"{earliest:%d/%m/%Y}"}
    return ""


def _day(wanted: Any, today: date) -> date | None:
    return today if wanted == "today" else iso_date(wanted)


def _identity_problem(field: Field, value: str, today: date, *, sex: Any, born: Any) -> str:
    own = own_message(field, "x-widget")
    if not re.fullmatch(r"\d{12}", value, re.ASCII):
        return own or _("Số định danh gồm 12 chữ số")
    year = date(int(str(born)[:4]), 1, 1) if iso_date(born) or is_partial_date(born) else None
    try:
        check_identity_number(value, today=today, sex=sex if sex in {"male", "female"} else "", date_of_birth=year)
    except Invalid as error:
        return own or str(error)
    return ""


def _phone_problem(field: Field, value: str) -> str:
    if re.fullmatch(r"\+\d{7,15}", value, re.ASCII):
        return ""
    with suppress(Invalid):
        normal_phone(value)
        return ""
    return own_message(field, "x-widget") or _("%(label)s phải là số điện thoại, ví dụ 0912 345 678") % {"label": field.title}


def _unit_problem(field: Field, value: str, on: date, units: UnitSource | None) -> str:
    level = unit_level(field)
    entry = UnitEntry.of(value, level)
    if entry.code and (units is None or ((unit := units.get(entry.code, on)) and unit.level == level)):
        return ""
    if own := own_message(field, "x-widget"):
        return own
    words = {"label": in_sentence(field.title), "text": entry.text}
    if entry.text:
        return _("Không rõ “%(text)s” là nơi nào; hãy chọn %(label)s trong danh sách") % words
    if level == 3 and entry.parent:
        return _("Hãy chọn đến xã, phường của mục “%(label)s”") % {"label": field.title}
    if units and entry.code and (other := units.last(entry.code)):
        return _("%(name)s không có vào ngày %(day)s; hãy chọn lại %(label)s") % {
            **words,
            "name": other.name,
            "day": f"{on:%d/%m/%Y}",
        }
    return _("Hãy chọn lại %(label)s") % words
