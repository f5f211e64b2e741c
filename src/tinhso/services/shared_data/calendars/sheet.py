"""The cases a change would move, as a file for a spreadsheet."""

import csv
from collections.abc import Iterable
from datetime import datetime

from django.http import HttpResponse
from django.utils.translation import gettext as _

from tinhso.blocks.cases.calendar_moves import Move
from tinhso.kernel.time import local

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def sheet_of(moved: Iterable[Move], name: str) -> HttpResponse:
    """One line for each case and one for each of its open steps. With the mark by which spreadsheets know UTF-8."""
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(answer)
    writer.writerow([_("Mã hồ sơ"), _("Thủ tục"), _("Cơ quan"), _("Bước"), _("Hạn cũ"), _("Hạn mới"), _("Sớm hay muộn hơn")])
    for move in moved:
        case = move.case
        which = _("Muộn hơn") if move.later else _("Sớm hơn")
        own = [case.code, case.procedure.title]
        writer.writerow(map(_plain, [*own, case.agency.short_name, "", _written(move.before), _written(move.after), which]))
        for step in move.steps:
            row = [*own, step.agency, step.name, _written(step.before), _written(step.due_at), ""]
            writer.writerow(map(_plain, row))
    return answer


def _written(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else ""


def _plain(text: str) -> str:
    """Never a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
