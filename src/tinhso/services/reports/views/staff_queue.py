"""The reports of the agencies where somebody works, by what is to be done with them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from tinhso.blocks.cases.clock import overdue, remaining_of
from tinhso.blocks.cases.kept import CONTENTS
from tinhso.blocks.cases.models import Status
from tinhso.blocks.cases.queries import all_cases, ways_to_cases, work_of
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.blocks.identity.policy import grants
from tinhso.kernel.manifest import Text
from tinhso.kernel.paging import page_by_key
from tinhso.kernel.permissions import require
from tinhso.kernel.text import fold
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.models import Report
from tinhso.services.reports.queries import fields_open
from tinhso.services.reports.words import state_of


@dataclass(frozen=True)
class Tab:
    """code: as in the address. order: what presses most comes first. needs: without that permission it is not shown."""

    code: str
    title: Text
    rule: Callable[[PersonRequest, datetime], Q]
    order: tuple[str, ...] = ("due_at",)
    needs: str = "reports.search"


def _mine(request: PersonRequest, _moment: datetime) -> Q:
    return Q(pk__in=work_of(request.person, REPORTS).order_by().values("case"))


def _to_moderate(request: PersonRequest, _moment: datetime) -> Q:
    at = grants(request.person).agency_ids_for("reports.moderate")
    return Q(agency__in=at, report__shown=Report.Shown.WAITING)


TABS = (
    Tab("", gettext_lazy("Chờ tôi"), _mine),
    Tab("kiem-duyet", gettext_lazy("Chờ kiểm duyệt"), _to_moderate, ("-submitted_at",), "reports.moderate"),
    Tab("dang-xu-ly", gettext_lazy("Đang xử lý"), lambda _r, _m: Q(status=Status.IN_PROGRESS)),
    Tab("qua-han", gettext_lazy("Quá hạn"), lambda _r, moment: overdue(moment)),
    Tab("hoi-them", gettext_lazy("Chờ người gửi"), lambda _r, _m: Q(status=Status.SUPPLEMENT_ASKED), ("-submitted_at",)),
    Tab("tat-ca", gettext_lazy("Tất cả"), lambda _r, _m: Q(), ("-submitted_at",)),
)


@require_safe
@staff_only
def queue(request: PersonRequest) -> HttpResponse:
    require(request.person, "reports.search")
    moment, given = now(), request.GET
    held = grants(request.person).permissions
    shown = [tab for tab in TABS if tab.needs in held]
    chosen = next((tab for tab in shown if tab.code == given.get("muc")), shown[0])
    field, text = given.get("linh-vuc", ""), given.get("q", "").strip()
    rule = chosen.rule(request, moment)
    if field:
        rule &= Q(procedure__code=field)
    for word in fold(text).split():
        rule &= Q(search__contains=word)
    related = ("procedure", "version", "agency", "report", "place")
    page = page_by_key(
        all_cases(REPORTS).select_related(*related).defer(*CONTENTS),
        order=chosen.order,
        cursor=given.get("trang"),
        ways=[way.filter(rule) for way in ways_to_cases(request.person, REPORTS)],
    )
    keep = {name: value for name, value in (("muc", chosen.code),) if value}
    fields = [("", _("Mọi lĩnh vực")), *((one.code, one.label) for one in fields_open(moment))]
    search = {"name": "q", "label": _("Tìm"), "kind": "search", "value": text, "placeholder": _("Mã, nội dung, địa chỉ")}
    context = {
        "page": page,
        "rows": [(case, state_of(case), remaining_of(case, moment)) for case in page.rows],
        "tabs": [{"url": f"?muc={tab.code}" if tab.code else "?", "title": tab.title, "current": tab is chosen} for tab in shown],
        "filters": [search, {"name": "linh-vuc", "label": _("Lĩnh vực"), "kind": "select", "value": field, "options": fields}],
        "keep": keep,
        "filtered": field or text,
    }
    return render(request, "reports/queue.html", context)
