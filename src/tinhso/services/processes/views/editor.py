"""The page on which a process is drawn, what it saves, and the file for those who draw elsewhere."""

import json

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tinhso.blocks.cases.actions.process import service_task_names
from tinhso.blocks.cases.bpmn.graph import DOES, ROLES
from tinhso.blocks.cases.bpmn.parse import MAX_BYTES, process_id
from tinhso.blocks.cases.bpmn.vocabulary import BPMN
from tinhso.blocks.cases.forms import form_of
from tinhso.blocks.cases.loading import PROCESS
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.forms.engine.schema import Widget, walk
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.kernel.permissions import require
from tinhso.kernel.text.numbers import whole_number
from tinhso.kernel.web.policy import kept_for_back
from tinhso.services.processes.actions.drafts import save_draft
from tinhso.services.processes.checking import Finding, check
from tinhso.services.processes.diagram import read_root, with_diagram
from tinhso.services.processes.editor_texts import editor_texts
from tinhso.services.processes.models import ProcessDraft
from tinhso.services.processes.queries import draft_for
from tinhso.services.processes.steps import DOES as DOES_WORDS
from tinhso.services.processes.steps import role_title, service_words


@require_safe
@staff_only
@kept_for_back
def editor(request: PersonRequest, pk: int) -> HttpResponse:
    """bpmn-js with a panel for the selected element; without script, a file to take away and bring back."""
    require(request.person, "processes.draft")
    draft = draft_for(request.person, pk)
    if not draft.open:
        raise WrongState(_("Bản nháp này đang ở trạng thái “{state}”.").format(state=draft.get_state_display()))
    context = {
        "draft": draft,
        "procedure": draft.base.procedure,
        "roles": sorted((code, role_title(code)) for code in ROLES),
        "does": [(code, DOES_WORDS[code]) for code in ("review", "draft", "sign", "return") if code in DOES],
        "processes": _called(draft),
        "services": [(name, service_words(name)) for name in sorted(service_task_names())],
        "messages_known": _messages(draft),
        "lists": _lists(draft),
        "findings_json": json.dumps(_findings(draft)),
        "texts_json": json.dumps(editor_texts()),
    }
    return render(request, "processes/editor.html", context)


@require_POST
@staff_only
def save(request: PersonRequest, pk: int) -> HttpResponse:
    """Keep the drawing: from the editor as JSON (answered with what the check says), or as an uploaded file."""
    draft = draft_for(request.person, pk)
    if request.content_type == "application/json":
        xml, revision = _json(request.body)
        saved = save_draft(draft, xml, revision=revision, by=request.person, at=now())
        return JsonResponse({"revision": saved.revision, "findings": _findings(saved)})
    upload = request.FILES.get("file")
    if upload is None:
        raise Invalid(_("Hãy chọn một tệp .bpmn."))
    if upload.size and upload.size > MAX_BYTES:
        raise Invalid(_("Tệp quy trình lớn quá 1 MB."))
    try:
        text = upload.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(_("Tệp không phải là một quy trình BPMN 2.0 đọc được.")) from error
    begun_from = request.POST.get("revision", "")
    if process_id(text.encode()):
        text = with_diagram(text)
    save_draft(draft, text, revision=whole_number(begun_from) or 0, by=request.person, at=now())
    return redirect("processes:draft", pk)


@require_safe
@staff_only
def file(request: PersonRequest, pk: int) -> HttpResponse:
    """The draft as a BPMN file."""
    draft = draft_for(request.person, pk)
    answer = HttpResponse(draft.xml, content_type="application/xml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{draft.base.procedure.code}-nhap-{draft.pk}.bpmn"'
    return answer


def _findings(draft: ProcessDraft) -> list[dict[str, object]]:
    def plain(finding: Finding) -> dict[str, object]:
        return {"element": finding.element, "text": finding.text, "blocks": finding.blocks}

    return [plain(finding) for finding in check(draft).findings]


def _called(draft: ProcessDraft) -> list[tuple[str, str]]:
    """The processes of the folder that a call activity may run."""
    others = [text for name, text in sorted(draft.base.files.items()) if name.endswith(".bpmn") and name != PROCESS]
    found = [(process_id(text.encode()), text) for text in others]
    return [(name, _title(text) or name) for name, text in found if name]


def _title(xml: str) -> str:
    process = read_root(xml).find(f"{{{BPMN}}}process")
    return process.get("name", "") if process is not None else ""


def _messages(draft: ProcessDraft) -> list[str]:
    """Codes of messages that the version's processes wait for."""
    graph = graph_of(draft.base)
    return sorted({node.message for process in graph.processes for node in process.nodes if node.message})


def _lists(draft: ProcessDraft) -> list[str]:
    """Paths of the form's lists."""
    fields = walk(form_of(draft.base).sections)
    return [f"answers.{field.pattern}" for field in fields if field.widget is Widget.LIST and "[]" not in field.pattern]


def _json(body: bytes) -> tuple[str, int]:
    try:
        given = json.loads(body)
        if isinstance(given["xml"], str) and isinstance(given["revision"], int):
            given["xml"].encode()  # half a character is no text
            return given["xml"], given["revision"]
    except (ValueError, KeyError, TypeError):
        pass
    raise Invalid(_("Không hiểu nội dung được gửi."))
