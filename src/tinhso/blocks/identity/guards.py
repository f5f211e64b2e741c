"""Doors of views: who may come in. What happens inside is guarded again by the actions."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from tinhso.blocks.directory.models import Person
from tinhso.blocks.identity.models import Account, ApiToken
from tinhso.blocks.identity.policy import grants
from tinhso.kernel.errors import DomainError, NotFound
from tinhso.kernel.web.answers import wants_json

View = Callable[..., HttpResponseBase]


class VisitorRequest(HttpRequest):
    """A request after the middleware, for type checking: anybody may have sent it."""

    account: Account | None
    person: Person | None
    token: ApiToken | None


class PersonRequest(HttpRequest):
    """A request inside `signed_in` or `staff_only`, for type checking."""

    account: Account
    person: Person
    token: ApiToken | None


class NotSignedIn(DomainError):
    """Nobody is signed in; programs are told so, people are sent to the sign-in page."""

    status = 401
    code = "not_signed_in"


def signed_in(view: View) -> View:
    """Let in whoever is signed in; send others to the sign-in page and then back here."""

    @wraps(view)
    def run(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.person is None:
            return to_sign_in(request)
        return view(request, *args, **kwargs)

    return run


def staff_only(view: View) -> View:
    """Let in whoever holds a post today; to other people the page is not there."""

    @wraps(view)
    def run(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.person is None:
            return to_sign_in(request)
        if not grants(request.person).pairs:
            raise NotFound(_("Không có trang này, hoặc trang dành cho cán bộ. Hãy đăng nhập bằng tài khoản công vụ."))
        return view(request, *args, **kwargs)

    return run


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and back to the page in front of the person: what a form held is still there, kept by the browser.

    A page asked for is its own way back; something sent (a form, a part of a page) came from a page, named by the browser.
    """
    if wants_json(request):
        raise NotSignedIn(_("Hãy đăng nhập."))
    back = request.get_full_path() if request.method == "GET" else _page_in_front(request)
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = sign_in_address(_page_in_front(request))
        return response
    return redirect(sign_in_address(back))


def sign_in_address(back: str) -> str:
    return f"{settings.LOGIN_URL}?{urlencode({'next': back})}"


def _page_in_front(request: HttpRequest) -> str:
    parts = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "")
    own = parts.netloc == request.get_host()
    return safe_next(f"{parts.path}?{parts.query}" if parts.query else parts.path) if own else "/"


def safe_next(address: str | None, default: str = "/") -> str:
    """`address` when it is a page of this installation, else `default`."""
    if address and address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return address
    return default
