"""A procedure is a folder of data; this reads one and checks it whole. Pure: no database, nothing is installed here.

    definition = load_folder(Path(".../procedures/1.001193"))

Whatever is wrong is collected and told at once, with file, line, key and what to do (`ProcedureFolderError`). What the files
hold is explained to authors in docs/procedures.md.
"""

import hashlib
import json
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.template import TemplateSyntaxError, engines
from django.utils.translation import gettext as _

from tinhso.blocks.cases.bpmn.checks import call_problems, share_warnings
from tinhso.blocks.cases.bpmn.graph import Graph, ProcessError
from tinhso.blocks.cases.bpmn.parse import parse, process_id
from tinhso.blocks.cases.declaration import Declaration, Table
from tinhso.blocks.cases.families import CODES, PROCEDURE, PROCEDURES, Family, family_named
from tinhso.blocks.forms import Form, check_schema
from tinhso.kernel.errors import Invalid
from tinhso.kernel.rules import check_rule
from tinhso.kernel.time import Term, Unit

DECLARATION, FORM, PROCESS = "procedure.toml", "form.schema.json", "process.bpmn"
MAX_FILE_BYTES = 1_000_000
TEXT_FILES = frozenset({".toml", ".json", ".bpmn", ".html", ".md"})
CASE_FACTS = frozenset({"case.code", "case.channel"})
"""What a process's conditions may read of the case itself; channel: 1 counter, 2 online, 3 post."""
PAPER_KINDS = frozenset({"certificate", "decision", "letter", "notice"})
LEVELS = frozenset({"commune", "province"})
GRADES = frozenset({"full", "partial", "information"})
AUDIENCES = frozenset({"citizen", "business"})

_HOURS_A_DAY = 8
_CODE = re.compile(r"\d+\.\d{6}(\.\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2})?|[A-Z][A-Z0-9.-]{2,29}")
VERSION = re.compile(r"[0-9]{4}(\.[0-9]{1,3}){1,2}")
_PART = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SYMBOL = re.compile(r"[A-ZĐ][A-ZĐ0-9/-]{0,19}")
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
_ANSWER = re.compile(r"(?<![\w.\"'])(?:answers|texts)((?:\.\w+)+)")


@dataclass(frozen=True)
class FolderProblem:
    """One thing wrong in a procedure folder. `line` 0: the file as a whole."""

    file: str
    line: int
    key: str
    text: str

    def __str__(self) -> str:
        place = _("{file}, dòng {line}").format(file=self.file, line=self.line) if self.line else self.file
        return f"{place}: {self.key}: {self.text}" if self.key else f"{place}: {self.text}"


class ProcedureFolderError(Invalid):
    """A folder that cannot be taken into the catalogue; `problems` has everything that is wrong."""

    code = "procedure_folder_error"

    def __init__(self, folder: str, problems: Collection[FolderProblem]) -> None:
        self.folder = folder
        self.problems = tuple(problems)
        head = _("Thư mục thủ tục “{folder}” có {count} lỗi:").format(folder=folder, count=len(self.problems))
        super().__init__("\n".join([head, *(f"- {problem}" for problem in self.problems)]))


@dataclass(frozen=True)
class ProcedureDefinition:
    """A checked procedure.

    data: procedure.toml as JSON values (dates as ISO text). files: the folder's text files by name. content_hash: SHA-256 over
    all of them. warnings: advice to the author.
    """

    code: str
    version: str
    name: str
    name_en: str
    field: str
    field_code: str
    keywords: tuple[str, ...]
    level: str
    grade: str
    audience: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    term: Term
    legal_term: Term
    same_day: bool
    form_schema: dict[str, Any]
    graph: Graph
    data: dict[str, Any]
    files: dict[str, str]
    content_hash: str
    warnings: tuple[str, ...] = ()
    family: str = PROCEDURE


def load_folder(folder: Path, *, actions: Collection[str] | None = None) -> ProcedureDefinition:
    """Read and check a procedure folder.

    Args:
        actions: names of the registered service tasks; None to leave them unchecked.

    Raises:
        ProcedureFolderError: with everything that is wrong in all files.
    """
    return _Folder(folder.name, *_read_files(folder)).load(actions)


