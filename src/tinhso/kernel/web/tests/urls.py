"""The house's addresses and some that fail in every way a view can."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from tinhso.config.urls import handler400, handler403, handler404, handler500, urlpatterns
from tinhso.kernel import errors
from tinhso.kernel.web.policy import embeddable

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

_ERRORS = {
    "not-allowed": errors.NotAllowed("Bạn không có quyền ký."),
    "not-found": errors.NotFound("Không có hồ sơ này."),
    "wrong-state": errors.WrongState("Hồ sơ đã được người khác tiếp nhận."),
    "invalid": errors.Invalid("Chưa đủ thông tin.", fields={"name": "Hãy ghi họ tên."}),
    "denied": PermissionDenied(),
    "suspicious": SuspiciousOperation(),
    "bug": ValueError("secret detail"),
    "database": OperationalError("connection refused"),
}


def fail(request: HttpRequest, way: str) -> HttpResponse:
    raise _ERRORS[way]


def echo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{len(request.POST)}")


@require_POST
def only_forms(request: HttpRequest) -> HttpResponse:
    return HttpResponse("taken")


@embeddable
def preview(request: HttpRequest) -> HttpResponse:
    return HttpResponse("preview")


urlpatterns = [
    path("thu/<str:way>/", fail),
    path("api/thu/<str:way>/", fail),
    path("echo/", echo),
    path("gui/", only_forms),
    path("api/gui/", only_forms),
    path("preview/", preview),
    *urlpatterns,
]
