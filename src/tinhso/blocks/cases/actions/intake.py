"""From the applicant's hands to the start of the legal clock."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import tell, told, transition
from tinhso.blocks.cases.actions.ending import end_without_result
from tinhso.blocks.cases.actions.papers import issue_case_paper
from tinhso.blocks.cases.actions.process import start_process
from tinhso.blocks.cases.clock import due_of
from tinhso.blocks.cases.families import family_named, family_of, power
from tinhso.blocks.cases.forms import form_of
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import (
    Case,
    CaseForm,
    CaseInvoice,
    Channel,
    Part,
    PartFile,
    Party,
    ProcedureVersion,
    Status,
)
from tinhso.blocks.cases.queries import handles
from tinhso.blocks.cases.requirements import WantedPart, fee_lines, foreign_files, required_parts
from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.actions import give_number_back, next_number
from tinhso.blocks.directory.calendars import agency_calendar
from tinhso.blocks.directory.models import Agency, Business, Person
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.forms.form import Cleaned
from tinhso.blocks.papers.models import Kind
from tinhso.blocks.payments.actions import create_invoice
from tinhso.blocks.payments.models import Invoice
from tinhso.kernel.actions import action, record, write_at_end
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.kernel.fixed_query import FixedQuery, Param
from tinhso.kernel.ids import readable_code
from tinhso.kernel.inserts import insert, insert_together, insert_unless
from tinhso.kernel.permissions import require
from tinhso.kernel.text import fold
from tinhso.kernel.time import local


@dataclass(frozen=True)
class Applicant:
    """Who applies: the particulars printed on the receipt, and the register's person or business when known."""

    name: str
    identity_number: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    person: Person | None = None
    business: Business | None = None


@dataclass(frozen=True)
class HandedIn:
    """A part of the application as handed in.

    On paper: form (`PaperForm`) and how many of it, pages of one, how many originals the agency keeps for a while.
    """

    files: Sequence[StoredFile] = field(default=())
    on_paper: bool = False
    form: str = ""
    handed: int = 0
    pages: int = 0
    lent: int = 0

    def columns(self, at: datetime) -> dict[str, Any]:
        """For the row of the part."""
        if not self.on_paper:
            return {}
        facts = {"on_paper": True, "form": self.form, "handed": self.handed, "pages": self.pages, "lent": self.lent}
        return facts | {"lent_at": at if self.lent else None}


Beside = Callable[[Case], Iterable[Model]]


@action
def submit_case(
    version: ProcedureVersion,
    answers: Mapping[str, object],
    *,
    agency: Agency,
    applicant: Applicant,
    by: Person | None,
    channel: Channel = Channel.ONLINE,
    parts: Mapping[str, HandedIn] | None = None,
    submission_key: str | None = None,
    words: str = "",
    beside: Beside | None = None,
    alone: bool = False,
    at: datetime | None = None,
) -> Case:
    """Hand in an application. The legal clock starts only when the agency accepts it, or at once where the family is so.

    Args:
        answers: what was entered in the form, already parsed; checked here once more.
        parts: documents by part code.
        submission_key: the same key again returns the case of the first time.
        words: what it is found by besides its code, where the family names no applicant.
        beside: rows of the caller's own for a case that is new, put in with the rest of its rows.
        alone: no action goes on working with the case: its rows go in with what is recorded.

    Raises:
        Invalid: answers or parts are wrong or missing; `fields` names them (parts as "parts.<code>").
        WrongState: the procedure's version is not in force, or the agency does not handle it.
    """
    at, handed_in = at or now(), parts or {}
    try:
        cleaned, wanted = _checked(version, answers, handed_in, agency=agency, applicant=applicant, by=by, at=at)
    except (Invalid, WrongState):
        if submission_key and (present := _SUBMITTED.first(key=submission_key)):
            return present  # it was right then: its files are the first one's now, or the procedure has changed since
        raise
    case = _new_case(version, agency, applicant, by=by, channel=channel, key=submission_key, words=words, at=at)
    if case is None:
        return _SUBMITTED.rows(key=submission_key)[0]
    particulars = {name: getattr(applicant, name) for name in _PARTICULARS}
    rows: list[Model] = [
        CaseForm(case=case, answers=cleaned.answers),
        Party(case_id=case.pk, role=Party.Role.APPLICANT, person_id=case.applicant_id, **particulars),
        told(case, "submitted", by=by, at=at, channel=int(channel)),
    ]
    if lines := fee_lines(version, cleaned.answers):
        invoice = create_invoice(
            agency=agency,
            title=str(version.definition["name"]),
            lines=lines,
            about=f"cases.case:{case.pk}",
            payer=applicant.person,
        )
        rows.append(CaseInvoice(case_id=case.pk, invoice_id=invoice.pk))
    for part in wanted:
        given = handed_in.get(part.code, HandedIn())
        columns = {name: getattr(part, name) for name in ("code", "name", "required", "originals", "copies")}
        row = Part(case_id=case.pk, **columns, **given.columns(at))
        if given.files:
            insert(row)
            rows += [PartFile(part=row, file=file) for file in given.files]
        else:
            rows.append(row)
    rows += beside(case) if beside else ()
    if family_of(case).at_once:
        start_process(case, at=at, never_stood=True, beside=rows, last=alone)
    elif alone:
        write_at_end(*rows)
    else:
        insert_together(rows)
    return case


