"""Notes among colleagues: writing one, whom it can name, and those that name me."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tinhso.blocks.cases.actions.noting import add_note
from tinhso.blocks.cases.mentions import colleagues_of, mentions_of, names_by_note, pieces_of
from tinhso.blocks.cases.queries import case_for_staff
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError
from tinhso.kernel.paging import page_by_key
from tinhso.kernel.permissions import require
from tinhso.kernel.web.answers import wants_json
from tinhso.services.onestop.queries import Work, posts_of
from tinhso.services.onestop.views.between import way_to
from tinhso.services.onestop.views.case import again, done
from tinhso.services.onestop.views.lists import work_tabs

_OFFERED, _LISTED = 8, 200


@require_POST
@staff_only
def note(request: PersonRequest, code: str) -> HttpResponse:
    case = case_for_staff(code, request.person)
    try:
        add_note(case, by=request.person, text=request.POST.get("text", ""))
    except DomainError as error:
        return again(request, case, error)
    return done(request, case, _("Đã thêm ghi chú."))


@require_safe
@staff_only
def colleagues(request: PersonRequest, code: str) -> HttpResponse:
    """Who may read the case and can be named in a note: a few while one types, or all as a page."""
    case = case_for_staff(code, request.person)
    require(request.person, "cases.work", at=case.agency)
    brief = wants_json(request)
    found = colleagues_of(case, request.GET.get("q", ""), besides=request.person, limit=_OFFERED if brief else _LISTED)
    posts = posts_of([one.person for one in found])
    if brief:
        named = [{"username": one.username, "name": one.person.full_name, "post": posts.get(one.person.pk, "")} for one in found]
        return JsonResponse({"colleagues": named})
    rows = [(one, posts.get(one.person.pk, "")) for one in found]
    context = {"case": case, "rows": rows, **way_to(case, _("Đồng nghiệp xem được hồ sơ"))}
    return render(request, "onestop/colleagues.html", context)


@require_safe
@staff_only
def mentions(request: PersonRequest) -> HttpResponse:
    """Notes that name me, newest first."""
    require(request.person, "cases.search")
    page = page_by_key(mentions_of(request.person), order=("-pk",), cursor=request.GET.get("trang"))
    names = names_by_note([mention.entry_id for mention in page.rows])
    context = {
        "page": page,
        "rows": [(mention.entry, pieces_of(mention.entry.note, names[mention.entry_id])) for mention in page.rows],
        "tabs": work_tabs(Work(request.person, now()), request.path),
    }
    return render(request, "onestop/mentions.html", context)
