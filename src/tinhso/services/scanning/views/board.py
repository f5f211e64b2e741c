"""The screen of one case: its papers, the pages taken for each, and the button that makes the copy."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tinhso.blocks.cases.actions.common import desk_link
from tinhso.blocks.cases.life import Deed, possible
from tinhso.blocks.cases.models import Case
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.kernel.web.policy import with_camera
from tinhso.services.scanning.actions import LONGEST_REASON, bind_part
from tinhso.services.scanning.folder import scans_of, switched_on
from tinhso.services.scanning.queries import case_to_scan, part_of, piles_of


@require_safe
@with_camera
@staff_only
def page(request: PersonRequest, code: str) -> HttpResponse:
    case = case_to_scan(code, request.person)
    context = board_context(case) | {
        "scanner": switched_on(),
        "scans": scans_of(case.agency),
        "breadcrumbs": [(_("Số hóa"), reverse("scanning:waiting")), (case.code, "")],
    }
    return render(request, "scanning/board.html", context)


def board_context(case: Case, *, said: str = "") -> dict[str, Any]:
    piles, tray = piles_of(case)
    return {
        "case": case,
        "piles": piles,
        "tray": tray,
        "some_pages": any(pile.pages for pile in piles),
        "case_url": desk_link(case),
        "said": said,
        "open": possible(Deed.DIGITISE, case.status),
        "longest_reason": LONGEST_REASON,
    }


def board_html(request: HttpRequest, case: Case) -> str:
    """The piles alone, for a page that redraws them."""
    return render_to_string("scanning/piles.html", board_context(case), request)


def carry_out(request: PersonRequest, code: str, do: Callable[[Case], str]) -> HttpResponse:
    """Do something to the pages of a case, then show the piles anew, saying what `do` returns."""
    case = case_to_scan(code, request.person)
    try:
        said = do(case)
    except DomainError as error:
        if request.headers.get("HX-Request"):
            raise
        messages.error(request, str(error))
        return redirect("scanning:board", code=case.code)
    if request.headers.get("HX-Request"):
        return render(request, "scanning/piles.html", board_context(case, said=said))
    if said:
        messages.success(request, said)
    return redirect("scanning:board", code=case.code)


@require_POST
@staff_only
def bound(request: PersonRequest, code: str, part: int) -> HttpResponse:
    def do(case: Case) -> str:
        found = part_of(case, part)
        if found is None:
            raise NotFound(_("Hồ sơ không có giấy tờ này."))
        copy = bind_part(case, found, by=request.person, sign="sign" in request.POST)
        pages = copy.digitised.pages
        return _("Đã tạo bản số hóa “%(part)s”, %(pages)s trang.") % {"part": found.name, "pages": pages}

    return carry_out(request, code, do)
