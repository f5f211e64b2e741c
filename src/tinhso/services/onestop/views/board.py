"""A first board of figures."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from tinhso.blocks.cases.figures import board
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.permissions import require
from tinhso.kernel.web.templatetags.ui import percent

PERIODS = {"30": gettext_lazy("30 ngày qua"), "90": gettext_lazy("90 ngày qua"), "365": gettext_lazy("Một năm qua")}


@require_safe
@staff_only
def figures(request: PersonRequest) -> HttpResponse:
    """Cases per agency: taken in, running, overdue, ended in time."""
    require(request.person, "cases.figures")
    period = request.GET.get("ky", "30")
    if period not in PERIODS:
        period = "30"
    moment = now()
    lines = board(request.person, since=moment - timedelta(days=int(period)), now=moment)
    on_time, late = sum(line.on_time for line in lines), sum(line.late for line in lines)
    totals = {
        "submitted": sum(line.submitted for line in lines),
        "open": sum(line.open for line in lines),
        "overdue": sum(line.overdue for line in lines),
        "on_time": percent(100 * on_time / (on_time + late) if on_time + late else None),
    }
    filters = [{"name": "ky", "label": _("Kỳ"), "kind": "select", "value": period, "options": list(PERIODS.items())}]
    return render(
        request, "onestop/board.html", {"lines": lines, "totals": totals, "filters": filters, "period": PERIODS[period]}
    )
