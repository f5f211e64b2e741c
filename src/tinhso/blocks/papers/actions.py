"""Issuing a paper, fixing its bytes, attaching its signed form, withdrawing it."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from tinhso.blocks.files.actions import store_bytes
from tinhso.blocks.files.content import PDF
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.files.reading import read_file
from tinhso.blocks.papers.letterhead import letterhead, printed_signature, signature_of
from tinhso.blocks.papers.models import Kind, Paper
from tinhso.blocks.papers.render import render_pdf
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import WrongState
from tinhso.kernel.ids import readable_code
from tinhso.kernel.inserts import insert
from tinhso.kernel.permissions import require

if TYPE_CHECKING:
    from tinhso.blocks.directory.models import Agency, Person, Post

CODE_LENGTH = 12
TEMPLATES = {
    Kind.RECEIPT: "papers/receipt.html",
    Kind.SUPPLEMENT: "papers/supplement.html",
    Kind.REFUSAL: "papers/refusal.html",
    Kind.APOLOGY: "papers/apology.html",
    Kind.STOP: "papers/stop.html",
    Kind.CERTIFICATE: "papers/result.html",
    Kind.DECISION: "papers/result.html",
    Kind.LETTER: "papers/result.html",
    Kind.NOTICE: "papers/result.html",
}


@action
def issue_paper(
    kind: Kind | str,
    *,
    agency: "Agency",
    by: "Person | None",
    context: Mapping[str, Any] | None = None,
    title: str = "",
    number: str = "",
    template: str = "",
    holder: str = "",
    signer: "Person | None" = None,
    post: "Post | None" = None,
    at: datetime | None = None,
) -> Paper:
    """Issue a paper: its facts are frozen now, its PDF is made at first need (`pdf_of`).

    The caller's own action has checked that `by` may issue it.

    Args:
        context: what the template prints, JSON values and dates; the keys each form knows stand at its template's head.
        title: printed title; the kind's own when empty.
        number: number and symbol ("05/QĐ-UBND"), from `directory.next_number`.
        template: name of the template, a whole page or only its body; the kind's own form when empty.
        holder: person or business the paper is about; shown to the public as initials at most.
        signer, post: who will sign and as what; printed around the signature. Only `signer` can sign then. (Without them
            `context["signer"]` = {"name", "title", "authority"} is printed.)
        at: moment of issue.
    """
    kind = Kind(kind)
    with override("vi"):
        printed_title = title or str(kind.label)
    facts = dict(context or {})
    facts["letterhead"] = letterhead(agency)
    facts["signature"] = signature_of(signer, post) if signer and post else printed_signature(facts.get("signer", {}))
    paper = insert(
        Paper(
            kind=kind,
            number=number,
            title=printed_title,
            verification_code=readable_code(CODE_LENGTH),
            template=template or TEMPLATES[kind],
            context=facts,
            holder=holder,
            issued_by_agency=agency,
            issued_at=at or now(),
        )
    )
    record("papers.issued", by=by, on=paper, agency=agency, kind=kind.value, number=number)
    return paper


def pdf_of(paper: Paper) -> bytes:
    """The paper as it was first rendered, byte for byte, without signatures."""
    return read_file(paper.file or fix_bytes(paper))


def signed_pdf_of(paper: Paper) -> bytes:
    """The signed paper, or the unsigned one while nobody has signed."""
    return read_file(paper.signed_file) if paper.signed_file else pdf_of(paper)


@action
def fix_bytes(paper: Paper) -> StoredFile:
    """Render the paper once and for all; later calls, concurrent ones too, get the file of the first."""
    locked = Paper.objects.select_for_update().get(pk=paper.pk)
    if locked.file is None:
        rendered = render_pdf(locked)
        locked.file = store_bytes(f"{file_name(locked)}.pdf", rendered.pdf, PDF.content_type)
        locked.sha256, locked.signature_place = locked.file.sha256, rendered.signature_place
        locked.save(update_fields=["file", "sha256", "signature_place"])
        record("papers.rendered", by=None, on=locked, agency=locked.issued_by_agency, sha256=locked.sha256)
    paper.file, paper.sha256, paper.signature_place = locked.file, locked.sha256, locked.signature_place
    return locked.file


@action
def attach_signed(paper: Paper, pdf: bytes, *, by: "Person | None", at: datetime) -> Paper:
    """Keep the signed form beside the original. `paper` must be locked by the caller.

    Raises:
        WrongState: the paper is already signed, withdrawn, or `pdf` does not begin with the paper's own bytes.
    """
    refuse_unless_signable(paper)
    if not pdf.startswith(pdf_of(paper)):
        raise WrongState(_("Nội dung đã ký không phải của giấy tờ này."))
    paper.signed_file = store_bytes(f"{file_name(paper)}-da-ky.pdf", pdf, PDF.content_type, by)
    paper.signed_at = at
    paper.save(update_fields=["signed_file", "signed_at"])
    record(
        "papers.signed",
        by=by,
        on=paper,
        agency=paper.issued_by_agency,
        sha256=hashlib.sha256(pdf).hexdigest(),
    )
    return paper


def refuse_unless_signable(paper: Paper) -> None:
    """Raise WrongState when the paper is signed already or withdrawn."""
    if paper.signed_file_id:
        raise WrongState(_("Giấy tờ này đã được ký."))
    if paper.withdrawn_at:
        raise WrongState(_("Giấy tờ này đã bị thu hồi nên không ký được nữa."))


@action
def withdraw_paper(paper: Paper, *, by: "Person", reason: str, at: datetime | None = None) -> Paper:
    """Declare a paper void; the public verification page says so from now on.

    Raises:
        NotAllowed: `by` may not withdraw papers of the agency.
        WrongState: it is withdrawn already.
    """
    require(by, "papers.withdraw", at=paper.issued_by_agency)
    locked = Paper.objects.select_for_update().get(pk=paper.pk)
    if locked.withdrawn_at:
        raise WrongState(_("Giấy tờ này đã bị thu hồi trước đó."))
    locked.withdrawn_at, locked.withdrawn_reason = at or now(), reason
    locked.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    record("papers.withdrawn", by=by, on=locked, agency=locked.issued_by_agency)
    return locked


def file_name(paper: Paper) -> str:
    """A name for downloads without personal data: the number where there is one, else kind and code."""
    return (paper.number or f"{paper.kind}-{paper.verification_code}").replace("/", "-")