def load_files(code: str, files: dict[str, str], *, actions: Collection[str] | None = None) -> ProcedureDefinition:
    """The same for files that are kept elsewhere, such as in the row of a version.

    Raises:
        ProcedureFolderError: with everything that is wrong in all files.
    """
    return _Folder(code, files, []).load(actions)


def procedure_folders(root: Path) -> list[Path]:
    """The procedure folders in a directory, by code; of several versions (`1.001776@2021.1`) the older first."""
    return sorted(path.parent for path in root.glob(f"*/{DECLARATION}"))


def _read_files(folder: Path) -> tuple[dict[str, str], list[FolderProblem]]:
    """The folder's text files by name, and what is wrong with the folder itself."""
    problems: list[FolderProblem] = []

    def tell(file: str, text: object) -> None:
        problems.append(FolderProblem(file, 0, "", str(text)))

    if not folder.is_dir():
        tell(folder.name, _("không có thư mục này."))
        return {}, problems
    files = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_symlink() or not path.is_file() or path.suffix not in TEXT_FILES:
            kinds = ", ".join(sorted(TEXT_FILES))
            tell(path.name, _("không thuộc về thư mục thủ tục; chỉ để các tệp {kinds}.").format(kinds=kinds))
        elif path.stat().st_size > MAX_FILE_BYTES:
            tell(path.name, _("tệp lớn quá 1 MB."))
        else:
            try:
                files[path.name] = path.read_bytes().decode("utf-8-sig")
            except UnicodeDecodeError:
                tell(path.name, _("tệp không phải là văn bản UTF-8; hãy lưu lại bằng mã UTF-8."))
    for name in (DECLARATION, FORM, PROCESS):
        if name not in files and not any(problem.file == name for problem in problems):
            tell(name, _("thiếu tệp này."))
    return files, problems


