"""The Content-Security-Policy of an answer. Strict for all; a view that needs one thing more says so where it is written."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.http import HttpResponseBase
from django.views.decorators.cache import cache_control

POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "frame-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}

_FEATURES = {
    "camera": "()",
    "microphone": "()",
    "geolocation": "(self)",
    "payment": "()",
    "usb": "()",
    "interest-cohort": "()",
}
_HEADERS = {
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

View = Callable[..., HttpResponseBase]


def security_headers(response: HttpResponseBase) -> Mapping[str, str]:
    """The headers for this answer, with what its view widened."""
    widened: dict[str, str] = getattr(response, "policy", {})
    let: dict[str, str] = getattr(response, "features", {})
    return _headers(POLICY | widened, _FEATURES | let) if widened or let else _USUAL


def _headers(policy: Mapping[str, str], features: Mapping[str, str]) -> dict[str, str]:
    framing = {"'none'": "DENY", "'self'": "SAMEORIGIN"}.get(policy["frame-ancestors"])
    headers = _HEADERS | {
        "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in policy.items()),
        "Permissions-Policy": ", ".join(f"{name}={who}" for name, who in features.items()),
    }
    return headers | ({"X-Frame-Options": framing} if framing else {})


_USUAL = _headers(POLICY, _FEATURES)


def widen(**directives: str) -> Callable[[View], View]:
    """Widen the policy for the answers of one view: `@widen(form_action="'self' https://pay.example")`."""
    policy = {name.replace("_", "-"): sources for name, sources in directives.items()}

    def decorate(view: View) -> View:
        @wraps(view)
        def run(*args: Any, **kwargs: Any) -> HttpResponseBase:
            response = view(*args, **kwargs)
            response.policy = policy  # type: ignore[attr-defined]
            return response

        return run

    return decorate


def with_camera(view: View) -> View:
    """Let our own scripts on the page of one view ask for the camera."""

    @wraps(view)
    def run(*args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(*args, **kwargs)
        allow(response, "camera")
        return response

    return run


def allow(response: HttpResponseBase, feature: str, *, connect: str = "") -> None:
    """Let our own scripts on this one answer ask for a feature, and connect to one more origin."""
    response.features = {feature: "(self)"}  # type: ignore[attr-defined]
    if connect:
        response.policy = {"connect-src": f"{POLICY['connect-src']} {connect}"}  # type: ignore[attr-defined]


kept_for_back = cache_control(private=True, no_cache=True)
"""For pages people write in for long: pressing Back finds what they typed. Others with personal data are kept nowhere."""

embeddable = widen(frame_ancestors="'self'")
"""For answers our own pages show in a frame, such as the preview of a document."""
