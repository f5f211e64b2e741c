"""Waiting in figures."""

import csv
from datetime import date, timedelta
from io import StringIO

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.blocks.directory.models import Agency
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import Invalid
from tinhso.kernel.permissions import allowed, require
from tinhso.services.queueing.figures import Figures, figures, minutes
from tinhso.services.queueing.queries import office_for, offices_of

_LONGEST = timedelta(days=366)


@require_safe
@staff_only
def page(request: PersonRequest) -> HttpResponse:
    """One office over some days: total, by kind of service, counter, hour and day."""
    require(request.person, "queueing.figures")
    agency, first, last = _asked(request)
    offices = offices_of(request.person, "queueing.figures").filter(queue_lines__isnull=False).distinct()
    by_hour = figures(agency, first, last, by="hour")
    busiest = max((row.tickets for row in by_hour), default=1)
    context = {
        "agency": agency,
        "total": _shown(next(iter(figures(agency, first, last, by="all")), None)),
        "tables": [
            (_("Loại dịch vụ"), [_shown(row) for row in figures(agency, first, last, by="line")]),
            (_("Quầy"), [_shown(row) for row in figures(agency, first, last, by="counter") if row.label]),
            (_("Ngày"), [_shown(row) for row in figures(agency, first, last, by="day")] if first != last else []),
        ],
        "hours": [
            {
                "label": _("%(hour)s giờ") % {"hour": row.label},
                "value": row.tickets,
                "share": 100 * row.tickets / busiest,
                "text": _("%(count)s phiếu, chờ %(wait)s phút")
                % {"count": row.tickets, "wait": "–" if row.wait is None else round(minutes(row.wait) or 0)},
            }
            for row in by_hour
        ],
        "filters": [
            *([_office_filter(agency, [(one.code or "", one.name) for one in offices[:200]])] if offices[1:2] else []),
            {"name": "tu", "label": _("Từ ngày"), "kind": "date", "value": first.isoformat()},
            {"name": "den", "label": _("Đến ngày"), "kind": "date", "value": last.isoformat()},
        ],
        "query": f"co-quan={agency.code}&tu={first}&den={last}",
        "manages": allowed(request.person, "queueing.manage", at=agency),
    }
    return render(request, "queueing/figures.html", context)


def _office_filter(agency: Agency, options: list[tuple[str, str]]) -> dict[str, object]:
    return {"name": "co-quan", "label": _("Cơ quan"), "kind": "select", "value": agency.code, "options": options}


def _shown(row: Figures | None) -> dict[str, object] | None:
    if row is None:
        return None
    times = {name: minutes(getattr(row, name)) for name in ("wait", "wait_90", "service")}
    return {"label": row.label, "tickets": row.tickets, "served": row.served, "absent": row.absent, **times}


@require_safe
@staff_only
def table(request: PersonRequest) -> HttpResponse:
    """The same as CSV, day by day; opens in a spreadsheet."""
    require(request.person, "queueing.figures")
    agency, first, last = _asked(request)
    out = StringIO()
    writer = csv.writer(out)
    heads = [
        _("Số phiếu"),
        _("Đã phục vụ"),
        _("Vắng mặt"),
        _("Chờ trung bình (phút)"),
        _("9 trong 10 người chờ không quá (phút)"),
    ]
    writer.writerow([_("Chia theo"), _("Nhóm"), *heads, _("Phục vụ trung bình (phút)")])
    for by, name in (("day", _("Ngày")), ("line", _("Loại dịch vụ")), ("counter", _("Quầy")), ("hour", _("Giờ lấy số"))):
        for row in figures(agency, first, last, by=by):
            times = (minutes(span) for span in (row.wait, row.wait_90, row.service))
            writer.writerow([name, row.label or "–", row.tickets, row.served, row.absent, *times])
    file = f"hang-cho-{agency.code}-{first}-{last}.csv"
    # the mark at the beginning tells spreadsheets that it is UTF-8
    return HttpResponse(
        "\ufeff" + out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )


def _asked(request: PersonRequest) -> tuple[Agency, date, date]:
    """The office and the days; today unless said otherwise.

    Raises:
        Invalid: the days are in the wrong order or too many.
    """
    today = localdate()
    first, last = _day(request.GET.get("tu"), today), _day(request.GET.get("den"), today)
    if first > last or last - first > _LONGEST:
        raise Invalid(_("Hãy chọn từ ngày đến ngày theo đúng thứ tự, không quá một năm."))
    return office_for(request.person, "queueing.figures", request.GET.get("co-quan", "")), first, last


def _day(text: str | None, default: date) -> date:
    try:
        return date.fromisoformat(text) if text else default
    except ValueError:
        return default
