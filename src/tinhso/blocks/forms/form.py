"""The door of the block: a form made from a JSON Schema."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.safestring import SafeString
from django.utils.timezone import localdate

from tinhso.blocks.forms.engine.parse import Parsed, Posted, merged, read_post, without_blank_items
from tinhso.blocks.forms.engine.paths import Answers, put_at, value_at
from tinhso.blocks.forms.engine.schema import HOLDERS, Field, Schema, Widget, known_names, occurrences, read_schema, walk
from tinhso.blocks.forms.engine.summary import AnswerReader, FileNames, SummarySection
from tinhso.blocks.forms.engine.units import UnitSource
from tinhso.blocks.forms.engine.validate import AnswerValidator, Errors
from tinhso.blocks.forms.engine.visibility import pruned
from tinhso.blocks.forms.render import FormView, render_errors, render_form, render_summary
from tinhso.blocks.forms.units import DirectoryUnits


class BadSchema(ValueError):
    """The schema cannot be used as a form; `problems` says where and why."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Cleaned:
    """Answers fit to be kept: without what is not asked and without blank entries; and what is wrong with them."""

    answers: Answers
    errors: Errors


def check_schema(schema: Schema) -> list[str]:
    """What is wrong with a form schema, as "path: sentence"; empty when all is well."""
    return read_schema(schema)[1]


