"""Proving a telephone number or an e-mail address by the code sent to it, for visitors without an account."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tinhso.blocks.identity.guards import VisitorRequest
from tinhso.blocks.identity.throttle import client_address
from tinhso.kernel.errors import DomainError
from tinhso.services.reports.actions import follow, me_too
from tinhso.services.reports.actions.phones import KEPT, address_of, confirmed, phone_of, send_code
from tinhso.services.reports.limits import spend_code, spend_guess
from tinhso.services.reports.models import Report
from tinhso.services.reports.queries import public_report

SENT = "sent_reports"
"""In the session: the codes of what this browser has sent, or has shown the follow-up code of."""
SEE = "xem"
"""What one wants: to see what was sent with the address."""
_COOKIE, _ASKED = "reports_contact", "reports_contact_asked"


def _follow(report: Report, **who: Any) -> str:
    follow(report, **who)
    return _("Bạn nhận tin khi phản ánh này có tiến triển.")


def _me_too(report: Report, **who: Any) -> str:
    count = me_too(report, **who)
    return _("Đã ghi nhận: %(count)s người cùng gặp. Bạn nhận tin khi có tiến triển.") % {"count": count}


DEEDS: dict[str, Callable[..., str]] = {"theo-doi": _follow, "toi-cung-gap": _me_too}
"""What one wants to be told for. Each says what was done."""


def contact_of(request: VisitorRequest) -> str:
    """The address that this device has proven; empty: none."""
    return phone_of(request.COOKIES.get(_COOKIE, ""))


def who(request: VisitorRequest) -> dict[str, Any]:
    """The visitor as following knows them: the signed-in person, else the proven address."""
    if request.person:
        return {"person": request.person}
    address = contact_of(request)
    return {"email": address} if "@" in address else {"phone": address}


def to_contact(code: str, deed: str) -> HttpResponse:
    """To the page that proves an address, after which the deed is done."""
    return redirect(f"{reverse('reports:contact')}?{urlencode({'phan-anh': code, 'viec': deed})}")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: VisitorRequest) -> HttpResponse:
    """Enter an address; enter the code that came; go on with what one wanted."""
    problem: DomainError | None = None
    asked: str = request.session.get(_ASKED, "")
    if request.POST.get("act") == "quen":
        return _forgotten(request)
    if request.method == "POST":
        try:
            if request.POST.get("act") == "ma" and asked:
                return _onwards(request, asked)
            asked = _ask(request)
            request.session[_ASKED] = asked
        except DomainError as error:
            problem = error
    shown = asked if request.method == "POST" and not (problem and "phone" in problem.fields) else ""
    context = {
        "onwards": _afterwards(request),
        "sees": request.GET.get("viec") == SEE,
        "asked": shown,
        "problem": problem,
        "entered": request.POST,
        "proven": contact_of(request),
    }
    return render(request, "reports/public/contact.html", context, status=problem.status if problem else 200)


def _afterwards(request: VisitorRequest) -> str:
    """Where somebody goes on who signs in instead. The address may name anything for a report."""
    if request.GET.get("viec") == SEE:
        return reverse("reports:find")
    code = request.GET.get("phan-anh", "")
    return reverse("reports:page", args=[code]) if code.replace("-", "").isalnum() else reverse("reports:send")


def _forgotten(request: VisitorRequest) -> HttpResponse:
    """On a device that others use: neither the proven address nor what was sent from here is known any longer."""
    for name in (_ASKED, SENT):
        request.session.pop(name, None)
    messages.success(request, _("Máy này không còn giữ liên hệ và các phản ánh của bạn."))
    answer = redirect("reports:list")
    answer.delete_cookie(_COOKIE, path="/phan-anh/", samesite="Lax")
    return answer


def _ask(request: VisitorRequest) -> str:
    address = address_of(request.POST.get("phone", "")[:254])
    spend_code(phone=address, address=client_address(request), at=now())
    send_code(address)
    return address


def _onwards(request: VisitorRequest, address: str) -> HttpResponse:
    spend_guess(phone=address, at=now())
    token = confirmed(address, request.POST.get("code", ""))
    del request.session[_ASKED]
    code, deed = request.GET.get("phan-anh", ""), DEEDS.get(request.GET.get("viec", ""))
    if code and deed:
        messages.success(request, deed(public_report(code), **({"email": address} if "@" in address else {"phone": address})))
        answer = redirect("reports:page", code=code)
    else:
        answer = redirect("reports:find" if request.GET.get("viec") == SEE else "reports:send")
    lasts = int(KEPT.total_seconds())
    answer.set_cookie(
        _COOKIE, token, max_age=lasts, path="/phan-anh/", secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )
    return answer
