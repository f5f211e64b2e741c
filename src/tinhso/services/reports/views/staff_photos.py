"""What was photographed, for those who see to a report; making faces and number plates unreadable before it is public."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tinhso.blocks.files.actions import store_photo
from tinhso.blocks.files.content import MP4
from tinhso.blocks.files.reading import file_response
from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.kernel.permissions import require
from tinhso.services.reports.actions.moderating import MOST_STILLS, blur, keep_stills
from tinhso.services.reports.blurring import boxes_in
from tinhso.services.reports.models import Report
from tinhso.services.reports.queries import report_for_staff


@require_safe
@staff_only
def photo(request: PersonRequest, code: str, number: int) -> HttpResponseBase:
    """As it was sent; only for those who may see the report."""
    found = report_for_staff(code, request.person).photos.select_related("file").filter(pk=number).first()
    if found is None:
        raise NotFound(_("Không có ảnh này."))
    return file_response(found.file, inline=True)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def blur_photo(request: PersonRequest, code: str, number: int) -> HttpResponse:
    """Draw boxes over what nobody may recognise; the public sees the copy."""
    found = _to_moderate(request, code)
    chosen = (
        found.photos.select_related("file", "released").filter(pk=number).exclude(file__content_type=MP4.content_type).first()
    )
    if chosen is None:
        raise NotFound(_("Không có ảnh này."))
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            blur(chosen, boxes_in(request.POST.get("boxes", "")), by=request.person)
            return _done(request, code, _("Đã che. Chỉ bản đã che được công khai."))
        except DomainError as error:
            problem = error
    context = {
        "case": found.case,
        "photo": chosen,
        "problem": problem,
        "entered": request.POST.get("boxes", chosen.boxes),
        "breadcrumbs": _way(code, _("Che mặt, biển số")),
    }
    return render(request, "reports/blur.html", context, status=problem.status if problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def stills(request: PersonRequest, code: str, number: int) -> HttpResponse:
    """Take pictures out of a film, which itself cannot be covered. The browser draws them; without scripts one chooses files."""
    found = _to_moderate(request, code)
    film = found.photos.select_related("file").filter(pk=number, file__content_type=MP4.content_type).first()
    if film is None:
        raise NotFound(_("Không có video này."))
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            uploads = request.FILES.getlist("stills")[: MOST_STILLS + 1]
            keep_stills(film, [store_photo(upload, by=request.person) for upload in uploads], by=request.person)
            return _done(request, code, _("Đã lưu khung hình. Che mặt, biển số nếu có rồi mới công khai."))
        except DomainError as error:
            problem = error
    context = {
        "case": found.case,
        "film": film,
        "kept": film.stills.count(),
        "most": MOST_STILLS,
        "problem": problem,
        "breadcrumbs": _way(code, _("Lấy khung hình")),
    }
    return render(request, "reports/stills.html", context, status=problem.status if problem else 200)


@require_safe
@staff_only
def released(request: PersonRequest, code: str, number: int) -> HttpResponseBase:
    """The copy with faces and plates made unreadable."""
    found = report_for_staff(code, request.person).photos.select_related("released").filter(pk=number).first()
    if found is None or found.released is None:
        raise NotFound(_("Không có ảnh này."))
    return file_response(found.released, inline=True)


def _to_moderate(request: PersonRequest, code: str) -> Report:
    found = report_for_staff(code, request.person)
    require(request.person, "reports.moderate", at=found.case.agency)
    return found


def _done(request: PersonRequest, code: str, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect(f"{reverse('reports:report', args=[code])}#cong-khai")


def _way(code: str, here: str) -> list[tuple[str, str]]:
    """The breadcrumbs."""
    return [(_("Phản ánh"), reverse("reports:queue")), (code, reverse("reports:report", args=[code])), (here, "")]