class _Folder:
    def __init__(self, name: str, files: dict[str, str], problems: list[FolderProblem]) -> None:
        self.name = name
        self.files = files
        self.problems = problems

    def tell(self, file: str, text: object, *, line: int = 0, key: str = "") -> None:
        self.problems.append(FolderProblem(file, line, key, str(text)))

    def load(self, actions: Collection[str] | None) -> ProcedureDefinition:
        self._give_up_if_broken()  # without the four files there is nothing to check
        schema, fields = self._form()
        declaration = Declaration(self.files[DECLARATION])
        root = declaration.root
        family = family_named(root.text("family", required=False, among=CODES) or PROCEDURE)
        code = root.text("code", pattern=_CODE, like="1.001193")
        version = root.text("version", pattern=VERSION, like="2025.1")
        if code and self.name not in (code, f"{code}@{version}"):
            root.tell(
                "code",
                _("mã “{code}” khác tên thư mục “{folder}”; hai tên phải giống nhau.").format(code=code, folder=self.name),
            )
        name, name_en = root.text("name"), root.text("name_en")
        field, field_code = root.text("field"), root.text("field_code")
        keywords, audience = root.texts("keywords", required=False), root.texts("audience", among=AUDIENCES)
        level, grade = root.text("level", among=LEVELS), root.text("grade", among=GRADES)
        root.text("promise", required=False)
        root.text("notes", required=False)
        valid_from, valid_to = root.day("valid_from"), root.day("valid_to", required=False)
        if valid_from and valid_to and valid_to < valid_from:
            root.tell("valid_to", _("ngày hết hiệu lực đứng trước ngày có hiệu lực (valid_from)."))
        term, legal_term, same_day = _read_term(root.table("term"), family)
        for part in root.tables("parts"):
            _read_part(part, fields)
        _no_twins(root, "parts")
        if family is PROCEDURES:
            _read_legal(root.table("legal"))
            _read_fee(root.table("fee"), fields)
            self._result(root.table("result"), fields)
        graph = self._process(fields, actions, family)
        for line, key, text in declaration.problems():
            self.tell(DECLARATION, text, line=line, key=key)
        self._give_up_if_broken()
        assert valid_from  # noqa: S101 - a missing one is among the problems
        assert term  # noqa: S101
        assert legal_term  # noqa: S101
        assert graph  # noqa: S101
        return ProcedureDefinition(
            code,
            version,
            name,
            name_en,
            field,
            field_code,
            keywords,
            level,
            grade,
            audience,
            valid_from,
            valid_to,
            term,
            legal_term,
            same_day,
            schema,
            graph,
            declaration.json(),
            self.files,
            self._content_hash(),
            tuple(share_warnings(graph)),
            family.code,
        )

    def _give_up_if_broken(self) -> None:
        if self.problems:
            raise ProcedureFolderError(self.name, self.problems)

    def _content_hash(self) -> str:
        digest = hashlib.sha256()
        for name, text in sorted(self.files.items()):
            content = text.encode()
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
        return digest.hexdigest()

    # --- form, process, result

    def _form(self) -> tuple[dict[str, Any], set[str]]:
        """The schema and the names that rules may use."""
        try:
            schema = json.loads(self.files[FORM])
        except json.JSONDecodeError as error:
            self.tell(FORM, _("không phải là JSON đúng cú pháp ({detail}).").format(detail=error.msg), line=error.lineno)
            return {}, {"answers.*"}
        problems = check_schema(schema)
        for problem in problems:
            self.tell(FORM, problem)
        return schema, {"answers.*"} if problems else Form(schema).field_paths() - {"today"}

    def _process(self, fields: set[str], actions: Collection[str] | None, family: Family) -> Graph | None:
        """The process, with those of the folder's other process files that its call activities run."""
        known = fields | CASE_FACTS | {"outcome"}
        others = sorted(name for name in self.files if name.endswith(".bpmn") and name != PROCESS)
        ids = {name: process_id(self.files[name].encode()) for name in others}
        graphs = {}
        for name in (PROCESS, *others):
            try:
                graphs[name] = parse(
                    self.files[name].encode(),
                    known=known,
                    roles=family.roles,
                    actions=actions,
                    processes=[process for other, process in ids.items() if other != name],
                    main=name == PROCESS,
                )
            except ProcessError as error:
                for problem in error.problems:
                    self.tell(name, problem.text, line=problem.line)
        if len(graphs) <= len(others):
            return None
        main = replace(graphs.pop(PROCESS), called=tuple(graphs.values()))
        for process, problem in call_problems(main):
            self.tell(next((name for name in others if graphs[name] is process), PROCESS), problem.text, line=problem.line)
        return main

    def _result(self, result: Table, fields: set[str]) -> None:
        result.text("title")
        result.text("paper", among=PAPER_KINDS)
        result.text("symbol", pattern=_SYMBOL, like="TLKS")
        name = result.text("template")
        if name and name not in self.files:
            result.tell("template", _("thư mục không có tệp “{name}”.").format(name=name))
        elif name:
            self._template(name, fields)

    def _template(self, name: str, fields: set[str]) -> None:
        """The template parses, and names only answers that the form can give."""
        text = self.files[name]
        try:
            engines["django"].from_string(text)
        except TemplateSyntaxError as error:
            line = getattr(getattr(error, "token", None), "lineno", 0) or 0
            self.tell(name, _("mẫu viết sai cú pháp Django ({detail}).").format(detail=error), line=line)
        for tag in _TAG.finditer(text):
            for found in _ANSWER.finditer(tag.group()):
                path = re.sub(r"\.\d+", "[0]", found.group(1)).lstrip(".")
                if check_rule(f"answers.{path}", fields):
                    line = text.count("\n", 0, tag.start()) + 1
                    self.tell(name, _("biểu mẫu không có câu hỏi “{path}”.").format(path=path), line=line)


# --- the tables of procedure.toml ----------------------------------------------------------------------------------------


SAME_DAY = "trong ngày"
LAW_SAYS = {
    "ngày làm việc": Unit.WORKING_DAYS,
    "ngày": Unit.CALENDAR_DAYS,
    "giờ làm việc": Unit.HOURS,
    "giờ": Unit.HOURS,
    SAME_DAY: None,
}
"""The law's own word for what it counts, and how that is counted here."""
_ARTICLE = re.compile(r"\b(điều|khoản|mục)\s+\w", re.IGNORECASE)


def has_article(basis: str) -> bool:
    """Whether a legal basis names the article."""
    return bool(_ARTICLE.search(basis))


