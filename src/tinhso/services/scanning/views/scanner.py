"""What network scanners have put into the agency's folder."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tinhso.blocks.cases.models import Case
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, Invalid, NotFound
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.scanning.actions import take_from_folder
from tinhso.services.scanning.folder import scan_path, scans_of, switched_on
from tinhso.services.scanning.glance import glance_of_file
from tinhso.services.scanning.pictures import Budget
from tinhso.services.scanning.queries import case_to_scan, part_of
from tinhso.services.scanning.views.board import board_context, carry_out
from tinhso.services.scanning.views.pages import picture_response

MOST_AT_ONCE = 20


@require_safe
@staff_only
def files(request: PersonRequest, code: str) -> HttpResponse:
    """The list alone, which the screen draws anew every few seconds."""
    case = case_to_scan(code, request.person)
    context = board_context(case) | {"scanner": switched_on(), "scans": scans_of(case.agency)}
    return render(request, "scanning/scanner.html", context)


@require_POST
@staff_only
def take(request: PersonRequest, code: str) -> HttpResponse:
    """Give the chosen files to a part. What cannot be read stays in the folder and is named."""

    def do(case: Case) -> str:
        part = part_of(case, whole_number(request.POST.get("part")))
        names = request.POST.getlist("scans")[:MOST_AT_ONCE]
        if not names:
            raise Invalid(_("Hãy chọn ít nhất một tệp máy quét."))
        count, problems, budget = 0, [], Budget()
        for name in names:
            try:
                count += len(take_from_folder(case, part, name, by=request.person, budget=budget))
            except DomainError as error:
                problems.append(f"{name}: {error}")
        if problems:
            raise Invalid(" ".join(problems))
        return ngettext("Đã nhận %(n)s trang.", "Đã nhận %(n)s trang.", count) % {"n": count}

    return carry_out(request, code, do)


@require_safe
@staff_only
def picture(request: PersonRequest, code: str) -> HttpResponse:
    """The first page of a file in the folder, small."""
    case = case_to_scan(code, request.person)
    with scan_path(case.agency, request.GET.get("tep", "")).open("rb") as file:
        jpeg = glance_of_file(file)
    if jpeg is None:
        raise NotFound(_("Tệp này không xem trước được."))
    return picture_response(jpeg)
