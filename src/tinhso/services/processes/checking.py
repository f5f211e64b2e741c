"""What is wrong with a draft, each with the element it stands at, and the procedure it would become."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from lxml.etree import XMLSyntaxError

from tinhso.blocks.cases.actions.process import service_task_names
from tinhso.blocks.cases.loading import DECLARATION, PROCESS, ProcedureDefinition, ProcedureFolderError, has_article, load_files
from tinhso.services.processes.diagram import read_root
from tinhso.services.processes.lanes import owners_of, steps_in_other_lanes
from tinhso.services.processes.models import ProcessDraft
from tinhso.services.processes.steps import role_title

_LABEL = re.compile(r'<(?:\w+:)?\w+ id="([^"]{1,100})">:? ?')
_LINK = re.compile(r"[\w.-]+(?= →)|(?<=→ )[\w.-]+")
_OURS = re.compile(r"tinhso:(\w+)")
_LAW = re.compile(r"^(law_says|basis)\s*=.*\n?", re.MULTILINE)
_KEYS = re.compile(r"^(version|valid_from|valid_to)\s*=.*\n?", re.MULTILINE)


@dataclass(frozen=True)
class Finding:
    """`element`: the id of what it is about, "" for the whole; `name` what people call it. One that `blocks` must be put right
    before approval."""

    element: str
    name: str
    text: str
    blocks: bool = True


@dataclass(frozen=True)
class Checked:
    """The procedure the draft would become (None while it has faults) and what was found."""

    definition: ProcedureDefinition | None
    findings: tuple[Finding, ...]

    @property
    def good(self) -> bool:
        return self.definition is not None and not any(finding.blocks for finding in self.findings)


def check(draft: ProcessDraft) -> Checked:
    """Everything the runner asks of a process, and what approval asks beyond it: the shares fit into the term."""
    try:
        definition = load_files(draft.base.procedure.code, files_of(draft), actions=service_task_names())
    except ProcedureFolderError as error:
        texts = [problem.text if problem.file == PROCESS else str(problem) for problem in error.problems]
        names = _names(draft.xml)
        owners = owners_of(draft.xml)
        told = [(owners.get(_element(text), _element(text)), _plain(text, names)) for text in texts]
        found = [Finding(element, names.get(element, ""), text) for element, text in told]
        return Checked(None, tuple(dict.fromkeys(found)))
    names = _names(draft.xml)
    too_long = [Finding("", "", _chain(_plain(warning, names), names)) for warning in definition.warnings]
    return Checked(definition, (*too_long, *_advice(definition), *_lanes(draft.xml, names)))


def files_of(draft: ProcessDraft) -> dict[str, str]:
    """The folder as it would be: the base version's files with this process, this number and this day."""
    files = dict(draft.base.files) | {PROCESS: draft.xml}
    if draft.law_says:
        files[DECLARATION] = with_law(files[DECLARATION], draft.law_says, draft.basis)
    if draft.valid_from and draft.version:
        files[DECLARATION] = renumbered(files[DECLARATION], draft.version, draft.valid_from)
    return files


def renumbered(declaration: str, version: str, valid_from: date) -> str:
    """procedure.toml with another number and first day, and no last one; all else, comments too, stays."""
    head, bracket, tables = declaration.partition("\n[")
    head = _KEYS.sub("", head + "\n").strip("\n")
    return f'version = "{version}"\nvalid_from = {valid_from.isoformat()}\n{head}\n{bracket}{tables}'


def lacks_law(declaration: str) -> bool:
    """Whether a declaration, made before that was asked, does not tell the law's word for its term, or the article."""
    term = tomllib.loads(declaration).get("term", {})
    return not term.get("law_says") or not has_article(str(term.get("basis", "")))


def with_law(declaration: str, law_says: str, basis: str) -> str:
    """procedure.toml with the law's word and the article of its term; all else stays."""
    head, header, rest = declaration.partition("\n[term]")
    table, bracket, tables = rest.partition("\n[")
    kept = _LAW.sub("", table + "\n").strip("\n")
    said = f"law_says = {json.dumps(law_says, ensure_ascii=False)}\nbasis = {json.dumps(basis, ensure_ascii=False)}"
    return f"{head}{header}\n{kept}\n{said}\n{bracket}{tables}"


def _advice(definition: ProcedureDefinition) -> list[Finding]:
    without = [node for node in definition.graph.user_tasks if node.share is None]
    text = _("chưa giao phần thời hạn; bước này được dùng hết thời gian còn lại của hồ sơ.")
    return [Finding(node.id, node.name, text, blocks=False) for node in without]


def _lanes(xml: str, names: Mapping[str, str]) -> list[Finding]:
    """Steps drawn in the lane of another role than their own."""
    text = _("vai trò của bước là “{role}”, khác với làn “{lane}”.")
    return [
        Finding(task, names.get(task, ""), text.format(role=role_title(own), lane=lane), blocks=False)
        for task, own, lane in steps_in_other_lanes(xml)
    ]


def _element(text: str) -> str:
    found = _LABEL.search(text)
    return found[1] if found else ""


def _plain(text: str, names: Mapping[str, str]) -> str:
    """Without the names of the file's format, which nobody who draws has seen."""
    text = _LABEL.sub("", text, count=1)
    for word, plain in _format_words().items():
        text = text.replace(f"{word}=", f"{plain} ").replace(word, plain)
    text = _LABEL.sub(lambda found: f"“{names.get(found[1], found[1])}” ", text)
    return _OURS.sub(lambda found: f"“{_attribute(found[1])}”", text).strip()


def _chain(text: str, names: Mapping[str, str]) -> str:
    """A chain of ids, "a → b", as a chain of names."""
    return _LINK.sub(lambda found: names.get(found[0], found[0]), text)


def _names(xml: str) -> dict[str, str]:
    """What the elements are called, by id; a text that is no XML names nothing."""
    try:
        root = read_root(xml)
    except XMLSyntaxError:
        return {}
    return {element.get("id", ""): " ".join(name.split()) for element in root.iter() if (name := element.get("name", ""))}


def _format_words() -> dict[str, str]:
    """Elements and attributes of the format that faults name, as the panel calls them."""
    return {
        "calledElement": _("Gọi quy trình"),
        "messageRef": _("Mã tin được chờ"),
        "loopCardinality": _("số lần"),
        "<bpmn:timeDuration>": _("thời gian chờ"),
        "<bpmn:message>": _("tin"),
    }


def _attribute(name: str) -> str:
    words = {
        "role": _("vai trò"),
        "does": _("nội dung việc"),
        "share": _("phần thời hạn"),
        "outcomes": _("kết quả lựa chọn"),
        "agency": _("cơ quan thực hiện"),
        "action": _("việc tự động"),
        "over": _("mỗi dòng của"),
        "agencies": _("ở từng cơ quan"),
    }
    return words.get(name, name)
