"""From a paper's facts to its PDF: Django template → HTML → WeasyPrint, without network or files from outside."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import segno
from django.conf import settings
from django.template.loader import get_template
from django.utils.safestring import mark_safe
from django.utils.translation import override
from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from tinhso.blocks.papers.models import Paper

SIGNATURE_ANCHOR = "chu-ky"

_ASSETS = Path(__file__).parent / "assets"
_POINTS_PER_PIXEL = 0.75

# each dropped CSS rule is reported at every paper otherwise
logging.getLogger("weasyprint").setLevel(logging.ERROR)
logging.getLogger("fontTools").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Rendered:
    """A PDF and where its signature goes (None: nowhere)."""

    pdf: bytes
    signature_place: dict[str, Any] | None


class NothingOutside(URLFetcher):
    """Lets a paper use images inside itself (`data:`) and nothing else: no network, no files."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False)

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        if not url.startswith("data:"):
            _refuse(url)
        return super().fetch(url, headers)


def _refuse(url: str) -> NoReturn:
    raise ValueError(f"a paper may not load {url.split(':', maxsplit=1)[0]}: addresses")


@cache
def _stylesheet() -> CSS:
    return CSS(filename=_ASSETS / "paper.css", url_fetcher=NothingOutside())


def html_of(paper: Paper) -> str:
    """The page before it becomes a PDF. A template that is only a body is set into the common layout."""
    address = verification_address(paper.verification_code)
    facts = {
        **paper.context,
        "paper": paper,
        "code": grouped(paper.verification_code),
        "address": address,
        "short_address": f"{settings.PUBLIC_URL.partition('://')[2]}/xac-thuc",
        "qr": segno.make(address, error="m").svg_data_uri(border=0, dark="#000"),
        "signature_anchor": SIGNATURE_ANCHOR,
    }
    with override("vi"):
        page = get_template(paper.template).render(facts)
        if page.lstrip()[:15].lower().startswith(("<!doctype", "<html")):
            return page
        return get_template("papers/result.html").render({**facts, "body": mark_safe(page)})  # noqa: S308 - escaped just above


def render_pdf(paper: Paper) -> Rendered:
    """The paper as tagged PDF/A-2u with embedded fonts."""
    document, pdf = _pdf(html_of(paper))
    return Rendered(pdf, _signature_place(document))


def pdf_of_page(html: str) -> bytes:
    """A page that is no paper, such as a list to be printed, in the same dress: PDF/A-2u, fonts embedded, nothing fetched."""
    return _pdf(html)[1]


def _pdf(text: str) -> tuple[Document, bytes]:
    html = HTML(string=text, url_fetcher=NothingOutside(), base_url="about:blank")
    options = {"pdf_variant": "pdf/a-2u", "pdf_tags": True}
    document = html.render(stylesheets=[_stylesheet()], font_config=FontConfiguration(), **options)
    pdf: bytes = document.write_pdf(**options)
    return document, pdf


def _signature_place(document: Document) -> dict[str, Any] | None:
    for number, page in enumerate(document.pages):
        if box := page.anchors.get(SIGNATURE_ANCHOR):
            left, top, right, bottom = (round(value * _POINTS_PER_PIXEL, 2) for value in box)
            height = page.height * _POINTS_PER_PIXEL
            return {"page": number, "box": [left, round(height - bottom, 2), right, round(height - top, 2)]}
    return None


def verification_address(code: str) -> str:
    """Where anybody checks the paper; printed in its QR."""
    return f"{settings.PUBLIC_URL}/xac-thuc/{code}/"


def grouped(code: str) -> str:
    """A code in groups of four, as people read it."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
