"""My work and reception."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from tinhso.blocks.cases.actions.batches import one_by_one
from tinhso.blocks.cases.actions.intake import accept_case
from tinhso.blocks.cases.clock import remaining_of, remaining_to_answer
from tinhso.blocks.cases.kept import CONTENTS
from tinhso.blocks.cases.models import ENDED, Case
from tinhso.blocks.cases.queries import awaiting_reception, procedure_titles, search_cases
from tinhso.blocks.cases.waiting import cases_waiting, waiting_for
from tinhso.blocks.directory.calendars import agency_calendar_by_id
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.paging import page_by_key
from tinhso.kernel.permissions import require
from tinhso.kernel.text.numbers import whole_number
from tinhso.kernel.time import Remaining, remaining
from tinhso.kernel.web.answers import wants_json
from tinhso.services.onestop.queries import COUNTED, Share, Work, WorkRow

BATCH = 50
TITLES = {
    "": gettext_lazy("Tất cả"),
    "qua-han": gettext_lazy("Quá hạn"),
    "hom-nay": gettext_lazy("Hết hạn hôm nay"),
    "toi": gettext_lazy("Tôi đã nhận"),
    "chua": gettext_lazy("Chưa ai nhận"),
}


@require_safe
@staff_only
def work(request: PersonRequest) -> HttpResponse:
    """Steps that wait for me, most urgent first."""
    require(request.person, "cases.work")
    moment = now()
    mine = Work(request.person, moment)
    chosen = request.GET.get("phan", "") if request.GET.get("phan") in TITLES else ""
    text = request.GET.get("q", "").strip()
    page = mine.page(chosen, text, cursor=request.GET.get("trang"))
    context = {
        "page": page,
        "rows": _with_left(page.rows, moment),
        "titles": procedure_titles(),
        "tabs": work_tabs(mine, chosen, text),
        "filters": [_search(_("Tìm trong việc của tôi"), text)],
        "keep": {"phan": chosen} if chosen else {},
        "filtered": text or chosen,
    }
    return render(request, "onestop/work.html", context)


def _with_left(rows: Iterable[WorkRow], moment: datetime) -> list[tuple[WorkRow, Remaining | None]]:
    """Each with what is left of its term; None when the case is decided."""
    calendar = cache(agency_calendar_by_id)  # nearly all are of one agency
    return [
        (row, None if row["case__status"] in ENDED else remaining(row["due_at"], moment, calendar(row["agency"]))) for row in rows
    ]


def _search(label: str, text: str) -> dict[str, str]:
    hint = _("Mã hồ sơ, họ tên, số định danh, điện thoại")
    return {"name": "q", "label": label, "kind": "search", "value": text, "placeholder": hint}


def work_tabs(mine: Work, current: str, text: str = "") -> list[dict[str, object]]:
    """The shares of my work, what others ask me, what my cases wait for, and notes that name me.

    current: a share's code, or the address of the page.
    """
    asked = {"url": reverse("onestop:opinions"), "title": _("Ý kiến cần trả lời"), "count": _up_to(mine.questions())}
    waiting = {"url": reverse("onestop:waiting"), "title": _("Đang chờ nơi khác"), "count_at": reverse("onestop:waiting_count")}
    named: dict[str, object] = {"url": reverse("onestop:mentions"), "title": _("Nhắc đến tôi"), "count": ""}
    others = [{**tab, "current": current == tab["url"]} for tab in (asked, waiting, named)]
    return [*(_tab(share, current, text) for share in mine.shares()), *others]


def _up_to(count: int) -> str:
    return f"{COUNTED - 1}+" if count >= COUNTED else str(count)


def _tab(share: Share, current: str, text: str) -> dict[str, object]:
    query = urlencode({name: value for name, value in (("phan", share.code), ("q", text)) if value})
    address = f"{reverse('onestop:work')}{'?' if query else ''}{query}"
    return {"url": address, "title": TITLES[share.code], "count": _up_to(share.count), "current": share.code == current}


@require_safe
@staff_only
def waiting(request: PersonRequest) -> HttpResponse:
    """Cases of mine that wait for another agency, a message, a time or an opinion: for what, where and since when."""
    require(request.person, "cases.work")
    moment = now()
    found = cases_waiting(request.person)
    text = request.GET.get("q", "").strip()
    if text:
        found = search_cases(found, text)
    page = page_by_key(
        found.select_related("procedure", "version", "agency").defer(*CONTENTS),
        order=("due_at",),
        cursor=request.GET.get("trang"),
    )
    things = waiting_for(page.rows)
    context = {
        "page": page,
        "rows": [(case, remaining_of(case, moment), things[case.pk]) for case in page.rows],
        "tabs": work_tabs(Work(request.person, moment), request.path),
        "filters": [_search(_("Tìm trong hồ sơ đang chờ"), text)],
        "filtered": text,
        "now": moment,
    }
    return render(request, "onestop/waiting.html", context)


@require_safe
@staff_only
def waiting_count(request: PersonRequest) -> HttpResponse:
    """How many of my cases wait elsewhere, for the tab; asked for after the page is there, since it takes longer."""
    require(request.person, "cases.work")
    return HttpResponse(_up_to(cases_waiting(request.person).order_by()[:COUNTED].count()))


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
