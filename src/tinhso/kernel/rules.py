"""Rules people write (gateway conditions, fees, which papers are wanted) are CEL expressions; this is their one door.

    rule = compile_rule('answers.father.known == "yes" && size(answers.copies) > 0')
    rule.evaluate({"answers": {...}})      # the value, or RuleError
    rule.holds({"answers": {...}})         # for conditions: False when the rule fails on these values, and a line in the log
    check_rule('answers.fahter.known', {"answers.father.known"})   # ["Dòng 1, cột 1: không có trường answers.fahter.known …"]

CEL (https://cel.dev) has no loops, no assignment and no way out of the expression. On top of the standard functions a rule may
call `sum`, `min`, `max`, `days_between(from, to)` and `years_between(from, to)` (ISO dates).

What was not answered never surprises: a path that is missing reads as `null`, a list that is missing (before `.exists(…)`,
`.map(…)`, in `size(…)` or after `in`) as the empty list, and `has(path)` says whether there is an answer other than null.
So `answers.x == "yes"` is false and `answers.x != "yes"` true where x was not asked; arithmetic on null is an error.
"""

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import cel
import structlog
from cel import stdlib
from django.utils.translation import gettext as _

from tinhso.kernel.errors import Invalid

MAX_LENGTH = 2_000
MAX_NESTING = 2
"""Macros (`exists`, `map` …) inside macros: the one way in which an expression could take long."""

ROW = "[]"
"""The step of a path that stands for any row of a list: ("answers", "copies", "[]", "kind")."""

Path = tuple[str, ...]

log = structlog.get_logger(__name__)


class RuleError(Invalid):
    """A rule that cannot be understood, or that fails on the values it was given."""

    code = "rule_error"


def days_between(first: str, second: str) -> int:
    """Days from one ISO date (or date-time) to another."""
    return (date.fromisoformat(second[:10]) - date.fromisoformat(first[:10])).days


def years_between(first: str, second: str) -> int:
    """Full years from one ISO date to another: the age on that day."""
    born, on = date.fromisoformat(first[:10]), date.fromisoformat(second[:10])
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


_OURS: Mapping[str, Callable[..., Any]] = {
    "sum": stdlib.STDLIB_FUNCTIONS["sum"],
    "min": stdlib.STDLIB_FUNCTIONS["min"],
    "max": stdlib.STDLIB_FUNCTIONS["max"],
    "days_between": days_between,
    "years_between": years_between,
}
_MACROS = frozenset({"all", "exists", "exists_one", "map", "filter"})
_TYPES = frozenset({"bool", "bytes", "double", "int", "list", "map", "null_type", "string", "uint"})
_STANDARD = frozenset({
    "size", "has", "contains", "startsWith", "endsWith", "matches", "bytes", "double", "duration", "int", "string",
    "timestamp", "uint", "type", "dyn", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getFullYear",
    "getHours", "getMilliseconds", "getMinutes", "getMonth", "getSeconds",
})  # fmt: skip
FUNCTIONS = _STANDARD | _MACROS | _OURS.keys()


class Reference(NamedTuple):
    """A path an expression reads, and where it stands in the text."""

    path: Path
    offset: int
    tested: bool = False
    """inside has(…)"""
    is_list: bool = False
    """used as a list: before a macro, in size(…), after `in`"""
    whole: bool = True
    """all of what stands there may be read; not so for a list whose rows a macro goes through"""


@dataclass(frozen=True)
class Rule:
    """A compiled expression; made by `compile_rule`."""

    text: str
    references: tuple[Reference, ...]
    functions: tuple[tuple[str, int], ...]
    _program: Any = field(repr=False, compare=False)
    _wanted: "_Wanted" = field(repr=False, compare=False)

    def evaluate(self, env: Mapping[str, Any]) -> Any:
        """The value of the expression over `env` (JSON values by name), which is not changed.

        Raises:
            RuleError: the expression fails on these values, for example adds a number to a missing one.
        """
        names = {name: _OURS[name] for name, _offset in self.functions if name in _OURS}
        try:
            return self._program.execute(_picked(env, self._wanted) | names)
        except Exception as error:
            # the library raises KeyError, TypeError, ValueError, RuntimeError, ZeroDivisionError, OverflowError …
            raise RuleError(_("Quy tắc “{rule}” không tính được với dữ liệu này.").format(rule=self.text)) from error

    def holds(self, env: Mapping[str, Any]) -> bool:
        """Whether a condition is true. A condition that fails or gives something else than true or false does not hold."""
        try:
            value = self.evaluate(env)
        except RuleError as error:
            log.warning("rule_failed", rule=self.text, error=type(error.__cause__).__name__)
            return False
        if not isinstance(value, bool):
            log.warning("rule_failed", rule=self.text, error=f"gives {type(value).__name__}, not bool")
            return False
        return value


