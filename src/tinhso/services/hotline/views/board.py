"""The line at this moment, and in figures over some days."""

import csv
from datetime import date, timedelta
from io import StringIO

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import Invalid
from tinhso.kernel.permissions import allowed, require
from tinhso.services.hotline.figures import NOTHING, TARGET, Figures, figures
from tinhso.services.hotline.models import Line
from tinhso.services.hotline.queries import board, line_for
from tinhso.services.hotline.written_figures import satisfaction, written_figures, written_now

_LONGEST = timedelta(days=366)
_FIRST = date(2000, 1, 1)


@never_cache
@require_safe
@staff_only
def page(request: PersonRequest) -> HttpResponse:
    """Now, and the days asked for; today unless said otherwise."""
    require(request.person, "hotline.figures")
    line, first, last = _asked(request)
    context = _live(line) | {
        "written": written_figures(line, first, last),
        "content": next(iter(satisfaction(line, first, last)), None),
        "content_by_agent": satisfaction(line, first, last, by_agent=True),
        "total": next(iter(figures(line, first, last)), None),
        "target": TARGET,
        "tables": [
            (_("Điện thoại viên"), [row for row in figures(line, first, last, by="agent") if row.label]),
            (_("Giờ"), figures(line, first, last, by="hour")),
            (_("Ngày"), figures(line, first, last, by="day") if first != last else []),
        ],
        "filters": [
            {"name": "tu", "label": _("Từ ngày"), "kind": "date", "value": first.isoformat()},
            {"name": "den", "label": _("Đến ngày"), "kind": "date", "value": last.isoformat()},
        ],
        "query": f"tu={first}&den={last}",
        "leads": allowed(request.person, "hotline.lead", at=line.agency),
    }
    return render(request, "hotline/board.html", context)


@never_cache
@require_safe
@staff_only
def live(request: PersonRequest) -> HttpResponse:
    """What changes by the second."""
    require(request.person, "hotline.figures")
    return render(request, "hotline/board_now.html", _live(line_for(request.person, "hotline.figures")))


def _live(line: Line) -> dict[str, object]:
    at, today = now(), localdate()
    counted = next(iter(figures(line, today, today)), NOTHING)
    content = next(iter(satisfaction(line, today, today)), None)
    return {"line": line, "board": board(line, at), "today": counted, "now": at, "letters": written_now(line), "happy": content}


@require_safe
@staff_only
def table(request: PersonRequest) -> HttpResponse:
    """The shift's report as CSV; opens in a spreadsheet."""
    require(request.person, "hotline.figures")
    line, first, last = _asked(request)
    out = StringIO()
    writer = csv.writer(out)
    heads = [_("Gọi đến"), _("Đã nghe"), _("Bỏ lỡ"), _("Từ chối"), _("Gọi đi")]
    means = [_("Chờ trung bình (giây)"), _("Nói trung bình (giây)"), _("Nghe trong 20 giây (%)"), _("Xong ngay lần đầu (%)")]
    writer.writerow([_("Chia theo"), _("Nhóm"), *heads, *means])
    for by, name in (
        ("all", _("Tổng")),
        ("day", _("Ngày")),
        ("hour", _("Giờ")),
        ("agent", _("Điện thoại viên")),
        ("queue", _("Hàng chờ")),
    ):
        for row in figures(line, first, last, by=by):
            writer.writerow([name, _safe(row.label), *_cells(row)])
    writer.writerow([])
    writer.writerow([_("Kênh"), "", _("Nhận"), _("Đã trả lời"), _("Trả lời trễ"), _("Chờ câu trả lời đầu (phút)")])
    for one in written_figures(line, first, last):
        wait = None if one.wait is None else round(one.wait / 60, 1)
        writer.writerow([one.label, "", one.begun, one.answered, one.late, wait])
    writer.writerow([])
    writer.writerow([_("Hài lòng"), "", _("Đã hỏi"), _("Đã cho điểm"), _("Điểm trung bình (1–5)")])
    for told in (*satisfaction(line, first, last), *satisfaction(line, first, last, by_agent=True)):
        mean = None if told.mean is None else round(told.mean, 2)
        writer.writerow([_safe(told.label) if told.label else _("Tổng"), "", told.asked, told.given, mean])
    file = f"tong-dai-{line.number}-{first}-{last}.csv"
    return HttpResponse(
        "\ufeff" + out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )


def _cells(row: Figures) -> list[object]:
    rounded = [None if value is None else round(value, 1) for value in (row.wait, row.talk, row.level, row.resolved)]
    return [row.offered, row.answered, row.abandoned, row.refused, row.outgoing, *rounded]


def _safe(label: str) -> str:
    """A queue's name comes from the exchange: a spreadsheet must not take it for a formula."""
    return f"'{label}" if label[:1] in {"=", "+", "-", "@"} else label or "–"


def _asked(request: PersonRequest) -> tuple[Line, date, date]:
    """The line and the days.

    Raises:
        Invalid: the days are in the wrong order or too many.
    """
    today = localdate()
    first, last = (min(max(_day(request.GET.get(name), today), _FIRST), today) for name in ("tu", "den"))
    if first > last or last - first > _LONGEST:
        raise Invalid(_("Hãy chọn từ ngày đến ngày theo đúng thứ tự, không quá một năm."))
    return line_for(request.person, "hotline.figures"), first, last


def _day(text: str | None, default: date) -> date:
    try:
        return date.fromisoformat(text) if text else default
    except ValueError:
        return default