def _read_term(table: Table, family: Family) -> tuple[Term | None, Term | None, bool]:
    """[term]: what the agency promises, at most what the law allows."""
    terms = []
    for key in ("text", "legal"):
        text = table.text(key)
        try:
            terms.append(Term.parse(text) if text else None)
        except Invalid as error:
            table.tell(key, error)
            terms.append(None)
    promised, legal = terms
    basis, law_says = table.text("basis"), table.text("law_says", among=LAW_SAYS)
    if basis and family is PROCEDURES and not has_article(basis):
        table.tell("basis", _("hãy ghi cả điều, khoản nói về thời hạn; ví dụ “Nghị định 123/2015/NĐ-CP, điều 22”."))
    same_day = table.flag("same_day", required=False)
    if legal and law_says and (unit := LAW_SAYS[law_says]) and legal.unit is not unit:
        text = _("luật ghi “{word}” thì thời hạn phải viết như “{like}”.")
        table.tell("legal", text.format(word=law_says, like=Term(10, unit)))
    if law_says == SAME_DAY and not same_day:
        table.tell("law_says", _("“trong ngày” cần có same_day = true."))
    if promised and legal:
        if (promised.unit is Unit.CALENDAR_DAYS) != (legal.unit is Unit.CALENDAR_DAYS):
            table.tell("text", _("thời hạn cam kết và thời hạn theo luật phải cùng cách tính (ngày làm việc hoặc ngày)."))
        elif _length(promised) > _length(legal):
            text = _("thời hạn cam kết {promised} dài hơn thời hạn theo luật {legal}.")
            table.tell("text", text.format(promised=promised.label(), legal=legal.label()))
    if same_day and promised and _length(promised) > _HOURS_A_DAY:
        table.tell("same_day", _("chỉ dùng được với thời hạn không quá một ngày làm việc."))
    return promised, legal, same_day


def _length(term: Term) -> Fraction:
    """Days as eight hours each, to compare terms that are counted in the same way."""
    return Fraction(term.amount) * (1 if term.unit is Unit.HOURS else _HOURS_A_DAY)


def _read_legal(table: Table) -> None:
    """[legal]: the parts of a procedure in article 8 of Decree 63/2010/NĐ-CP that have no table of their own."""
    table.texts("sequence")
    table.texts("manner")
    table.number("sets", at_least=1)
    for key in ("subject", "agency", "result"):
        table.text(key)
    table.texts("forms", required=False)
    table.texts("conditions", may_be_empty=True)
    basis = table.tables("basis")
    if not basis:
        table.tell("basis", _("cần ít nhất một căn cứ pháp lý [[legal.basis]]."))
    for act in basis:
        act.text("title")
        act.text("article", required=False)


def _read_part(table: Table, fields: set[str]) -> None:
    """[[parts]]: a document to hand in."""
    table.text("code", pattern=_PART, like="giay-chung-sinh")
    table.text("name")
    originals, copies = table.number("original", required=False), table.number("copies", required=False)
    if not (originals or copies):
        table.tell("original", _("phải có ít nhất một bản chính (original) hoặc bản sao (copies)."))
    table.flag("required", required=False)
    table.text("note", required=False)
    _check_rule(table, "when", fields)


def _no_twins(root: Table, key: str) -> None:
    seen: set[str] = set()
    for table in root.tables(key):
        code = str(table.values.get("code", ""))
        if code in seen:
            table.tell("code", _("mã “{code}” đã dùng cho một giấy tờ khác.").format(code=code))
        seen.add(code)


def _read_fee(table: Table, fields: set[str]) -> None:
    """[fee]: an amount in đồng, or a rule over the answers that gives it."""
    if ("amount" in table.values) == ("rule" in table.values):
        table.tell("amount", _("ghi một trong hai: amount (số đồng) hoặc rule (quy tắc tính)."))
    table.number("amount", required=False)
    _check_rule(table, "rule", fields)
    table.text("description")
    table.text("basis")


def _check_rule(table: Table, key: str, fields: set[str]) -> None:
    rule = table.text(key, required=False)
    for problem in check_rule(rule, fields) if rule else ():
        table.tell(key, problem)
