"""The control slip of a case (form 06) and the tracking register (form 07): on screen, printed, and as a spreadsheet."""

from datetime import date
from io import BytesIO
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe
from xlsxwriter import Workbook

from tinhso.blocks.cases.actions.reading import note_register
from tinhso.blocks.cases.queries import case_for_staff, catalogue
from tinhso.blocks.cases.slips import Entry, Register, control_slip, entries, originals_of
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.blocks.identity.policy import grants
from tinhso.blocks.papers.printing import print_pdf
from tinhso.kernel.errors import Invalid
from tinhso.kernel.paging import page_by_key
from tinhso.kernel.permissions import require
from tinhso.kernel.text.numbers import whole_number
from tinhso.kernel.time import local
from tinhso.services.onestop.views.case import pdf

MOST_PRINTED, MOST_IN_SHEET, LONGEST = 500, 20_000, 366
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@staff_only
def slip(request: PersonRequest, code: str) -> HttpResponse:
    """Who handed the case to whom, when, and in time or late."""
    case = case_for_staff(code, request.person)
    context = {
        "case": case,
        "rows": control_slip(case, now()),
        "originals": originals_of(case),
        "breadcrumbs": [
            (_("Hồ sơ"), reverse("onestop:cases")),
            (case.code, reverse("onestop:case", args=[case.code])),
            (_("Phiếu kiểm soát"), ""),
        ],
    }
    return render(request, "onestop/control_slip.html", context)


@require_safe
@staff_only
@override("vi")
def slip_pdf(request: PersonRequest, code: str) -> HttpResponse:
    case, moment = case_for_staff(code, request.person), now()
    context = {
        "case": {
            "code": case.code,
            "procedure": case.version.definition["name"],
            "applicant": case.applicant_name,
            "received_at": case.received_at,
            "due_at": case.due_at,
        },
        "rows": control_slip(case, moment),
        "originals": originals_of(case),
        "officer": request.person.full_name,
        "printed_at": moment,
    }
    title = "Phiếu kiểm soát quá trình giải quyết hồ sơ"
    content = print_pdf("papers/control_slip.html", agency=case.agency, title=title, context=context, at=moment)
    return pdf(content, f"{case.code}-phieu-kiem-soat.pdf")


def _register(request: PersonRequest) -> Register:
    """What the address asks for, within what the person may read.

    Raises:
        Invalid: days that are no days, in the wrong order, or more than a year apart.
    """
    require(request.person, "cases.read")
    given, today = request.GET.get, localdate()
    try:
        since = parse_date(given("tu", "")) if given("tu") else today.replace(day=1)
        until = parse_date(given("den", "")) if given("den") else today
    except ValueError:
        since = until = None
    if since is None or until is None or not date(2000, 1, 1) <= since <= until or (until - since).days > LONGEST:
        raise Invalid(_("Hãy chọn từ ngày đến ngày, theo thứ tự và trong vòng một năm."))
    readable = grants(request.person).agencies_for("cases.read").order_by("path")
    chosen = readable.filter(pk=whole_number(given("co_quan")) or 0).first()
    field = given("linh_vuc", "")
    return Register(readable, chosen, since, until, field if field in _fields() else "")


def _fields() -> dict[str, str]:
    return dict(catalogue().values_list("field_code", "field"))


