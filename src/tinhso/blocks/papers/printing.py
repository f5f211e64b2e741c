"""Prints that are no papers: drawn from what the tables say now, with a letterhead, neither numbered nor kept nor verifiable."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tinhso.blocks.papers.letterhead import letterhead
from tinhso.blocks.papers.models import Paper
from tinhso.blocks.papers.preview import NO_CODE
from tinhso.blocks.papers.render import render_pdf

if TYPE_CHECKING:
    from tinhso.blocks.directory.models import Agency


def print_pdf(template: str, *, agency: "Agency", title: str, context: Mapping[str, Any], at: datetime) -> bytes:
    """The PDF of a page that extends `papers/base.html` and shows no mark of verification."""
    facts = {**context, "letterhead": letterhead(agency), "signature": {"authority": [], "name": "", "person_id": None}}
    paper = Paper(title=title, verification_code=NO_CODE, template=template, context=facts, issued_by_agency=agency, issued_at=at)
    return render_pdf(paper).pdf
