"""Figures for Prometheus: how many answers each view gave, with which status, and how long they took.

Every process counts for itself, so that a collector's answers come from now this one, now that one. The names are those of
django-prometheus, which dashboards know; it keeps fourteen figures where these two tell what is asked of it.
"""

from collections.abc import Callable
from time import perf_counter

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest

Handler = Callable[[HttpRequest], HttpResponseBase]

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_ANSWERS = Counter(
    "django_http_responses_total_by_status_view_method", "Answers by status, view and method.", ["status", "view", "method"]
)
_SECONDS = Histogram(
    "django_http_requests_latency_seconds_by_view_method",
    "Seconds from a request's coming in to its answer, by view and method.",
    ["view", "method"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)


def counted(get_response: Handler) -> Handler:
    """Count the answer. Stands before all others, so that it counts theirs, too."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        began = perf_counter()
        response = get_response(request)
        match = request.resolver_match
        view = match.view_name if match else "<no view>"
        method = request.method if request.method in _METHODS else "<another>"
        _ANSWERS.labels(response.status_code, view, method).inc()
        _SECONDS.labels(view, method).observe(perf_counter() - began)
        return response

    return handle


def figures() -> HttpResponse:
    """As a collector reads them."""
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