@lru_cache(maxsize=2_048)
def compile_rule(text: str) -> Rule:
    """Compile an expression, or take it from the cache.

    Raises:
        RuleError: too long, or not CEL; the message has line and column.
    """
    if len(text) > MAX_LENGTH:
        raise RuleError(_("Quy tắc dài quá {limit} ký tự; hãy tách nhỏ.").format(limit=MAX_LENGTH))
    if not text.strip():
        raise RuleError(_("Quy tắc để trống."))
    try:
        program = cel.compile(text)
    except ValueError as error:
        raise RuleError(_syntax_message(str(error))) from error
    scan = _Scan(text)
    if scan.nesting > MAX_NESTING:
        raise RuleError(_("Quy tắc lồng quá {limit} tầng exists/map/filter; hãy viết đơn giản hơn.").format(limit=MAX_NESTING))
    return Rule(text, tuple(scan.references), tuple(scan.functions), program, _wanted(scan.references))


def check_rule(text: str, known: Collection[str]) -> list[str]:
    """What is wrong with an expression, before it ever runs: sentences with line and column; empty when all is well.

    Args:
        known: the paths that exist, dotted, `[]` for the rows of a list, `*` at the end for "anything below":
            {"outcome", "answers.child.name", "answers.copies[].kind", "case.*"}. Objects on the way need not be listed.
    """
    try:
        rule = compile_rule(text)
    except RuleError as error:
        return [str(error)]
    problems = []
    for name, offset in rule.functions:
        if name not in FUNCTIONS:
            problems.append(_at(text, offset) + _("không có hàm {name}.").format(name=name) + _suggest(name, FUNCTIONS))
    paths = {_parse_path(path) for path in known}
    for reference in rule.references:
        if not _is_known(reference.path, paths):
            name = dotted(reference.path)
            problems.append(_at(text, reference.offset) + _("không có trường {name}.").format(name=name) + _suggest(name, known))
    return problems


def dotted(path: Path) -> str:
    """A path as people write it: answers.copies[].kind."""
    return ".".join(path).replace(f".{ROW}", ROW)


def _parse_path(text: str) -> Path:
    return tuple(text.replace(ROW, f".{ROW}").split("."))


def _is_known(path: Path, known: Collection[Path]) -> bool:
    path = path[:-1] if path[-1] == ROW else path
    return any(path == other[: len(path)] or (other[-1] == "*" and path[: len(other) - 1] == other[:-1]) for other in known)


def _suggest(name: str, among: Collection[str]) -> str:
    close = difflib.get_close_matches(name, among, n=1, cutoff=0.7)
    return " " + _("Có phải {name}?").format(name=close[0]) if close else ""


def _at(text: str, offset: int) -> str:
    before = text[:offset]
    line, column = before.count("\n") + 1, offset - before.rfind("\n")
    return _("Dòng {line}, cột {column}:").format(line=line, column=column) + " "


def _syntax_message(message: str) -> str:
    """The library's first error, "ERROR: <input>:1:11: Syntax error: …", as a sentence."""
    found = re.search(r"<input>:(\d+):(\d+): (?:Syntax error: )?([^\n]*)", message)
    if not found:
        return _("Không hiểu được quy tắc.")
    line, column, detail = found.groups()
    return _("Dòng {line}, cột {column}: quy tắc viết sai cú pháp CEL ({detail}).").format(
        line=line, column=column, detail=detail.split(" expecting ")[0]
    )


# --- reading the paths out of an expression the library has already accepted ---------------------------------------------

_TOKEN = re.compile(
    r"""
    (?P<skip>\s+|//[^\n]*)
  | (?P<string>[rR][bB]?(?:"[^"\n]*"|'[^'\n]*')
              |[bB]?(?:\"{3}[\s\S]*?\"{3}|'{3}[\s\S]*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
  | (?P<number>0[xX][0-9a-fA-F]+[uU]?|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?[uU]?)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<sign>.)
    """,
    re.VERBOSE,
)
_RESERVED = frozenset({"true", "false", "null", "in"})


class _Token(NamedTuple):
    kind: str
    text: str
    offset: int


_END = _Token("end", "", 0)


