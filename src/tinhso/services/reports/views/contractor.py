"""What a contractor sees who was sent a link: the place and the work, not who reported it."""

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tinhso.blocks.files.actions import store_photo
from tinhso.blocks.files.reading import file_response
from tinhso.blocks.identity.guards import PersonRequest
from tinhso.blocks.identity.throttle import client_address, spend_try
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.services.reports.actions.commissioning import commission_by, report_done
from tinhso.services.reports.actions.sending import MOST_PHOTOS
from tinhso.services.reports.limits import HOUR


@require_http_methods(["GET", "HEAD", "POST"])
def work(request: PersonRequest, token: str) -> HttpResponse:
    moment = now()
    given = commission_by(token, moment)
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            spend_try("reports.contractor", client_address(request), limit=30, window=HOUR, at=moment)
            uploads = [one for one in request.FILES.getlist("photos") if isinstance(one, UploadedFile)][:MOST_PHOTOS]
            files = [store_photo(upload, by=None) for upload in uploads]
            report_done(token, text=request.POST.get("text", ""), files=files, at=moment)
            return redirect("reports:contractor", token=token)
        except DomainError as error:
            problem = error
    report = given.report
    context = {
        "given": given,
        "case": report.case,
        "place": getattr(report.case, "place", None),
        "photos": list(report.photos.select_related("file").filter(stage="before").order_by("pk")),
        "token": token,
        "problem": problem,
        "entered": request.POST.get("text", ""),
    }
    return render(request, "reports/contractor.html", context, status=problem.status if problem else 200)


@require_safe
def photo(request: PersonRequest, token: str, number: int) -> HttpResponseBase:
    given = commission_by(token, now())
    found = given.report.photos.select_related("file").filter(pk=number, stage="before").first()
    if found is None:
        raise NotFound(_("Không có ảnh này."))
    return file_response(found.released or found.file, inline=True)
