"""Cases of which something on paper has not been digitised yet."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.blocks.cases.queries import search_cases
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.paging import page_by_key
from tinhso.kernel.permissions import require
from tinhso.services.scanning.queries import cases_to_scan, how_far


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
    hint = _("Mã hồ sơ, họ tên, số định danh, điện thoại")
    context = {
        "page": listed,
        "rows": [(case, *states[case.pk]) for case in listed.rows],
        "filters": [{"name": "q", "label": _("Tìm hồ sơ chưa số hóa"), "kind": "search", "value": text, "placeholder": hint}],
        "filtered": text,
    }
    return render(request, "scanning/waiting.html", context)
