"""The procedures with their versions; one version; a dry run of it."""

from collections.abc import Iterable

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.blocks.cases.actions.process import service_task_names
from tinhso.blocks.cases.loading import PROCESS, load_files
from tinhso.blocks.cases.models import ProcedureVersion
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.paging import page_by_key
from tinhso.kernel.permissions import allowed
from tinhso.kernel.time import Term
from tinhso.services.processes.difference import difference
from tinhso.services.processes.drawing import draw
from tinhso.services.processes.plans import open_cases_of, plans_about
from tinhso.services.processes.queries import procedures_with_versions, standing_of, version_for
from tinhso.services.processes.steps import step_rows
from tinhso.services.processes.views.trying import trying


@require_safe
@staff_only
def catalogue(request: PersonRequest) -> HttpResponse:
    """Every procedure with its versions and drafts."""
    text, today = request.GET.get("tim", "").strip()[:100], localdate()
    page = page_by_key(procedures_with_versions(request.person, text), order=("code",), cursor=request.GET.get("trang"))
    rows = [
        (procedure, [(version, standing_of(version, today)) for version in procedure.versions.all()]) for procedure in page.rows
    ]
    filters = [{"name": "tim", "label": _("Tìm thủ tục"), "kind": "search", "value": text, "placeholder": _("Tên, mã, lĩnh vực")}]
    return render(request, "processes/catalogue.html", {"page": page, "rows": rows, "filters": filters, "text": text})


@require_safe
@staff_only
def version(request: PersonRequest, code: str, number: str) -> HttpResponse:
    """One version: its diagram, its steps, and what is different from another."""
    shown = version_for(request.person, code, number)
    others = shown.procedure.versions.exclude(pk=shown.pk).order_by("-valid_from").defer("definition", "graph", "files")
    other = next((one for one in others if one.version == request.GET.get("so_voi")), None)
    graph = graph_of(shown)
    changes = difference(graph_of(other), graph) if other else None
    context = {
        "version": shown,
        "standing": standing_of(shown, localdate()),
        "term": Term.parse(shown.definition["term"]["text"]),
        "steps": step_rows(graph, Term.parse(shown.definition["term"]["text"])),
        "parts": shown.definition.get("parts", []),
        "drawing": draw(graph, shown.files[PROCESS], changes.marks if changes else None),
        "others": others,
        "other": other,
        "changes": changes,
        "drafts": shown.drafts.defer("xml").select_related("saved_by").order_by("-saved_at"),
        **_moving(request, shown, others),
        "may_draft": allowed(request.person, "processes.draft"),
    }
    return render(request, "processes/version.html", context)


def _moving(request: PersonRequest, shown: ProcedureVersion, others: Iterable[ProcedureVersion]) -> dict[str, object]:
    """For those who plan or approve: the plans about the version, and where its open cases could go."""
    if not (allowed(request.person, "processes.draft") or allowed(request.person, "processes.approve")):
        return {}
    newer = [one for one in others if one.valid_from > shown.valid_from]
    return {"plans": plans_about(shown), "newer": newer, "open_cases": open_cases_of(shown).count() if newer else 0}


@require_safe
@staff_only
def try_version(request: PersonRequest, code: str, number: str) -> HttpResponse:
    """A dry run of a version; nothing is written."""
    shown = version_for(request.person, code, number)
    definition = load_files(shown.procedure.code, shown.files, actions=service_task_names())
    context = trying(request, request.person, definition, shown.files[PROCESS])
    return render(request, "processes/try.html", {**context, "version": shown, "procedure": shown.procedure})
