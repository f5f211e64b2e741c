"""Who sends this request: `request.account`, `request.person`, `request.token`. Powers follow from the person (`grants`)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from tinhso.blocks.identity.actions import note_token_use
from tinhso.blocks.identity.models import Account
from tinhso.blocks.identity.policy import NO_GRANTS, grants, limit_grants
from tinhso.blocks.identity.tokens import token_for

Handler = Callable[[HttpRequest], HttpResponseBase]


def person(get_response: Handler) -> Handler:
    """Set the actor from the session or from an `Authorization: Bearer` token.

    Staff powers are used through a staff account: an official who signs in with a citizen's account is a citizen.
    """

    def handle(request: HttpRequest) -> HttpResponseBase:
        secret = _bearer(request)
        if secret is not None:
            return _with_token(request, secret, get_response)
        account = request.user if isinstance(request.user, Account) else None
        _act_as(request, account)
        return _kept_by_nobody(request, get_response(request))

    return handle


def _kept_by_nobody(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """What was made for somebody is kept by no cache, nor by the browser for the next person at the desk.

    A view may say otherwise.
    """
    session = getattr(request, "session", None)
    if request.account or (session is not None and not session.is_empty()):  # type: ignore[attr-defined]
        response.headers.setdefault("Cache-Control", "private, no-store")
    return response


def _bearer(request: HttpRequest) -> str | None:
    if not request.path.startswith("/api/"):
        return None
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


def _act_as(request: HttpRequest, account: Account | None) -> None:
    request.account = account  # type: ignore[attr-defined]
    request.person = account.person if account else None  # type: ignore[attr-defined]
    request.token = None  # type: ignore[attr-defined]
    if account and account.kind != Account.Kind.STAFF:
        limit_grants(account.person, NO_GRANTS)


def _with_token(request: HttpRequest, secret: str, get_response: Handler) -> HttpResponseBase:
    at = now()
    token = token_for(secret, at=at)
    if token is None:
        return _refused()
    request.user = token.account
    _act_as(request, token.account)
    request.token = token  # type: ignore[attr-defined]
    limit_grants(token.account.person, grants(token.account.person).narrowed(token.scopes))
    note_token_use(token, at=at)
    # a forged page cannot send the header, so the cookie's guard is not needed
    request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
    return _kept_by_nobody(request, get_response(request))


def _refused() -> HttpResponse:
    problem = {
        "type": "about:blank",
        "title": _("Mã truy cập không dùng được"),
        "status": 401,
        "code": "bad_token",
        "detail": _("Mã truy cập API sai, đã hết hạn hoặc đã bị thu hồi. Hãy lập mã mới trong trang Tài khoản."),
    }
    response = JsonResponse(problem, status=401, content_type="application/problem+json")
    response["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return response
