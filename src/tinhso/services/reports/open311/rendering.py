"""One answer in the two formats: JSON as it is, XML with an element for each entry of a list."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from lxml import etree

from tinhso.services.reports.open311.errors import Refused

FORMATS: Mapping[str, str] = {"json": "application/json", "xml": "text/xml"}
_ENTRIES = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Document:
    """root: the XML root; JSON has none. content: an object, or the entries of the root."""

    root: str
    content: Mapping[str, Any] | Sequence[Mapping[str, Any]]


def answer(document: Document, extension: str, status: int = 200) -> HttpResponse:
    """Anybody's web page may read it; nothing in it is personal."""
    body = _xml(document) if extension == "xml" else json.dumps(document.content, ensure_ascii=False).encode()
    response = HttpResponse(body, status=status, content_type=f"{FORMATS[extension]}; charset=utf-8")
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def refused(error: Refused, extension: str) -> HttpResponse:
    problems = [{"code": problem.code, "description": problem.description} for problem in error.problems]
    return answer(Document("errors", problems), extension if extension in FORMATS else "xml", error.status)


def _xml(document: Document) -> bytes:
    root = etree.Element(document.root)
    _fill(root, document.root, document.content)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _fill(element: etree._Element, name: str, value: object) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _fill(etree.SubElement(element, key), key, inner)
    elif isinstance(value, Iterable) and not isinstance(value, str):
        for inner in value:
            _fill(etree.SubElement(element, _ENTRIES[name]), _ENTRIES[name], inner)
    elif value is not None:
        element.text = _NOT_XML.sub("", str(value).lower() if isinstance(value, bool) else str(value))