class Form:
    """A form: sections of questions, drawn, read, checked and told back.

    Everything takes `on`, the day on which "today" falls (default: today). Show a submitted form with the day of its
    submission: units are looked up on the map of that day.

    Args:
        schema: JSON Schema 2020-12 with our `x-` keywords (see README.md beside this file).
        units: where administrative units come from.

    Raises:
        BadSchema: `check_schema(schema)` is not empty.
    """

    def __init__(self, schema: Schema, *, units: UnitSource | None = None) -> None:
        self.schema = schema
        self.units: UnitSource = units or DirectoryUnits()
        self.sections, problems = read_schema(schema)
        if problems:
            raise BadSchema(problems)
        self._validator = AnswerValidator(schema, self.sections)
        self._with_lists = tuple(found for found in self.sections if any(one.widget is Widget.LIST for one in walk((found,))))

    def section(self, key: str) -> Field | None:
        return next((section for section in self.sections if section.key == key), None)

    def visible_sections(self, answers: Answers, *, on: date | None = None) -> list[Field]:
        """The sections to go through, given the answers."""
        _answers, hidden = pruned(self.sections, answers, on or localdate())
        return [section for section in self.sections if section.key not in hidden]

    def field_paths(self) -> set[str]:
        """What an expression (a fee, a condition, a gateway) may name, for `tinhso.kernel.rules.check_rule`."""
        return known_names(self.sections)

    def questions(self) -> list[Field]:
        """Every question, in the order of the form; holders left out."""
        return [field for field in walk(self.sections) if field.widget not in HOLDERS]

    def parse(
        self,
        post: Posted,
        files: Posted | None = None,
        *,
        section: str | None = None,
        keep: Answers | None = None,
        on: date | None = None,
        prefix: str = "",
    ) -> Parsed:
        """Read a posted section (all sections when None); the rest of the answers is kept from `keep`.

        Nothing is refused: what cannot be read stands in the answers as it was typed, and `errors` says what to do.
        """
        today = on or localdate()
        posted = [found for found in self.sections if section in (None, found.key)]
        parsed = read_post(self.sections, post, files, posted=posted, keep=keep, today=today, units=self.units, prefix=prefix)
        only_redrawn = parsed.redraw and not parsed.appeared
        if parsed.autosave or (only_redrawn and not parsed.marked):
            return parsed
        errors = self.validate(parsed.answers, section=section, on=today, pending=parsed.uploads)
        shown = parsed.marked if only_redrawn else errors.keys() - parsed.appeared
        parsed.errors = {path: message for path, message in errors.items() if path in shown}
        return parsed

    def validate(
        self, answers: Answers, *, section: str | None = None, on: date | None = None, pending: Iterable[str] = ()
    ) -> Errors:
        """Messages by path, in the order of the form; of one section when named.

        `pending`: paths of uploads that are not yet stored; they count as answered.
        """
        today = on or localdate()
        errors = self._errors(*pruned(self.sections, answers, today), today=today, pending=pending)
        if section is None:
            return errors
        return {path: message for path, message in errors.items() if path.partition(".")[0] == section}

    def clean(self, answers: Answers, *, on: date | None = None) -> Cleaned:
        """The answers as they are kept once submitted, and what is wrong with them."""
        today = on or localdate()
        known = {key: value for key, value in answers.items() if self.section(key)}
        asked, hidden = pruned(self.sections, without_blank_items(self._with_lists, known) if self._with_lists else known, today)
        return Cleaned(asked, self._errors(asked, hidden, today=today))

    def _errors(self, asked: Answers, hidden: list[str], *, today: date, pending: Iterable[str] = ()) -> Errors:
        return self._validator.errors(asked, hidden=hidden, today=today, units=self.units, pending=set(pending))

    def missing_sections(self, answers: Answers, *, on: date | None = None) -> list[str]:
        """Keys of the visible sections that still have errors: the open tasks of a task list."""
        errors = self.validate(answers, on=on)
        open_keys = {path.partition(".")[0] for path in errors}
        return [section.key for section in self.visible_sections(answers, on=on) if section.key in open_keys]

    def first_open(self, answers: Answers, *, on: date | None = None) -> str:
        """Path of the first question that still has to be answered; empty when there is none."""
        path = next(iter(self.validate(answers, on=on)), "")
        inside = (field.pattern for field in walk(self.sections) if field.pattern.startswith(f"{path}[]."))
        first_of_entry = next(inside, "") if path else ""
        return first_of_entry.replace("[]", "[0]", 1) or path

    def prefill(self, context: Mapping[str, Any], answers: Answers | None = None) -> Answers:
        """Answers with the gaps filled from `x-prefill` paths into `context`, such as `applicant.full_name`."""
        found: Answers = {}
        for field in walk(self.sections):
            path = field.schema.get("x-prefill")
            if path and "[]" not in field.pattern and field.widget not in HOLDERS:
                value = value_at(context, str(path))
                value = _plain(value)
                if value not in (None, ""):
                    put_at(found, field.pattern, value)
        return merged(answers or {}, found)

    @cached_property
    def prefill_paths(self) -> frozenset[str]:
        """Everything `prefill` would like to know."""
        return frozenset(str(field.schema["x-prefill"]) for field in walk(self.sections) if field.schema.get("x-prefill"))

    def told(self, answers: Answers) -> Answers:
        """The reverse of `prefill`: what the answers say under the `x-prefill` paths (`{"applicant": {…}}`)."""
        found: Answers = {}
        for field in walk(self.sections):
            path = field.schema.get("x-prefill")
            if path and "[]" not in field.pattern and (value := value_at(answers, field.pattern)) not in (None, ""):
                put_at(found, str(path), value)
        return found

    def render(
        self,
        section: str | None = None,
        answers: Answers | None = None,
        errors: Mapping[str, str] | None = None,
        *,
        post_url: str = "",
        files: FileNames | None = None,
        on: date | None = None,
        prefix: str = "",
        heading: str = "h2",
        focus: str = "",
    ) -> SafeString:
        """The fields of one section (of all visible ones when None), without `<form>`, save button and error summary.

        Args:
            post_url: where the form posts to; with it, parts are redrawn in place by htmx.
            files: names stored files by id.
            prefix: put before every field name, for two forms on one page; the same to `parse`.
            heading: element of the section's title: "h1", "h2", or "" to leave it to screen readers only.
            focus: path whose field takes the cursor, as `Parsed.focus` says.
        """
        view = FormView(
            answers=answers or {}, errors=errors or {}, post_url=post_url, files=files, today=on or localdate(),
            units=self.units, prefix=prefix, heading=heading, focus=focus,
        )  # fmt: skip
        shown = [found for found in self.visible_sections(view.answers, on=on) if section in (None, found.key)]
        return render_form(self.sections, shown, view, whole=section is None)

    def render_errors(self, errors: Mapping[str, str], *, prefix: str = "", urls: Mapping[str, str] | None = None) -> SafeString:
        """The error summary, each line a link to its field; empty without errors.

        Args:
            urls: address of each section's page, where the fields are not on this page.
        """
        return render_errors(self.sections, errors, prefix=prefix, urls=urls or {})

    def summary(self, answers: Answers, *, files: FileNames | None = None, on: date | None = None) -> list[SummarySection]:
        """The visible sections with label and text of every answer, unanswered questions included (empty text)."""
        today = on or localdate()
        asked, hidden = pruned(self.sections, answers, today)
        reader = AnswerReader(asked, today=today, units=self.units, files=files)
        return [
            SummarySection(section.key, section.title, tuple(reader.rows(section.fields, section.key, hidden)))
            for section in self.sections
            if section.key not in hidden
        ]

    def render_summary(
        self,
        answers: Answers,
        *,
        files: FileNames | None = None,
        on: date | None = None,
        urls: Mapping[str, str] | None = None,
        heading: str = "h2",
        dense: bool = False,
    ) -> SafeString:
        """The summary as description lists.

        Args:
            urls: address of each section's page; with it a "change" link is shown.
            dense: for the workspace.
        """
        return render_summary(self.summary(answers, files=files, on=on), urls=urls or {}, heading=heading, dense=dense)

    def texts(self, answers: Answers, *, files: FileNames | None = None, on: date | None = None) -> Answers:
        """The answers' own shape with readable text for values, for paper templates: `texts.child.date_of_birth`."""
        today = on or localdate()
        asked, _hidden = pruned(self.sections, answers, today)
        return AnswerReader(asked, today=today, units=self.units, files=files).texts(self.sections)

    @cached_property
    def asks_for_files(self) -> bool:
        return any(field.widget is Widget.FILE for field in walk(self.sections))

    def files_at(self, answers: Answers) -> dict[str, list[Any]]:
        """Ids of the stored files the answers name, by the path of their question."""
        found: dict[str, list[Any]] = {}
        for field, path in occurrences(self.sections, answers) if self.asks_for_files else ():
            if field.widget is Widget.FILE and (value := value_at(answers, path)) not in (None, "", []):
                found[path] = value if isinstance(value, list) else [value]
        return found

    def file_ids(self, answers: Answers) -> list[Any]:
        """Ids of the stored files the answers name."""
        return [file_id for ids in self.files_at(answers).values() for file_id in ids]

    def only_files(self, answers: Answers) -> Answers:
        """The answers without all that a page itself carries: what has to be remembered where there is no draft (`keep`)."""
        found: Answers = {}
        for field, path in occurrences(self.sections, answers) if self.asks_for_files else ():
            value = value_at(answers, path)
            if field.widget is Widget.FILE and value:
                put_at(found, path, value)
            elif field.widget is Widget.LIST and value:
                put_at(found, path, [{} for _entry in value])
        return found


def _plain(value: Any) -> Any:
    """What a form holds: ISO dates, codes of units; the rest as it is."""
    if isinstance(value, date):
        return value.isoformat()
    return getattr(value, "code", value)


__all__ = ["BadSchema", "Cleaned", "Form", "Parsed", "check_schema"]