def _checked(
    version: ProcedureVersion,
    answers: Mapping[str, object],
    handed_in: Mapping[str, HandedIn],
    *,
    agency: Agency,
    applicant: Applicant,
    by: Person | None,
    at: datetime,
) -> tuple[Cleaned, Sequence[WantedPart]]:
    """What was entered, as the form takes it, and the parts the case has then.

    Raises:
        Invalid: as `submit_case`.
        WrongState: as `submit_case`.
    """
    if not version.in_force(local(at).date()):
        raise WrongState(_("Thủ tục này đã thay đổi từ khi bạn bắt đầu. Hãy mở lại trang thủ tục và kiểm tra thông tin."))
    if not handles(agency, version):
        raise WrongState(_("%(agency)s không giải quyết việc này.") % {"agency": agency.name})
    cleaned = form_of(version).clean(dict(answers))
    wanted = required_parts(version, cleaned.answers)
    missing = {
        f"parts.{part.code}": _("Hãy nộp “%(name)s”.") % {"name": part.name}
        for part in wanted
        if part.required and not _present(handed_in.get(part.code))
    }
    if wrong := {**_too_long(applicant), **foreign_files(version, cleaned.answers, by=by), **cleaned.errors, **missing}:
        raise Invalid(_("Hồ sơ còn thiếu hoặc chưa đúng."), fields=wrong)
    return cleaned, wanted


_SUBMITTED = FixedQuery(lambda: Case.objects.filter(submission_key=Param("key")))


def _too_long(applicant: Applicant) -> dict[str, object]:
    """The particulars that do not fit."""
    limits = {field.name: field.max_length or 0 for field in Party._meta.fields if field.name in _PARTICULARS}
    return {
        f"applicant.{name}": _("Nhiều nhất là %(limit)s ký tự.") % {"limit": limit}
        for name, limit in limits.items()
        if len(getattr(applicant, name)) > limit
    }


_PARTICULARS = ("name", "identity_number", "phone", "email", "address")


def _present(handed_in: HandedIn | None) -> bool:
    return bool(handed_in and (handed_in.files or handed_in.on_paper))