class _Scan:
    """The references and functions of an expression, in the order of the text."""

    def __init__(self, text: str) -> None:
        self.tokens = [
            _Token(str(match.lastgroup), match.group(), match.start())
            for match in _TOKEN.finditer(text)
            if match.lastgroup != "skip"
        ]
        self.references: list[Reference] = []
        self.functions: list[tuple[str, int]] = []
        self.nesting = 0
        self._depth = 0
        self._declared: set[int] = set()  # where macros name their variable
        self._bound: list[tuple[int, str, Path | None]] = []  # (bracket depth, variable of a macro, path of its rows)
        index = 0
        while index < len(self.tokens):
            index = self._step(index)

    def _token(self, index: int) -> _Token:
        return self.tokens[index] if 0 <= index < len(self.tokens) else _END

    def _step(self, index: int) -> int:
        token = self._token(index)
        if token.text in ("(", "[", "{") and token.kind == "sign":
            self._depth += 1
        elif token.text in (")", "]", "}") and token.kind == "sign":
            self._depth -= 1
            self._bound = [entry for entry in self._bound if entry[0] <= self._depth]
        elif token.kind == "name" and token.text not in _RESERVED and index not in self._declared:
            if self._token(index + 1).text == "(":
                return self._call(index, receiver=None)
            if self._token(index - 1).text != ".":  # after a dot: a field of a computed value, which nobody can check
                return self._path(index)
        return index + 1

    def _call(self, index: int, receiver: Path | None) -> int:
        """A function or method whose name stands at `index`; returns the index of its opening bracket."""
        token = self._token(index)
        self.functions.append((token.text, token.offset))
        if token.text in _MACROS and self._token(index - 1).text == ".":
            self._declared.add(index + 2)
            self._bound.append((self._depth + 1, self._token(index + 2).text, receiver and (*receiver, ROW)))
            self.nesting = max(self.nesting, len(self._bound))
        return index + 1

    def _path(self, index: int) -> int:
        first, before = self._token(index), self._token(index - 1)
        steps, after = self._steps(index)
        method = self._token(after + 1).text if self._token(after).text == "." else ""
        wrapper = self._token(index - 2).text if before.text == "(" else ""
        path = self._resolved(first.text, steps)
        if path and first.text not in _TYPES:
            macro = method in _MACROS
            is_list = macro or "size" in (method, wrapper) or before.text == "in"
            whole = not macro or method == "filter"
            self.references.append(Reference(path, first.offset, wrapper == "has", is_list, whole))
        return self._call(after + 1, receiver=path) if method else after

    def _steps(self, index: int) -> tuple[Path, int]:
        """The steps after the name at `index`, and the index of the first token that is not part of the path."""
        steps: list[str] = []
        after = index + 1
        while True:
            sign, step = self._token(after), self._token(after + 1)
            closed = sign.text == "[" and self._token(after + 2).text == "]"
            if sign.text == "." and step.kind == "name" and self._token(after + 2).text != "(":
                steps.append(step.text)
                after += 2
            elif closed and step.kind == "string":
                steps.append(step.text.strip("\"'"))
                after += 3
            elif closed and step.kind == "number":
                steps.append(ROW)
                after += 3
            else:
                return tuple(steps), after

    def _resolved(self, name: str, steps: Path) -> Path | None:
        """The full path; None for a variable that goes through a computed list."""
        for _depth, variable, rows in reversed(self._bound):
            if variable == name:
                return rows and (*rows, *steps)
        return (name, *steps)


# --- what an expression is given -----------------------------------------------------------------------------------------
# Only what it reads: the library copies every value it is given, which costs far more than the evaluation itself.


@dataclass
class _Wanted:
    """What is read at a place of the environment, and below it."""

    below: dict[str, "_Wanted"] = field(default_factory=dict)
    whole: bool = False
    is_list: bool = False
    tested: bool = False


def _wanted(references: Iterable[Reference]) -> _Wanted:
    root = _Wanted()
    for reference in references:
        place = root
        for step in reference.path:
            place = place.below.setdefault(step, _Wanted())
        place.whole |= reference.whole
        place.is_list |= reference.is_list
        place.tested |= reference.tested
    return root


def _picked(env: Mapping[str, Any], wanted: _Wanted) -> dict[str, Any]:
    found = _pick(env, wanted)
    assert isinstance(found, dict)  # noqa: S101
    return found


def _pick(value: Any, wanted: _Wanted, *, whole: bool = False) -> Any:
    """The wanted part of a value, with null, the empty list or nothing at all (in `has`) where there is no answer."""
    whole = whole or wanted.whole
    if value is None and wanted.is_list:
        return []
    if ROW in wanted.below:
        rows = wanted.below[ROW]
        return [_pick(row, rows, whole=whole) for row in value] if isinstance(value, list) else value
    if not wanted.below or not (value is None or type(value) is dict or isinstance(value, Mapping)):
        return value
    answers: Mapping[str, Any] = value or {}
    found = dict(answers) if whole else {}
    for step, place in wanted.below.items():
        if place.tested and answers.get(step) is None:
            found.pop(step, None)
        else:
            found[step] = _pick(answers.get(step), place, whole=whole)
    return found
