"""Beginning a session, and where it leads."""

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tinhso.blocks.identity.models import Account
from tinhso.kernel.web.menu import workspace_menu


def enter(request: HttpRequest, account: Account, *, next_page: str = "") -> HttpResponse:
    """Begin a session for the account under a new key, and go to `next_page`, else to where the account works.

    Pages speak the account's language unless the browser has chosen one.
    """
    login(request, account, backend="tinhso.blocks.identity.backend.SessionBackend")
    response = redirect(next_page or home_of(account))
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        remember_language(response, account.language)
    return response


def remember_language(response: HttpResponse, language: str) -> None:
    """Speak this language on this device from now on."""
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=settings.LANGUAGE_COOKIE_AGE, samesite="Lax")


def home_of(account: Account) -> str:
    """The first page of the account's workspace; the public home page for those who have none."""
    menu = workspace_menu(account.person, "/") if account.kind == Account.Kind.STAFF else []
    return menu[0].url if menu else "/"


def room_of(account: Account | None) -> str:
    """The page shell for pages that belong to both rooms."""
    return "web/workspace.html" if account and account.kind == Account.Kind.STAFF else "web/public.html"
