"""Cases of which something on paper has not been digitised yet, or of which originals are held."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.blocks.cases.actions.common import desk_link
from tinhso.blocks.cases.queries import search_cases
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.paging import page_by_key
from tinhso.kernel.permissions import require
from tinhso.services.scanning.queries import cases_to_scan, cases_with_originals, how_far, originals_held


@require_safe
@staff_only
def page(request: PersonRequest) -> HttpResponse:
    """Oldest first."""
    require(request.person, "scanning.scan")
    found = cases_to_scan(request.person, now())
    text = request.GET.get("q", "").strip()
    if text:
        found = search_cases(found, text)
    listed = page_by_key(found, order=("submitted_at",), cursor=request.GET.get("trang"))
    states = how_far(listed.rows)
    context = {
        "page": listed,
        "rows": [(case, *states[case.pk]) for case in listed.rows if case.pk in states],  # a colleague may be quicker
        "tabs": _tabs("waiting"),
        "filters": _filters(_("Tìm hồ sơ chưa số hóa"), text),
        "filtered": text,
    }
    return render(request, "scanning/waiting.html", context)


@require_safe
@staff_only
def originals(request: PersonRequest) -> HttpResponse:
    """The register of originals that are to go back, those kept longest first."""
    require(request.person, "scanning.scan")
    found = cases_with_originals(request.person)
    text = request.GET.get("q", "").strip()
    if text:
        found = search_cases(found, text)
    listed = page_by_key(found, order=("submitted_at",), cursor=request.GET.get("trang"))
    held = originals_held(listed.rows)
    context = {
        "page": listed,
        "rows": [(case, held[case.pk], desk_link(case)) for case in listed.rows if case.pk in held],
        "tabs": _tabs("originals"),
        "filters": _filters(_("Tìm hồ sơ đang giữ bản chính"), text),
        "filtered": text,
    }
    return render(request, "scanning/originals.html", context)


def _tabs(current: str) -> list[dict[str, object]]:
    titles = {"waiting": _("Chưa số hóa"), "originals": _("Đang giữ bản chính")}
    return [
        {"url": reverse(f"scanning:{name}"), "title": title, "count": "", "current": name == current}
        for name, title in titles.items()
    ]


def _filters(label: str, text: str) -> list[dict[str, str]]:
    hint = _("Mã hồ sơ, họ tên, số định danh, điện thoại")
    return [{"name": "q", "label": label, "kind": "search", "value": text, "placeholder": hint}]
