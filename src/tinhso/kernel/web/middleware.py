"""What wraps every request: its identifier, its language, its security headers, and refusals turned into answers."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, QueryDict
from django.utils import translation

from tinhso.kernel.correlation import correlation_id, end_work, start_correlation
from tinhso.kernel.errors import DomainError
from tinhso.kernel.web.answers import refusal_of, unavailable, wrong_method
from tinhso.kernel.web.policy import security_headers

Handler = Callable[[HttpRequest], HttpResponseBase]


def correlation(get_response: Handler) -> Handler:
    """Give the request its identifier (a well-formed one handed in by the proxy is kept) and name it in the answer."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        start_correlation(request.headers.get("X-Correlation-Id", ""))
        try:
            response = get_response(request)
        finally:
            end_work()
        response["X-Correlation-Id"] = correlation_id()
        return response

    return handle


def language(get_response: Handler) -> Handler:
    """Speak the language the person chose, else Vietnamese.

    Unlike Django's own, it does not read Accept-Language: many browsers in Viet Nam were set up in English by their shop, and
    an office must find the same words on every screen.
    """
    known = {code for code, _name in settings.LANGUAGES}

    def handle(request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        with translation.override(chosen if chosen in known else settings.LANGUAGE_CODE):
            request.LANGUAGE_CODE = translation.get_language()
            response = get_response(request)
            response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
            return response

    return handle


def content_security_policy(get_response: Handler) -> Handler:
    """Send the strict policy and its sister headers with every answer."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        for name, value in security_headers(response).items():
            response.headers.setdefault(name, value)
        return response

    return handle


def maintenance(get_response: Handler) -> Handler:
    """Answer 503 while the file `maintenance` lies in the data folder; its text, if any, is shown. Health stays reachable."""
    notice = settings.DATA_DIR / "maintenance"

    def handle(request: HttpRequest) -> HttpResponseBase:
        if notice.exists() and not request.path.startswith((settings.STATIC_URL, "/healthz", "/readyz", "/metrics")):
            return unavailable(request, advice=notice.read_text().strip())
        return get_response(request)

    return handle


def no_nul(get_response: Handler) -> Handler:
    """Answer 400 to an address, a cookie or a form that holds the NUL character: nobody types it, and the database takes none."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        if any("\0" in value for value in request.COOKIES.values()):
            raise BadRequest
        return get_response(request)

    def process_view(request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        # an interface with a form of its own for refusals looks for it itself
        if not getattr(view, "refuses_nul", False) and ("\0" in request.path or _holds_nul(request.GET)):
            raise BadRequest
        # what does without the form guard (gateways, programs) reads its body itself
        if not getattr(view, "csrf_exempt", False) and _holds_nul(request.POST):
            raise BadRequest

    handle.process_view = process_view  # type: ignore[attr-defined]
    return handle


def _holds_nul(form: QueryDict) -> bool:
    return any("\0" in text for name, values in form.lists() for text in (name, *values))


def domain_errors(get_response: Handler) -> Handler:
    """Turn a refusal raised by an action or a query into the page, fragment or JSON the caller can use.

    So too the empty answer to an address that only takes what a form sends: people come back to it from their history.
    """

    def handle(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        return wrong_method(request, response) if isinstance(response, HttpResponseNotAllowed) else response

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        return refusal_of(request, exception) if isinstance(exception, DomainError) else None

    handle.process_exception = process_exception  # type: ignore[attr-defined]
    return handle
