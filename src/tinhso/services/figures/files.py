"""The figures as files: a spreadsheet, and comma-separated values for programs."""

import csv
from io import BytesIO, StringIO

from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from tinhso.blocks.cases.figures.indicators import NOT_YET, Value
from tinhso.services.figures.selection import Selection
from tinhso.services.figures.sheet import Line, Sheet

COUNTED = ("handled", "received", "carried_over", "ended", "ended_late", "open", "open_late", "online", "with_result")
NONE = "N/A"
Row = list[str | int | float]
_WIDE, _NARROW = 48, 16


def heading() -> list[str]:
    """The columns of the table by agency, field or procedure."""
    return [
        _("Tên"),
        _("Mã"),
        _("Tiếp nhận, xử lý trong kỳ"),
        _("Tiếp nhận trong kỳ"),
        _("Từ kỳ trước chuyển sang"),
        _("Đã giải quyết"),
        _("Giải quyết quá hạn"),
        _("Đang giải quyết"),
        _("Đang quá hạn"),
        _("Nộp trực tuyến"),
        _("Kết thúc có kết quả"),
        _("2.1 Đúng hạn (%)"),
        _("2.2 Thời gian trung bình (ngày)"),
        _("3.3 Trực tuyến (%)"),
        _("5.4 Hài lòng (%)"),
    ]


def _row(line: Line) -> Row:
    values = (line.on_time, line.mean_time, line.online, line.satisfied)
    return [line.title, line.code, *(line.tally[name] for name in COUNTED), *map(_value, values)]


def _value(value: Value) -> float | str:
    return NONE if value.value is None else value.value


def _about(selection: Selection) -> list[Row]:
    root = selection.root.name if selection.root else _("Tất cả cơ quan được xem")
    return [
        [_("Kỳ"), str(selection.period)],
        [_("Cơ quan"), root],
        [_("Lĩnh vực"), selection.field or _("Tất cả")],
        [_("Thủ tục"), selection.procedure or _("Tất cả")],
        [_("Tính đến"), f"{selection.judged.until:%Y-%m-%d %H:%M}"],
    ]


def as_csv(sheet: Sheet) -> bytes:
    """The table, for programs and for spreadsheets that know UTF-8 by its mark."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(heading())
    for line in [*sheet.lines, Line(_("Cộng"), sheet.total)]:
        writer.writerow([_harmless(cell) if isinstance(cell, str) else cell for cell in _row(line)])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _harmless(text: str) -> str:
    """A text no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def as_xlsx(sheet: Sheet, selection: Selection) -> bytes:
    """Three sheets: the indicators with their definitions, the table, what cannot be told yet."""
    file = BytesIO()
    with Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        page = book.add_worksheet(_("Chỉ số"))
        start = _write(page, _about(selection), bold_first_column=bold)
        titles: Row = [_("Mã"), _("Chỉ số"), _("Giá trị"), _("Tử số"), _("Mẫu số"), _("Cách tính")]
        rows: list[Row] = [
            [one.definition.code, str(one.definition.title), _value(one), one.above, one.below, str(one.definition.meaning)]
            for one in sheet.indicators
        ]
        _write(page, [titles, *rows], first=start + 1, head=bold)
        page.set_column(1, 1, _WIDE)
        page.set_column(5, 5, 2 * _WIDE)
        table = book.add_worksheet(_("Bảng số liệu"))
        lines = [*sheet.lines, Line(_("Cộng"), sheet.total)]
        _write(table, [list(heading()), *map(_row, lines)], head=bold)
        table.set_column(0, 0, _WIDE)
        table.set_column(1, len(heading()) - 1, _NARROW)
        table.freeze_panes(1, 1)
        missing = book.add_worksheet(_("Chưa tính được"))
        _write(missing, [[one.code, str(one.title), str(one.why)] for one in NOT_YET])
        missing.set_column(1, 2, 2 * _WIDE)
    return file.getvalue()


def _write(
    page: Worksheet, rows: list[Row], *, first: int = 0, head: Format | None = None, bold_first_column: Format | None = None
) -> int:
    """Write rows from `first` on; say which row is free after them."""
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            look = head if number == 0 and head else bold_first_column if column == 0 else None
            if isinstance(cell, str):
                page.write_string(first + number, column, cell, look)
            else:
                page.write_number(first + number, column, cell, look)
    return first + len(rows)
