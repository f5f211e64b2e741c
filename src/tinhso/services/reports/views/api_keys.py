"""Keys of programs that read or hand in reports by Open311: issued, shown once, taken back."""

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tinhso.blocks.identity.guards import PersonRequest, staff_only
from tinhso.kernel.errors import DomainError
from tinhso.kernel.text.numbers import whole_number
from tinhso.services.reports.open311.actions import add_key, require_keys, revoke_key
from tinhso.services.reports.open311.keys import READS_PER_MINUTE
from tinhso.services.reports.open311.tables import ApiKey


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def page(request: PersonRequest) -> HttpResponse:
    """The keys. A new one's secret is shown in the answer that makes it and never again."""
    require_keys(request.person)
    problem: DomainError | None = None
    new: tuple[ApiKey, str] | None = None
    if request.method == "POST":
        try:
            if "revoke" in request.POST:
                key = revoke_key(request.POST["revoke"], by=request.person)
                messages.success(request, _("Đã thu hồi khóa của %(owner)s. Không ai dùng được nữa.") % {"owner": key.owner})
                return redirect("reports:api_keys")
            new = _issued(request)
        except DomainError as error:
            problem = error
    context = {
        "keys": ApiKey.objects.order_by(F("revoked_at").desc(nulls_first=True), "-pk"),
        "new": new,
        "without": READS_PER_MINUTE,
        "problem": problem,
        "entered": request.POST if problem and "revoke" not in request.POST else {"rights": "send"},
    }
    return render(request, "reports/api_keys.html", context, status=problem.status if problem else 200)


def _issued(request: PersonRequest) -> tuple[ApiKey, str]:
    given = request.POST
    rights = given.get("rights", "")
    return add_key(
        given.get("owner", ""),
        by=request.person,
        sends=rights != "read",
        by_token=rights == "token",
        per_minute=whole_number(given.get("per_minute")) or 0,
        reads_per_minute=whole_number(given.get("reads_per_minute")) or 0,
    )
