"""All cases one may see, and the filters one keeps."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.queries import cases_visible_to, procedure_titles
from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import Invalid, NotFound
from tinhso.services.onestop.actions import drop_filter, save_filter
from tinhso.services.onestop.case_filter import CaseFilter, with_left
from tinhso.services.onestop.models import SavedFilter


@require_safe
@staff_only
def cases(request: PersonRequest) -> HttpResponse:
    """Cases I may see, newest first; a case code opens the case."""
    return _page(request, request.GET)


def _page(request: PersonRequest, address: QueryDict, *, name: str = "", problem: str = "") -> HttpResponse:
    asked, moment = CaseFilter.read(address), now()
    if hit := _only_hit(request.person, asked.text):
        return redirect("onestop:case", code=hit.code)
    page = asked.page(request.person, moment, address.get("trang"))
    context = {
        "page": page,
        "rows": with_left(page.rows, moment),
        "titles": procedure_titles(),
        "filters": asked.bar(),
        "asked": asked,
        "saved": SavedFilter.objects.filter(person=request.person).order_by("name"),
        "name": name,
        "problem": problem,
    }
    return render(request, "onestop/cases.html", context, status=422 if problem else 200)


def _only_hit(person: Person, text: str) -> Case | None:
    """The case whose code was typed: it opens at once."""
    return cases_visible_to(person).filter(code=text.upper()).first() if "-" in text else None


@require_POST
@staff_only
def save(request: PersonRequest) -> HttpResponse:
    """Keep the filter that the list has now."""
    address, name = QueryDict(request.POST.get("address", "").removeprefix("?")), request.POST.get("name", "")
    try:
        saved = save_filter(name, CaseFilter.read(address), by=request.person)
    except Invalid as refusal:
        return _page(request, address, name=name, problem=str(refusal))
    messages.success(request, _("Đã lưu bộ lọc “%(name)s”.") % {"name": saved.name})
    return redirect(reverse("onestop:cases") + saved.address)


@require_POST
@staff_only
def drop(request: PersonRequest, saved: int) -> HttpResponse:
    if not drop_filter(saved, by=request.person):
        raise NotFound(_("Không có bộ lọc này."))
    messages.success(request, _("Đã bỏ bộ lọc."))
    return redirect("onestop:cases")
