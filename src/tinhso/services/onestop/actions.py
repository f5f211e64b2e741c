"""Receiving at the counter; the filters one keeps."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.intake import Applicant, HandedIn, accept_case, submit_case
from tinhso.blocks.cases.actions.originals import give_back
from tinhso.blocks.cases.actions.results import return_result
from tinhso.blocks.cases.actions.returning import Receipt, Way
from tinhso.blocks.cases.models import Case, CaseInvoice, Channel, ProcedureVersion, Step
from tinhso.blocks.directory.actions import register_person
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.directory.queries import person_by_identity_number
from tinhso.blocks.payments.actions import pay_cash
from tinhso.blocks.payments.models import Invoice
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid
from tinhso.kernel.permissions import require
from tinhso.services.onestop.case_filter import CaseFilter
from tinhso.services.onestop.models import SavedFilter


@action
def note_person_shown(person: Person, *, by: Person, agency: Agency) -> None:
    """Write down that the register showed somebody's particulars to a member of staff at the counter."""
    require(by, "directory.read_persons", at=agency)
    record("onestop.person_shown", by=by, on=person, agency=agency)


@action
def receive_at_counter(
    version: ProcedureVersion,
    answers: Mapping[str, Any],
    *,
    agency: Agency,
    particulars: Mapping[str, str],
    parts: Mapping[str, HandedIn],
    cash: bool,
    submission_key: str,
    by: Person,
) -> Case:
    """Enter, charge and accept a case in one go, while the applicant waits at the counter.

    Args:
        particulars: name, identity_number, phone, email, address of the applicant; one not yet known is entered in the
            register of persons, so that the next visit is quick.
        cash: the clerk has taken the fee.

    Raises:
        Invalid: something is missing or wrong, or the fee was not taken.
    """
    require(by, "cases.receive", at=agency)
    name, number = particulars["name"].strip(), "".join(particulars["identity_number"].split())
    if not name:
        raise Invalid(_("Hãy nhập họ và tên người nộp."), fields={"name": _("Hãy nhập họ và tên người nộp.")})
    person = person_by_identity_number(by, number) if number else None
    phone, email, address = (particulars[key].strip() for key in ("phone", "email", "address"))
    if person is None and number:
        person = register_person(name, by=by, identity_number=number, phone=phone, email=email, address=address)
    case = submit_case(
        version,
        answers,
        agency=agency,
        applicant=Applicant(name=name, identity_number=number, phone=phone, email=email, address=address, person=person),
        by=by,
        channel=Channel.COUNTER,
        parts=parts,
        submission_key=submission_key,
    )
    fee = CaseInvoice.objects.select_related("invoice__agency").filter(case=case).first()
    if fee and fee.invoice.status == Invoice.Status.UNPAID:
        if not cash:
            raise Invalid(_("Thủ tục này có thu phí."), fields={"cash": _("Hãy thu phí rồi đánh dấu đã thu tiền mặt.")})
        pay_cash(fee.invoice, by=by)
    return accept_case(case, by=by) if case.received_at is None else case


@action
def hand_result_over(step: Step, *, by: Person, receipt: Receipt, note: str, originals: Collection[int]) -> Case:
    """Return the result, and with it the originals of the chosen parts that were kept, on the same acknowledgement.

    Raises:
        Invalid: the receipt lacks its proof.
    """
    case = return_result(step, by=by, receipt=receipt, note=note)
    if originals and receipt.way != Way.ELECTRONIC:
        give_back(case, originals, by=by, receipt=receipt)
    return case


@action
def save_filter(name: str, asked: CaseFilter, *, by: Person) -> SavedFilter:
    """Keep a filter of the list of cases under a name; the same name again replaces it.

    Raises:
        Invalid: there is no name, it is too long, nothing is filtered, or so many are kept already.
    """
    require(by, "cases.search")
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        text = _("Hãy đặt tên cho bộ lọc, nhiều nhất %(limit)s ký tự.") % {"limit": LONGEST_NAME}
        raise Invalid(text, fields={"name": text})
    if not asked:
        raise Invalid(_("Hãy chọn điều kiện lọc trước khi lưu."), fields={"name": _("Hãy chọn điều kiện lọc trước khi lưu.")})
    if len(asked.address) > LONGEST_ADDRESS:
        too_long = _("Từ tìm kiếm quá dài để lưu. Hãy rút ngắn.")
        raise Invalid(too_long, fields={"name": too_long})
    kept = SavedFilter.objects.filter(person=by).exclude(name=name).count()
    if kept >= MOST_FILTERS:
        text = _("Bạn đã lưu %(limit)s bộ lọc. Hãy bỏ bớt.") % {"limit": MOST_FILTERS}
        raise Invalid(text, fields={"name": text})
    saved, _new = SavedFilter.objects.update_or_create(person=by, name=name, defaults={"address": asked.address})
    return saved


@action
def drop_filter(saved_id: int, *, by: Person) -> bool:
    """Forget a filter of one's own; whether there was one."""
    return bool(SavedFilter.objects.filter(pk=saved_id, person=by).delete()[0])


LONGEST_NAME, LONGEST_ADDRESS, MOST_FILTERS = 60, 600, 20  # the first two as in the table
