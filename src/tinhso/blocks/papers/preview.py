"""A paper as it would look, without issuing it."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tinhso.blocks.papers.letterhead import letterhead, signature_of
from tinhso.blocks.papers.models import Kind, Paper
from tinhso.blocks.papers.render import render_pdf

if TYPE_CHECKING:
    from tinhso.blocks.directory.models import Agency, Person, Post

NO_NUMBER = "……"
NO_CODE = "XXXXXXXXXXXX"


def preview_pdf(
    kind: Kind | str,
    *,
    agency: "Agency",
    context: Mapping[str, Any],
    title: str,
    template: str,
    signer: "Person | None",
    post: "Post | None",
    symbol: str,
    at: datetime,
) -> bytes:
    """The PDF of a paper that does not exist: without number, and with a verification code nobody can find."""
    facts = {**context, "letterhead": letterhead(agency), "draft": True}
    facts["signature"] = signature_of(signer, post) if signer and post else {"authority": [], "name": "", "person_id": None}
    paper = Paper(
        kind=kind,
        number=f"{NO_NUMBER}/{symbol}",
        title=title,
        verification_code=NO_CODE,
        template=template,
        context=facts,
        issued_by_agency=agency,
        issued_at=at,
    )
    return render_pdf(paper).pdf
