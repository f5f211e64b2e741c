"""Finding a procedure and reading about it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.blocks.cases.clock import promise_of
from tinhso.blocks.cases.models import ProcedureVersion
from tinhso.blocks.cases.queries import find_procedures, procedure_in_force, procedures_in_force

SHOWN = 100


def title_of(version: ProcedureVersion) -> str:
    return version.procedure.title


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    versions = list(procedures_in_force(now())[:SHOWN])
    return render(request, "portal/home.html", {"procedures": [(version, title_of(version)) for version in versions[:6]]})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Procedures by words, accents and spaces forgiven; all of them, by field, without words."""
    text = request.GET.get("q", "").strip()[:200]
    found = [(version, title_of(version)) for version in find_procedures(text, now())[:SHOWN]]
    return render(
        request,
        "portal/search.html",
        {"text": text, "found": found, "breadcrumbs": [(_("Trang chủ"), "/"), (_("Thủ tục hành chính"), "")]},
    )


@require_safe
def procedure(request: HttpRequest, code: str) -> HttpResponse:
    """All legal parts of a procedure (Decree 63/2010, article 8)."""
    version = procedure_in_force(code, now())
    promise = promise_of(version)
    language = get_language() or "vi"
    definition = version.definition
    context = {
        "version": version,
        "title": title_of(version),
        "definition": definition,
        "term": definition.get("promise") or promise.term.label(language),
        "legal_term": promise.legal.label(language) if promise.legal != promise.term else "",
        "promise": promise,
        "same_day": promise.same_day,
        "online": version.procedure.grade != "information",
        "demonstration": settings.OWN_PORTAL_IS_DEMONSTRATION,
        "breadcrumbs": [(_("Trang chủ"), "/"), (_("Thủ tục hành chính"), "/thu-tuc/"), (title_of(version), "")],
    }
    return render(request, "portal/procedure.html", context)
