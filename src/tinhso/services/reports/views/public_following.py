"""Being told of somebody else's report: followed, met too, left again, from the page or from a message."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tinhso.blocks.identity.guards import VisitorRequest
from tinhso.services.reports.actions.following import follower_by, unfollow
from tinhso.services.reports.views.public_contact import DEEDS, contact_of, to_contact, who
from tinhso.services.reports.views.public_page import seen_report


@require_POST
def follow_report(request: VisitorRequest, code: str) -> HttpResponse:
    """Follow or, with `act=thoi`, follow no longer."""
    if request.POST.get("act") != "thoi" or not (request.person or contact_of(request)):
        return _do(request, code, "theo-doi")
    report, _mine = seen_report(request, code)
    unfollow(report, **who(request))
    messages.success(request, _("Bạn không còn theo dõi phản ánh này."))
    return redirect("reports:page", code=code)


@require_POST
def say_me_too(request: VisitorRequest, code: str) -> HttpResponse:
    return _do(request, code, "toi-cung-gap")


def _do(request: VisitorRequest, code: str, deed: str) -> HttpResponse:
    report, _mine = seen_report(request, code)
    if not request.person and not contact_of(request):
        return to_contact(code, deed)
    messages.success(request, DEEDS[deed](report, **who(request)))
    return redirect("reports:page", code=code)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: VisitorRequest, token: str) -> HttpResponse:
    """From the link in a message. Opening it does nothing yet: programs that look at links are no people."""
    follower = follower_by(token)
    if request.method == "POST":
        if follower:
            unfollow(follower.report, person=follower.person, email=follower.address)
        return redirect("reports:leave", token=token)
    breadcrumbs = [(_("Phản ánh hiện trường"), reverse("reports:list")), (_("Thôi nhận tin"), "")]
    return render(request, "reports/public/leave.html", {"follower": follower, "breadcrumbs": breadcrumbs})
