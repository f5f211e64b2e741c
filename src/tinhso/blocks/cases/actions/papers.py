"""Papers of a case: what each of them prints."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tinhso.blocks.cases.access_code import lookup_code
from tinhso.blocks.cases.models import Case, CaseInvoice, CasePaper, Party
from tinhso.blocks.directory.models import Person
from tinhso.blocks.papers.actions import issue_paper
from tinhso.blocks.papers.models import Kind, Paper
from tinhso.kernel.time import Term, local


def _applicant(case: Case) -> dict[str, str]:
    party = case.parties.get(role=Party.Role.APPLICANT)
    return {
        "name": party.name,
        "identity_number": party.identity_number,
        "phone": party.phone,
        "email": party.email,
        "address": party.address,
    }


def paper_context(case: Case, *, by: Person | None, at: datetime, **more: Any) -> dict[str, Any]:
    """What every paper of a case can print: case, applicant, documents, term, fee. Times are ISO 8601 with +07:00."""
    fee = CaseInvoice.objects.select_related("invoice").filter(case=case).first()
    return {
        "case": {
            "code": case.code,
            "lookup_code": lookup_code(case),
            "procedure": case.version.definition["name"],
            "procedure_code": case.procedure.code,
            "field": case.version.definition["field"],
            "term": Term.parse(case.version.definition["term"]["text"]).label("vi"),
            "channel": case.get_channel_display(),
            "submitted_at": local(case.submitted_at).isoformat(),
            "received_at": local(case.received_at).isoformat() if case.received_at else "",
            "due_at": local(case.due_at).isoformat() if case.due_at else "",
            "return_place": _("Bộ phận Một cửa %(agency)s; bản điện tử trên trang tra cứu hồ sơ") % {"agency": case.agency.name},
        },
        "applicant": _applicant(case),
        "parts": [
            {"name": part.name, "originals": part.originals, "copies": part.copies, "electronic": part.files.count()}
            for part in case.parts.order_by("pk").prefetch_related("files")
        ],
        "fee": {"amount": fee.invoice.amount, "status": fee.invoice.get_status_display()} if fee else {"amount": 0, "status": ""},
        "officer": by.full_name if by else "",
        **more,
    }


def issue_case_paper(case: Case, kind: Kind, *, by: Person | None, at: datetime, **more: Any) -> Paper:
    """Issue a slip of the set 01-07 in a case; its PDF is made when first opened."""
    paper = issue_paper(
        kind,
        agency=case.agency,
        context=paper_context(case, by=by, at=at, **more),
        by=by,
        title=f"{Kind(kind).label} – {case.code}",
        holder=case.applicant_name,
        at=at,
    )
    CasePaper.objects.create(case=case, paper=paper)
    return paper
