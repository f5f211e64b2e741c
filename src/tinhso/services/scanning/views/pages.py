"""Pages: taken, looked at, turned, moved, dropped, kept in spite of the check."""

from collections.abc import Callable
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tinhso.blocks.cases.models import Case, PartFile
from tinhso.blocks.files.reading import file_response
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, Invalid, NotFound
from tinhso.kernel.text.numbers import whole_number
from tinhso.kernel.web.answers import wants_json
from tinhso.services.scanning import actions
from tinhso.services.scanning.glance import LARGE, SMALL, glance_of_page
from tinhso.services.scanning.models import Page
from tinhso.services.scanning.pictures import Budget
from tinhso.services.scanning.queries import case_to_scan, page_of, part_of
from tinhso.services.scanning.views.board import board_html, carry_out

MOST_FILES = 40


@require_POST
@staff_only
def take(request: PersonRequest, code: str) -> HttpResponse:
    """Files from a form, or one from the camera or a drop. Each stands alone: one that cannot be read keeps no other."""
    case = case_to_scan(code, request.person)
    part = part_of(case, whole_number(request.POST.get("part")))
    files = request.FILES.getlist("files")
    if not files:
        raise Invalid(_("Hãy chọn ảnh hoặc tệp PDF."))
    origin = Page.Origin.CAMERA if request.POST.get("origin") == "camera" else Page.Origin.UPLOAD
    key = request.POST.get("key", "")[:40] or uuid4().hex
    taken: list[Page] = []
    problems: list[str] = []
    budget = Budget()
    if (over := len(files) - MOST_FILES) > 0:
        told = _("Mỗi lần nhận nhiều nhất %(most)s tệp: %(over)s tệp cuối chưa được nhận, hãy gửi tiếp.")
        problems.append(told % {"most": MOST_FILES, "over": over})
    for number, file in enumerate(files[:MOST_FILES]):
        try:
            one = f"{key}-{number}"
            taken += actions.take_pages(case, part, file, by=request.person, origin=origin, key=one, budget=budget)
        except DomainError as error:
            problems.append(f"{file.name}: {error}")
    if wants_json(request):
        return JsonResponse(
            {"board": board_html(request, case), "problems": problems, "taken": [_verdict(page) for page in taken]}
        )
    for problem in problems:
        messages.error(request, problem)
    if taken:
        messages.success(request, ngettext("Đã nhận %(n)s trang.", "Đã nhận %(n)s trang.", len(taken)) % {"n": len(taken)})
    return redirect("scanning:board", code=case.code)


def _verdict(page: Page) -> dict[str, object]:
    """What the camera says of the page just taken."""
    drop = reverse("scanning:page", args=[page.case.code, page.pk, "bo"])
    return {"level": page.level, "advice": [finding.advice for finding in page.found], "drop": drop}


@require_safe
@staff_only
def picture(request: PersonRequest, code: str, page: int) -> HttpResponseBase:
    """How a page looks; `?co=lon` large enough to read. A page without a picture is shown as its PDF."""
    found = page_of(case_to_scan(code, request.person), page)
    large = request.GET.get("co") == "lon"
    jpeg = glance_of_page(found, LARGE if large else SMALL)
    if jpeg is None:
        return file_response(found.file, inline=True)
    return picture_response(jpeg)


@require_safe
@staff_only
def file(request: PersonRequest, code: str, file: int) -> HttpResponseBase:
    """A file a part has already."""
    found = PartFile.objects.select_related("file").filter(part__case=case_to_scan(code, request.person), pk=file).first()
    if found is None:
        raise NotFound(_("Không có tệp này trong hồ sơ."))
    return file_response(found.file, inline=True)


def picture_response(jpeg: bytes) -> HttpResponse:
    return HttpResponse(jpeg, content_type="image/jpeg", headers={"Cache-Control": "private, no-store"})


@require_POST
@staff_only
def act(request: PersonRequest, code: str, page: int, act: str) -> HttpResponse:
    """One thing done to one page."""

    def reason(found: Page) -> object:
        return actions.keep_bad_page(found, reason=request.POST.get("reason", ""), by=request.person)

    deeds: dict[str, Callable[[Page], object]] = {
        "xoay": lambda found: actions.turn_page(found, by=request.person),
        "truoc": lambda found: actions.move_page(found, forward=False, by=request.person),
        "sau": lambda found: actions.move_page(found, forward=True, by=request.person),
        "bo": lambda found: actions.drop_page(found, by=request.person),
        "giu": reason,
    }
    if act not in deeds:
        raise NotFound(_("Không có việc này."))

    def do(case: Case) -> str:
        deeds[act](page_of(case, page))
        return _("Đã bỏ một trang.") if act == "bo" else ""

    return carry_out(request, code, do)


@require_POST
@staff_only
def assign(request: PersonRequest, code: str) -> HttpResponse:
    """Put the chosen pages to a part, or into the tray."""

    def do(case: Case) -> str:
        chosen = [number for pk in request.POST.getlist("pages") if (number := whole_number(pk))]
        pages = list(Page.objects.select_related("case__agency").filter(case=case, pk__in=chosen).order_by("position", "pk"))
        if not pages:
            raise Invalid(_("Hãy chọn ít nhất một trang."))
        part = part_of(case, whole_number(request.POST.get("part")))
        moved = actions.assign_pages(pages, part, by=request.person)
        where = part.name if part else _("Khay chưa phân loại")
        return _("Đã chuyển %(count)s trang vào “%(part)s”.") % {"count": moved, "part": where}

    return carry_out(request, code, do)
