"""What the papers of a case print: Vietnamese, whatever language the officer works in."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from tinhso.blocks.cases.access_code import lookup_code
from tinhso.blocks.cases.clock import promise_to
from tinhso.blocks.cases.forms import form_of
from tinhso.blocks.cases.models import Case, CaseInvoice, PaperForm, Part, Party
from tinhso.blocks.directory.models import Person
from tinhso.kernel.time import local


@override("vi")
def paper_facts(case: Case, *, by: Person | None, **more: Any) -> dict[str, Any]:
    """Case, applicant, documents, term, fee, as JSON. Times are ISO 8601 with +07:00."""
    fee = CaseInvoice.objects.select_related("invoice").filter(case=case).first()
    party = case.parties.get(role=Party.Role.APPLICANT)
    return {
        "case": {
            "code": case.code,
            "lookup_code": lookup_code(case),
            "procedure": case.version.definition["name"],
            "procedure_code": case.procedure.code,
            "field": case.version.definition["field"],
            "term": promise_to(case).term.label("vi"),
            "channel": str(case.get_channel_display()),
            "submitted_at": _iso(case.submitted_at),
            "received_at": _iso(case.received_at),
            "due_at": _iso(case.due_at),
            "return_place": _("Bộ phận Một cửa %(agency)s; bản điện tử trên trang tra cứu hồ sơ") % {"agency": case.agency.name},
        },
        "applicant": {
            "name": party.name,
            "identity_number": party.identity_number,
            "phone": party.phone,
            "email": party.email,
            "address": party.address,
        },
        "parts": [
            {"name": part.name, **_counted(part), "electronic": len(part.files.all())}
            for part in case.parts.order_by("pk").prefetch_related("files")
        ],
        "fee": {"amount": fee.invoice.amount, "status": str(fee.invoice.get_status_display())}
        if fee
        else {"amount": 0, "status": ""},
        "officer": by.full_name if by else "",
        **more,
    }


def _counted(part: Part) -> dict[str, Any]:
    """What was handed in, where the clerk counted it; else what the procedure asks for. `lent`: originals to go back."""
    if not part.form:
        return {"originals": part.originals, "copies": part.copies, "form": "", "pages": 0, "lent": 0}
    original = part.form == PaperForm.ORIGINAL
    return {
        "originals": part.handed if original else part.lent,
        "copies": 0 if original else part.handed,
        "form": "" if original else str(part.get_form_display()),
        "pages": part.pages,
        "lent": part.lent,
    }


@override("vi")
def result_facts(case: Case, *, by: Person, at: datetime) -> dict[str, Any]:
    """What a result template prints: also `answers` as entered and `texts`, their readable form in the same shape.

    The preview uses it too, so that what is signed is what was read.
    """
    answers, day = case.form.answers, local(case.submitted_at).date()
    texts = form_of(case.version).texts(answers, on=day)
    return paper_facts(case, by=by, answers=answers, texts=texts, signed_on=local(at).date().isoformat())


def _iso(moment: datetime | None) -> str:
    return local(moment).isoformat() if moment else ""
