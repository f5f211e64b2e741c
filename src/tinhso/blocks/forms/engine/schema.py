"""From a JSON Schema to the tree of sections and fields that is drawn, read and checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import jsonschema_rs
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.forms.engine.paths import Answers, join_path, value_at
from tinhso.kernel.manifest import Text
from tinhso.kernel.rules import Rule, RuleError, check_rule, compile_rule, dotted

Schema = Mapping[str, Any]
RADIO_LIMIT = 5
"""Up to so many choices are radio buttons, more are a select."""


class Widget(StrEnum):
    SECTION = "section"
    GROUP = "group"
    LIST = "list"
    TEXT = "text"
    TEXTAREA = "textarea"
    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    IDENTITY = "identity"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    YES_NO = "yes-no"
    CHECKBOX = "checkbox"
    CHECKBOXES = "checkboxes"
    RADIO = "radio"
    SELECT = "select"
    SEX = "sex"
    UNIT = "unit"
    FILE = "file"


CHOICES = frozenset({Widget.RADIO, Widget.SELECT, Widget.SEX, Widget.CHECKBOXES, Widget.YES_NO})
HOLDERS = frozenset({Widget.SECTION, Widget.GROUP, Widget.LIST})

# widgets an author may name, with the JSON type the answer has
_NAMED: dict[Widget, frozenset[str]] = {
    Widget.TEXT: frozenset({"string"}),
    Widget.TEXTAREA: frozenset({"string"}),
    Widget.NAME: frozenset({"string"}),
    Widget.EMAIL: frozenset({"string"}),
    Widget.PHONE: frozenset({"string"}),
    Widget.IDENTITY: frozenset({"string"}),
    Widget.DATE: frozenset({"string"}),
    Widget.SEX: frozenset({"string"}),
    Widget.UNIT: frozenset({"string"}),
    Widget.MONEY: frozenset({"integer"}),
    Widget.INTEGER: frozenset({"integer"}),
    Widget.NUMBER: frozenset({"number"}),
    Widget.CHECKBOX: frozenset({"boolean"}),
    Widget.YES_NO: frozenset({"boolean"}),
    Widget.RADIO: frozenset({"string", "integer"}),
    Widget.SELECT: frozenset({"string", "integer"}),
    Widget.CHECKBOXES: frozenset({"array"}),
    Widget.FILE: frozenset({"string", "integer", "array"}),
}
_BY_TYPE = {
    "string": Widget.TEXT,
    "integer": Widget.INTEGER,
    "number": Widget.NUMBER,
    "boolean": Widget.YES_NO,
    "object": Widget.GROUP,
}
_WORDED = ("x-hint", "x-placeholder", "x-messages", "x-item-title", "x-add-label")
KEYWORDS = frozenset(
    {"x-widget", "x-autocomplete", "x-prefill", "x-visible-when", "x-check-sex", "x-check-birth", "x-not-after", "x-not-before"}
    | {"x-partial", "x-unit-level", "x-unit-on", "x-accept"}
    | {name + language for name in _WORDED for language in ("", "_en")}
)


@dataclass(frozen=True)
class Option:
    """One choice of a field."""

    value: str | int | bool
    schema: Schema
    name: Text = ""

    @property
    def title(self) -> str:
        return str(self.name) or localized(self.schema, "title") or str(self.value)

    @property
    def hint(self) -> str:
        return localized(self.schema, "x-hint") or localized(self.schema, "description")


@dataclass(frozen=True, eq=False)
class Field:
    """One question, or a holder of questions: a section, a group (address) or a list (repeated group).

    Attributes:
        pattern: where its answer stands, `[]` for any entry of a list: `family.children[].name`.
        required: asked for whenever it is visible.
        sometimes_required: a condition of the schema (`if`, `dependentRequired`, `anyOf` …) may ask for it.
    """

    key: str
    pattern: str
    schema: Schema
    widget: Widget
    required: bool = False
    sometimes_required: bool = False
    rule: Rule | None = None
    options: tuple[Option, ...] = ()
    fields: tuple["Field", ...] = ()

    @property
    def title(self) -> str:
        return localized(self.schema, "title") or self.key

    @property
    def description(self) -> str:
        return localized(self.schema, "description")

    @property
    def hint(self) -> str:
        return localized(self.schema, "x-hint")

    @property
    def item_title(self) -> str:
        """What one entry of a list is called: "Người con"."""
        return localized(self.schema, "x-item-title") or localized(self.schema.get("items") or {}, "title") or self.title

    @property
    def multiple(self) -> bool:
        return self.schema.get("type") == "array"

    def setting(self, keyword: str) -> str:
        return localized(self.schema, keyword)

    @property
    def mentions(self) -> frozenset[str]:
        """Patterns of the fields its visibility depends on."""
        if not self.rule:
            return frozenset()
        return frozenset(pattern for reference in self.rule.references if (pattern := self._resolved(dotted(reference.path))))

    def _resolved(self, name: str) -> str:
        root, _dot, rest = name.partition(".")
        if root == "answers":
            return rest
        return f"{entry_pattern(self.pattern)}.{rest}" if root == "item" and rest else ""


def entry_pattern(pattern: str) -> str:
    """The list entry a field stands in: `a.kids[].name` → `a.kids[]`; empty outside lists."""
    head, bracket, _rest = pattern.rpartition("[]")
    return head + bracket


def localized(schema: Schema, keyword: str) -> str:
    """The text of a keyword in the active language: `title_en` beside `title`."""
    language = (get_language() or "vi").partition("-")[0]
    return str((language != "vi" and schema.get(f"{keyword}_{language}")) or schema.get(keyword) or "")


def read_schema(schema: Schema) -> tuple[tuple[Field, ...], list[str]]:
    """The sections of a form, and what is wrong with the schema as "path: sentence" (empty when all is well)."""
    reader = _Reader(schema)
    return reader.sections, reader.problems


class _Reader:
    def __init__(self, schema: Schema) -> None:
        self.root = schema
        self.problems: list[str] = []
        self.sections: tuple[Field, ...] = ()
        if not self._is_json_schema():
            return
        properties = schema.get("properties")
        if not isinstance(properties, Mapping) or not properties:
            self.tell("", _("biểu mẫu phải có “properties” với ít nhất một phần"))
            return
        self.sections = tuple(self.section(key, part) for key, part in properties.items())
        self.check_rules()

    def tell(self, path: str, sentence: object) -> None:
        self.problems.append(f"{path or '(gốc)'}: {sentence}")

    def _is_json_schema(self) -> bool:
        if not isinstance(self.root, Mapping):
            self.tell("", _("biểu mẫu phải là một đối tượng JSON"))
            return False
        try:
            jsonschema_rs.Draft202012Validator(dict(self.root), offline=True)
        except (ValueError, jsonschema_rs.ReferencingError) as error:
            place = join_path(*(step for step in getattr(error, "instance_path", ()) if step != "properties"))
            self.tell(place, _("không phải JSON Schema 2020-12 hợp lệ (%(detail)s)") % {"detail": str(error).splitlines()[0]})
            return False
        return True

    def resolved(self, schema: Any, path: str) -> Schema:
        """The schema with a local `$ref` put in place; keywords beside it win."""
        seen = set()
        while isinstance(schema, Mapping) and "$ref" in schema:
            reference = schema["$ref"]
            if reference in seen or not str(reference).startswith("#/"):
                self.tell(path, _("chỉ dùng được $ref trong cùng tệp, không vòng tròn"))
                break
            seen.add(reference)
            target: Any = self.root
            for step in str(reference)[2:].split("/"):
                target = target.get(step.replace("~1", "/").replace("~0", "~"), {}) if isinstance(target, Mapping) else {}
            schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
        if not isinstance(schema, Mapping):
            self.tell(path, _("phải là một đối tượng JSON"))
            return {}
        return schema

    def section(self, key: str, schema: Any) -> Field:
        schema = self.resolved(schema, key)
        if schema.get("type") != "object":
            self.tell(key, _("mỗi phần ở cấp đầu phải có type “object”"))
        return self.holder(key, key, schema, Widget.SECTION, required=True)

    def holder(self, key: str, pattern: str, schema: Schema, widget: Widget, *, required: bool, maybe: bool = False) -> Field:
        properties = schema.get("properties")
        if not isinstance(properties, Mapping) or not properties:
            self.tell(pattern, _("cần “properties” với ít nhất một câu hỏi"))
            properties = {}
        return self.made(key, pattern, schema, widget, required, maybe, self.children(pattern, schema, properties))

    def children(self, pattern: str, schema: Schema, properties: Mapping[str, Any]) -> tuple[Field, ...]:
        demanded = set(schema.get("required", ()))
        conditional = _conditionally_required(schema)
        for missing in sorted((demanded | conditional) - set(properties)):
            self.tell(pattern, _("“required” nêu “%(key)s” nhưng không có câu hỏi này") % {"key": missing})
        return tuple(
            self.field(key, f"{pattern}.{key}", part, required=key in demanded, maybe=key in conditional)
            for key, part in properties.items()
        )

    def field(self, key: str, pattern: str, schema: Any, *, required: bool, maybe: bool) -> Field:
        schema = self.resolved(schema, pattern)
        widget = self.widget(schema, pattern)
        if not join_path(key).isidentifier():
            self.tell(pattern, _("tên câu hỏi chỉ gồm chữ không dấu, số và gạch dưới"))
        if not schema.get("title"):
            self.tell(pattern, _("thiếu “title”"))
        if widget is Widget.GROUP:
            return self.holder(key, pattern, schema, widget, required=required, maybe=maybe)
        if widget is Widget.LIST:
            item = self.resolved(schema["items"], f"{pattern}[]")
            fields = self.children(f"{pattern}[]", item, item.get("properties") or {})
            return self.made(key, pattern, {**schema, "items": item}, widget, required, maybe, fields)
        return self.made(key, pattern, schema, widget, required, maybe)

    def made(  # noqa: PLR0917 - the parts of a field, in its order
        self,
        key: str,
        pattern: str,
        schema: Schema,
        widget: Widget,
        required: bool,
        maybe: bool,
        fields: tuple[Field, ...] = (),
    ) -> Field:
        self.check_keywords(pattern, schema, widget)
        rule, options = self.rule(pattern, schema), self.options(pattern, schema, widget)
        return Field(key, pattern, schema, widget, required, maybe, rule, options, fields)

    def widget(self, schema: Schema, pattern: str) -> Widget:  # noqa: PLR0911 - one line for each kind
        kind = schema.get("type")
        named = schema.get("x-widget")
        if named is not None:
            if named not in _NAMED:
                self.tell(pattern, _("không có x-widget “%(name)s”") % {"name": named})
                return Widget.TEXT
            if kind not in _NAMED[Widget(named)]:
                types = ", ".join(sorted(_NAMED[Widget(named)]))
                self.tell(pattern, _("x-widget “%(name)s” cần type: %(types)s") % {"name": named, "types": types})
            return Widget(named)
        if kind == "array":
            items = self.resolved(schema.get("items", {}), f"{pattern}[]")
            if items.get("type") == "object":
                return Widget.LIST
            if "oneOf" in items or "enum" in items:
                return Widget.CHECKBOXES
            self.tell(pattern, _("mảng phải gồm các đối tượng, các lựa chọn, hoặc là x-widget “file”"))
            return Widget.TEXT
        if "oneOf" in schema or "enum" in schema:
            choices = schema.get("oneOf") or schema.get("enum") or ()
            return Widget.RADIO if len(choices) <= RADIO_LIMIT else Widget.SELECT
        if kind == "string" and schema.get("format") in {"date", "email"}:
            return Widget(schema["format"])
        if kind not in _BY_TYPE:
            self.tell(pattern, _("không vẽ được type “%(type)s”") % {"type": kind})
        return _BY_TYPE.get(str(kind), Widget.TEXT)

    def options(self, pattern: str, schema: Schema, widget: Widget) -> tuple[Option, ...]:
        if widget is Widget.YES_NO:
            return (Option(True, {}, _("Có")), Option(False, {}, _("Không")))
        if widget not in CHOICES:
            return ()
        source = self.resolved(schema.get("items", {}), pattern) if widget is Widget.CHECKBOXES else schema
        found = tuple(
            Option(choice["const"], choice)
            for choice in source.get("oneOf", ())
            if isinstance(choice, Mapping) and "const" in choice
        ) or tuple(Option(value, {}) for value in source.get("enum", ()))
        if not found and widget is Widget.SEX:
            return (Option("male", {}, _("Nam")), Option("female", {}, _("Nữ")))
        if not found:
            self.tell(pattern, _("thiếu các lựa chọn (oneOf gồm const và title)"))
        return found

    def rule(self, pattern: str, schema: Schema) -> Rule | None:
        source = schema.get("x-visible-when")
        if source is None:
            return None
        try:
            return compile_rule(str(source))
        except RuleError as error:
            self.tell(pattern, f"x-visible-when: {error}")
            return None

    def check_keywords(self, pattern: str, schema: Schema, widget: Widget) -> None:
        for keyword in schema:
            if keyword.startswith("x-") and keyword not in KEYWORDS:
                self.tell(pattern, _("không có từ khóa “%(name)s”") % {"name": keyword})
        if widget is Widget.UNIT and schema.get("x-unit-level", "commune") not in {"province", "district", "commune"}:
            self.tell(pattern, _("x-unit-level là province, district hoặc commune"))

    def check_rules(self) -> None:
        """What needs the whole tree: rules and cross-references name fields that exist."""
        patterns = {field.pattern for field in walk(self.sections)}
        for field in walk(self.sections):
            if field.rule:
                for problem in check_rule(field.rule.text, known_names(self.sections, field)):
                    self.tell(field.pattern, f"x-visible-when: {problem}")
            for keyword in ("x-check-sex", "x-check-birth", "x-not-after", "x-not-before", "x-unit-on"):
                value = field.schema.get(keyword)
                if value is not None and value != "today" and not _is_day(value) and value not in patterns:
                    self.tell(
                        field.pattern,
                        _("%(keyword)s nêu “%(value)s” nhưng không có câu hỏi này") % {"keyword": keyword, "value": value},
                    )


def _is_day(text: object) -> bool:
    try:
        return bool(date.fromisoformat(str(text)))
    except ValueError:
        return False


def _conditionally_required(schema: Schema) -> set[str]:
    """Properties that `if`/`then`/`else`, `allOf`, `anyOf`, `oneOf` or `dependentRequired` may ask for."""
    found: set[str] = set()
    parts = [schema.get("then"), schema.get("else")]
    for keyword in ("allOf", "anyOf", "oneOf"):
        parts += schema.get(keyword) or []
    parts += (schema.get("dependentSchemas") or {}).values()
    for part in parts:
        if isinstance(part, Mapping):
            found |= set(part.get("required", ())) | _conditionally_required(part)
    for wanted in (schema.get("dependentRequired") or {}).values():
        found |= set(wanted)
    return found


def known_names(sections: tuple[Field, ...], field: Field | None = None) -> set[str]:
    """The names an expression may use: every `answers.…` path, `today`, and `item.…` inside a list entry."""
    names = {"today"} | {f"answers.{found.pattern}" for found in walk(sections)}
    entry = entry_pattern(field.pattern) if field else ""
    if entry:
        names |= {f"item{found.pattern[len(entry) :]}" for found in walk(sections) if found.pattern.startswith(f"{entry}.")}
    return names


def walk(fields: tuple[Field, ...]) -> Iterator[Field]:
    """Every field, holders before what they hold."""
    for field in fields:
        yield field
        yield from walk(field.fields)


def occurrences(fields: tuple[Field, ...], answers: Answers, parent: str = "") -> Iterator[tuple[Field, str]]:
    """Every field with the path of each place it has in these answers, in the order of the form."""
    for field in fields:
        path = f"{parent}.{field.key}" if parent else field.key
        yield field, path
        if field.widget is Widget.LIST:
            for index in range(len(value_at(answers, path) or ())):
                yield from occurrences(field.fields, answers, f"{path}[{index}]")
        else:
            yield from occurrences(field.fields, answers, path)