@require_safe
@staff_only
def register(request: PersonRequest) -> HttpResponse:
    """Cases received in a period, with the dates that were promised and kept."""
    asked = _register(request)
    page = page_by_key(asked.cases(), order=("received_at",), cursor=request.GET.get("trang"))
    chosen = {
        "tu": asked.since.isoformat(),
        "den": asked.until.isoformat(),
        "co_quan": str(asked.agency.pk) if asked.agency else "",
        "linh_vuc": asked.field,
    }
    agencies = [("", _("Tất cả"))] + [(agency.pk, agency.name) for agency in asked.readable]
    context = {
        "page": page,
        "rows": entries(page.rows),
        "query": urlencode({name: value for name, value in chosen.items() if value}),
        "keep": {name: value for name, value in chosen.items() if value},
        "filters": [
            {"name": "tu", "label": _("Nhận từ ngày"), "kind": "date", "value": chosen["tu"]},
            {"name": "den", "label": _("đến ngày"), "kind": "date", "value": chosen["den"]},
            {"name": "co_quan", "label": _("Cơ quan"), "kind": "select", "value": chosen["co_quan"], "options": agencies},
            {
                "name": "linh_vuc",
                "label": _("Lĩnh vực"),
                "kind": "select",
                "value": asked.field,
                "options": [("", _("Tất cả")), *_fields().items()],
            },
        ],
        "breadcrumbs": [(_("Hồ sơ"), reverse("onestop:cases")), (_("Sổ theo dõi"), "")],
    }
    return render(request, "onestop/register.html", context)


def _taken(request: PersonRequest, asked: Register, most: int) -> list[Entry]:
    """The lines of a file, with a trace of who took it.

    Raises:
        Invalid: there are too many.
    """
    found = entries(asked.cases().order_by("received_at", "pk")[: most + 1])
    if len(found) > most:
        raise Invalid(_("Có hơn %(most)s hồ sơ. Hãy chọn kỳ ngắn hơn hoặc một cơ quan.") % {"most": most})
    days = {"since": asked.since, "until": asked.until}
    note_register(asked.head, by=request.person, field=asked.field, cases=len(found), **days)
    return found


@require_safe
@staff_only
@override("vi")
def register_pdf(request: PersonRequest) -> HttpResponse:
    asked, moment = _register(request), now()
    listed = _taken(request, asked, MOST_PRINTED)
    context = {
        "period": f"Hồ sơ nhận từ {asked.since:%d/%m/%Y} đến {asked.until:%d/%m/%Y}",
        "field": _fields().get(asked.field, ""),
        "rows": [dict(zip(_KEYS, _line(entry), strict=True)) for entry in listed],
        "officer": request.person.full_name,
    }
    content = print_pdf("papers/register.html", agency=asked.head, title="Sổ theo dõi hồ sơ", context=context, at=moment)
    return pdf(content, f"so-theo-doi-{asked.since}-{asked.until}.pdf")


_KEYS = ("code", "procedure", "applicant", "contact", "agency", "received_at", "due_at", "ended_at", "returned_at", "status")


def _line(entry: Entry) -> list[str]:
    case = entry.case
    moments = (case.received_at, case.due_at, case.ended_at, case.returned_at)
    return [
        case.code,
        case.procedure.name,
        case.applicant_name,
        entry.contact,
        case.agency.name,
        *(f"{local(moment):%H:%M %d/%m/%Y}" if moment else "" for moment in moments),
        str(case.get_status_display()),
    ]


@require_safe
@staff_only
@override("vi")
def register_xlsx(request: PersonRequest) -> HttpResponse:
    asked = _register(request)
    listed = _taken(request, asked, MOST_IN_SHEET)
    file = BytesIO()
    with Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Sổ theo dõi")
        bold, wrap = (
            book.add_format({"bold": True, "text_wrap": True, "border": 1}),
            book.add_format({"text_wrap": True, "border": 1}),
        )
        heading = ["STT", "Mã hồ sơ", "Thủ tục", "Người nộp", "Địa chỉ, điện thoại", "Cơ quan giải quyết", "Nhận hồ sơ"]
        sheet.write_row(0, 0, [*heading, "Hẹn trả", "Xong", "Trả kết quả", "Ghi chú"], bold)
        for number, entry in enumerate(listed, 1):
            sheet.write_row(number, 0, [number, *_line(entry)], wrap)
        sheet.set_column(0, 0, 6)
        sheet.set_column(1, 10, 22)
        sheet.freeze_panes(1, 0)
    name = f"so-theo-doi-{asked.since}-{asked.until}.xlsx"
    return HttpResponse(file.getvalue(), content_type=_XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})
