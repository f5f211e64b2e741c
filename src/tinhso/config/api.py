"""The JSON API: the `router` of every application that has an `api.py`, below /api/v1/."""

import json
import re
from importlib import import_module
from importlib.util import find_spec
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.parser import Parser

from tinhso.kernel.errors import DomainError
from tinhso.kernel.manifest import services

_DEEPEST = 32
_LONGEST = 20_000  # letters of one text, as in the forms of the pages
_MOST = 10**18


class PlainJSON(Parser):
    """Takes the JSON that the database can keep and nobody has to fear: no NUL, no half letters, no infinity, no nesting
    or text without end."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        text = request.body.decode(json.detect_encoding(request.body))
        body = _JSON.decode(text)
        # NUL and half letters need an escape, long texts and deep nesting a long body: most need no look at every part
        if _DOUBTFUL.search(text) or len(text) > _LONGEST or text.count("{") + text.count("[") > _DEEPEST:
            _check(body, depth=0)
        return cast(dict[str, Any], body)


def _bounded(number: str, read: type[int] | type[float]) -> int | float:
    value = read(number)
    if abs(value) > _MOST:  # infinity, too
        raise ValueError("a number is out of bounds")
    return value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


_DOUBTFUL = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")  # perhaps only of letters that take two escapes
_JSON = json.JSONDecoder(
    parse_int=lambda number: _bounded(number, int), parse_float=lambda number: _bounded(number, float), parse_constant=_refuse
)


def _check(value: object, *, depth: int) -> None:
    match value:
        case str():
            if len(value) > _LONGEST or "\0" in value:
                raise ValueError("a text is too long or holds NUL")
            value.encode()  # half of a surrogate pair is an error here
        case dict() | list():
            if depth == _DEEPEST:
                raise ValueError("nested too deep")
            for part in [*value.keys(), *value.values()] if isinstance(value, dict) else value:
                _check(part, depth=depth + 1)


api = NinjaAPI(
    parser=PlainJSON(),
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
