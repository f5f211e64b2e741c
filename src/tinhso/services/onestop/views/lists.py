"""My work, reception, all cases."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from tinhso.blocks.cases.clock import remaining_of, remaining_until
from tinhso.blocks.cases.models import Case, Status, Step
from tinhso.blocks.cases.queries import awaiting_reception, cases_visible_to, search_cases, work_of
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.paging import page_by_key
from tinhso.kernel.permissions import require

WHOSE = (("", gettext_lazy("Tất cả")), ("toi", gettext_lazy("Tôi đã nhận")), ("chua", gettext_lazy("Chưa ai nhận")))


def _only_hit(cases: QuerySet[Case], text: str) -> Case | None:
    """The case whose code was typed: it opens at once."""
    return cases.filter(code__iexact=text).first() if "-" in text else None


@require_safe
@staff_only
def work(request: PersonRequest) -> HttpResponse:
    """Steps that wait for me, most urgent first."""
    require(request.person, "cases.work")
    steps = work_of(request.person)
    text, whose = request.GET.get("q", "").strip(), request.GET.get("cua", "")
    if text:
        steps = steps.filter(case__in=search_cases(cases_visible_to(request.person), text))
    if whose == "toi":
        steps = steps.filter(assignee=request.person)
    elif whose == "chua":
        steps = steps.filter(assignee=None)
    page = page_by_key(steps, order=("due_at",), cursor=request.GET.get("trang"))
    moment = now()
    rows = [(step, remaining_until(step.agency, step.due_at, moment) if not step.case.ended else None) for step in page.rows]
    return render(request, "onestop/work.html", {"page": page, "rows": rows, "filters": _work_filters(text, whose), "filtered": text or whose})


def _work_filters(text: str, whose: str) -> list[dict[str, Any]]:
    return [
        {"name": "q", "label": _("Tìm trong việc của tôi"), "kind": "search", "value": text, "placeholder": _("Mã hồ sơ, họ tên, số định danh")},
        {"name": "cua", "label": _("Người giữ"), "kind": "select", "value": whose, "options": WHOSE},
    ]


@require_safe
@staff_only
def reception(request: PersonRequest) -> HttpResponse:
    """Online applications waiting to be taken in, oldest first."""
    require(request.person, "cases.receive")
    waiting = awaiting_reception(request.person).select_related("fee__invoice")
    page = page_by_key(waiting, order=("submitted_at",), cursor=request.GET.get("trang"))
    return render(request, "onestop/reception.html", {"page": page})


@require_safe
@staff_only
def cases(request: PersonRequest) -> HttpResponse:
    """Cases I may see, newest first; a case code opens the case."""
    visible = cases_visible_to(request.person)
    text, status = request.GET.get("q", "").strip(), request.GET.get("trang_thai", "")
    if hit := _only_hit(visible, text):
        return redirect("onestop:case", code=hit.code)
    found = search_cases(visible, text) if text else visible
    if status.isdigit() and int(status) in Status.values:
        found = found.filter(status=int(status))
    page = page_by_key(
        found.select_related("procedure", "version", "agency"), order=("-submitted_at",), cursor=request.GET.get("trang")
    )
    moment = now()
    filters = [
        {"name": "q", "label": _("Tìm hồ sơ"), "kind": "search", "value": text, "placeholder": _("Mã hồ sơ, họ tên, số định danh, điện thoại")},
        {"name": "trang_thai", "label": _("Trạng thái"), "kind": "select", "value": status, "options": [("", _("Tất cả")), *Status.choices]},
    ]
    rows = [(case, remaining_of(case, moment)) for case in page.rows]
    return render(request, "onestop/cases.html", {"page": page, "rows": rows, "filters": filters, "filtered": text or status})


def step_address(step: Step) -> str:
    """Where a step is done: its case's page."""
    return reverse("onestop:case", args=[step.case.code]) + f"#buoc-{step.pk}"