def _new_case(
    version: ProcedureVersion,
    agency: Agency,
    applicant: Applicant,
    *,
    by: Person | None,
    channel: Channel,
    key: str | None,
    words: str,
    at: datetime,
) -> Case | None:
    """None when the same was handed in at this very moment: the other one is waited for, and the number given back."""
    day, family = f"{local(at):%y%m%d}", family_named(version.procedure.family)
    number = readable_code(6) if family.mark else f"{next_number(agency, 'case', day):04d}"
    code = f"{family.mark or agency.code}-{day}-{number}"
    name = "" if family.nameless else applicant.name
    case = Case(
        code=code,
        family=family.code,
        procedure=version.procedure,
        version=version,
        agency=agency,
        channel=channel,
        applicant=applicant.person,
        business=applicant.business,
        submitted_by=by,
        submitted_at=at,
        applicant_name=name,
        search=f"{fold(code)} {fold(words if family.nameless else name)}",
        submission_key=key,
    )
    if family.at_once:
        _start_clock(case, at=at)
    if insert_unless(case, "submission_key"):
        return case
    if not family.mark:
        give_number_back(agency, "case", day)
    return None


@action
def accept_case(case: Case, *, by: Person, at: datetime | None = None) -> Case:
    """Take a submitted case in: start the legal clock, issue the receipt, start the process.

    A case accepted outside the agency's hours is received at its next working moment; that day is the day of receipt, which a
    term in days does not count.

    Raises:
        NotAllowed: `by` does not hold the reception role at the case's agency.
        WrongState: the case is not waiting for reception, or its fee is unpaid.
    """
    at = at or now()
    require(by, power(case, "receive"), at=case.agency)
    with transition(case, Deed.ACCEPT) as case:
        fee = CaseInvoice.objects.select_related("invoice").filter(case=case).first()
        if fee and fee.invoice.status == Invoice.Status.UNPAID:
            raise WrongState(_("Hồ sơ chưa nộp phí. Hãy thu phí tại quầy hoặc chờ người nộp thanh toán trực tuyến."))
        _start_clock(case, at=at)
        start_process(case, at=at, never_stood=True)
        issue_case_paper(case, Kind.RECEIPT, by=by, at=at)
        tell(case, "accepted", by=by, at=at)
    return case


def _start_clock(case: Case, *, at: datetime) -> None:
    """It was received now, or at the next working moment; before that no clock stood still. The caller saves the case."""
    case.received_at = agency_calendar(case.agency).next_working_moment(local(at))
    due = due_of(case, ())
    case.due_at = due.at if due else None
    case.status = Status.IN_PROGRESS


@action
def refuse_case(case: Case, *, by: Person, reason: str, at: datetime | None = None) -> Case:
    """Refuse to take a case in (form 03), also one whose supplement never came, with the reason and what to do instead."""
    at = at or now()
    require(by, power(case, "receive"), at=case.agency)
    reason = free_text(reason, field="reason")
    if not reason:
        raise Invalid(
            _("Hãy ghi rõ lý do từ chối."), fields={"reason": _("Hãy ghi rõ lý do từ chối để người nộp biết phải làm gì.")}
        )
    with transition(case, Deed.REFUSE) as case:
        if case.received_at:
            raise WrongState(_("Hồ sơ đã được tiếp nhận nên không từ chối được nữa; có thể dừng giải quyết."))
        end_without_result(case, Status.REFUSED, refund=Invoice.RefundReason.REFUSED, at=at)
        issue_case_paper(case, Kind.REFUSAL, by=by, at=at, reason=reason)
        tell(case, "refused", by=by, at=at, note=reason)
    return case


@action
def move_to_person(declared: Person, person: Person) -> int:
    """Give the cases of a self-declared entry to the verified person it turned out to be. Returns how many."""
    cases = Case.objects.filter(Q(applicant=declared) | Q(submitted_by=declared)).select_for_update().select_related("agency")
    moved = 0
    for case in cases:
        case.applicant_id = person.pk if case.applicant_id == declared.pk else case.applicant_id
        case.submitted_by_id = person.pk if case.submitted_by_id == declared.pk else case.submitted_by_id
        case.save(update_fields=["applicant", "submitted_by"])
        case.parties.filter(person=declared).update(person=person)
        record("cases.applicant_joined", by=None, on=case, agency=case.agency, declared=declared.pk, person=person.pk)
        moved += 1
    return moved
