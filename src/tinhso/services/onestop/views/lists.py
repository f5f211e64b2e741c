"""My work, reception, all cases."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from tinhso.blocks.cases.actions.batches import one_by_one
from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.clock import remaining_of, remaining_to_answer, remaining_until
from tinhso.blocks.cases.kept import CONTENTS
from tinhso.blocks.cases.models import Case, Status
from tinhso.blocks.cases.queries import awaiting_reception, cases_visible_to, search_cases, work_of
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.paging import page_by_key
from tinhso.kernel.permissions import require
from tinhso.kernel.text.numbers import whole_number
from tinhso.kernel.web.answers import wants_json
from tinhso.services.onestop.queries import COUNTED, Share, shares_of_work

BATCH = 50
TITLES = {
    "": gettext_lazy("Tất cả"),
    "qua-han": gettext_lazy("Quá hạn"),
    "hom-nay": gettext_lazy("Hết hạn hôm nay"),
    "toi": gettext_lazy("Tôi đã nhận"),
    "chua": gettext_lazy("Chưa ai nhận"),
}


def _only_hit(cases: QuerySet[Case], text: str) -> Case | None:
    """The case whose code was typed: it opens at once."""
    return cases.filter(code__iexact=text).first() if "-" in text else None


@require_safe
@staff_only
def work(request: PersonRequest) -> HttpResponse:
    """Steps that wait for me, most urgent first."""
    require(request.person, "cases.work")
    moment = now()
    shares = shares_of_work(request.person, moment)
    chosen = next((share for share in shares if share.code == request.GET.get("phan")), shares[0])
    steps = work_of(request.person).filter(chosen.rule)
    text = request.GET.get("q", "").strip()
    if text:
        steps = steps.filter(case__in=search_cases(cases_visible_to(request.person), text))
    page = page_by_key(steps, order=("due_at",), cursor=request.GET.get("trang"))
    context = {
        "page": page,
        "rows": [(step, None if step.case.ended else remaining_until(step.agency, step.due_at, moment)) for step in page.rows],
        "tabs": [_tab(share, chosen, text) for share in shares],
        "filters": [_search(_("Tìm trong việc của tôi"), text)],
        "keep": {"phan": chosen.code} if chosen.code else {},
        "filtered": text or chosen.code,
    }
    return render(request, "onestop/work.html", context)


def _search(label: str, text: str) -> dict[str, str]:
    hint = _("Mã hồ sơ, họ tên, số định danh, điện thoại")
    return {"name": "q", "label": label, "kind": "search", "value": text, "placeholder": hint}


def _tab(share: Share, chosen: Share, text: str) -> dict[str, object]:
    count = f"{COUNTED - 1}+" if share.count >= COUNTED else str(share.count)
    address = urlencode({name: value for name, value in (("phan", share.code), ("q", text)) if value})
    return {"url": f"?{address}", "title": TITLES[share.code], "count": count, "current": share is chosen}


@require_safe
@staff_only
def session(request: PersonRequest) -> HttpResponse:
    """Nothing, to those who are still signed in; the others are sent to sign in. Asked by session.js before a form goes."""
    return HttpResponse(status=204)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def reception(request: PersonRequest) -> HttpResponse:
    """Online applications waiting to be taken in, oldest first; those chosen are taken in together."""
    require(request.person, "cases.receive")
    if request.method != "POST":
        return _reception_page(request, [])
    chosen = [number for pk in request.POST.getlist("cases") if (number := whole_number(pk))][:BATCH]
    if not chosen:
        messages.error(request, _("Hãy chọn ít nhất một hồ sơ."))
        return redirect("onestop:reception")
    waiting = awaiting_reception(request.person).filter(pk__in=chosen).order_by("submitted_at", "pk")
    outcomes = one_by_one(waiting, lambda case: accept_case(case, by=request.person))
    failed = [(case, error) for case, error in outcomes if error]
    accepted = len(outcomes) - len(failed)
    if wants_json(request):
        return JsonResponse({"done": accepted, "failed": [f"{case.code}: {error}" for case, error in failed]})
    if accepted:
        messages.success(request, ngettext("Đã tiếp nhận %(n)s hồ sơ.", "Đã tiếp nhận %(n)s hồ sơ.", accepted) % {"n": accepted})
    return _reception_page(request, failed) if failed else redirect("onestop:reception")


def _reception_page(request: PersonRequest, failed: list[tuple[Case, str]]) -> HttpResponse:
    waiting = awaiting_reception(request.person).select_related("fee__invoice")
    page = page_by_key(waiting, order=("submitted_at",), cursor=request.GET.get("trang"))
    moment = now()
    rows = [(case, remaining_to_answer(case, moment)) for case in page.rows]
    return render(request, "onestop/reception.html", {"page": page, "rows": rows, "failed": failed})


@require_safe
@staff_only
def cases(request: PersonRequest) -> HttpResponse:
    """Cases I may see, newest first; a case code opens the case."""
    visible = cases_visible_to(request.person)
    text, status = request.GET.get("q", "").strip(), request.GET.get("trang_thai", "")
    if hit := _only_hit(visible, text):
        return redirect("onestop:case", code=hit.code)
    found = search_cases(visible, text) if text else visible
    if (chosen := whole_number(status)) in Status.values:
        found = found.filter(status=chosen)
    page = page_by_key(
        found.select_related("procedure", "version", "agency").defer(*CONTENTS),
        order=("-submitted_at",),
        cursor=request.GET.get("trang"),
    )
    moment = now()
    filters = [
        _search(_("Tìm hồ sơ"), text),
        {
            "name": "trang_thai",
            "label": _("Trạng thái"),
            "kind": "select",
            "value": status,
            "options": [("", _("Tất cả")), *Status.choices],
        },
    ]
    rows = [(case, remaining_of(case, moment)) for case in page.rows]
    return render(request, "onestop/cases.html", {"page": page, "rows": rows, "filters": filters, "filtered": text or status})
