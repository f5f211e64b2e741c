"""The JSON API: the `router` of every application that has an `api.py`, below /api/v1/."""

from importlib import import_module
from importlib.util import find_spec

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from tinhso.kernel.errors import DomainError
from tinhso.kernel.manifest import services

api = NinjaAPI(
    title="Tỉnh Số",
    version="1",
    description="Programs sign in with `Authorization: Bearer <token>`. Errors are `{code, message, fields}`.",
    urls_namespace="api",
)


@api.exception_handler(DomainError)
def domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A refusal, with its message and the fields it concerns."""
    fields = {name: str(message) for name, message in error.fields.items()}
    return api.create_response(request, {"code": error.code, "message": str(error), "fields": fields}, status=error.status)


for _config in services():
    if find_spec(f"{_config.name}.api"):
        api.add_router("/", import_module(f"{_config.name}.api").router)
