"""What becomes of the fee when a case ends without a result."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tinhso.blocks.cases.actions.intake import Applicant, HandedIn, accept_case, refuse_case, submit_case
from tinhso.blocks.cases.actions.procedures import install_procedure
from tinhso.blocks.cases.actions.reopening import complain, reopen_case
from tinhso.blocks.cases.actions.stopping import withdraw_case
from tinhso.blocks.cases.actions.work import complete_step, take_step
from tinhso.blocks.cases.loading import load_folder
from tinhso.blocks.cases.models import Case
from tinhso.blocks.cases.tests.conftest import MONDAY, Town, withdrawn
from tinhso.blocks.cases.tests.folder import PROCEDURE, write_folder
from tinhso.blocks.payments.actions import pay_cash, refund_invoice
from tinhso.blocks.payments.models import Invoice
from tinhso.blocks.payments.queries import invoices_due_back
from tinhso.kernel.audit.models import AuditEntry
from tinhso.kernel.errors import WrongState

Submit = Callable[..., Case]


@pytest.fixture
def paid(town: Town, tmp_path: Path) -> Submit:
    """An application whose fee was paid in cash, or not (`paid=False`)."""
    dear = PROCEDURE.replace("amount = 0", "amount = 8000")
    version = install_procedure(load_folder(write_folder(tmp_path / "9.000001", procedure=dear)), by=None)

    def submit(*, paid: bool = True) -> Case:
        case = submit_case(
            version,
            {"applicant": {"full_name": "Đặng Thị Ánh", "copies": 2}},
            agency=town.agency,
            applicant=Applicant(name="Đặng Thị Ánh", person=town.citizen),
            by=town.citizen,
            parts={"don": HandedIn(on_paper=True)},
            at=MONDAY,
        )
        if paid:
            pay_cash(case.fee.invoice, by=town.clerk)
        return case

    return submit


def invoice_of(case: Case) -> Invoice:
    return Invoice.objects.get(pk=case.fee.invoice_id)


def test_a_paid_fee_is_due_back_when_the_case_is_refused(town: Town, paid: Submit) -> None:
    case = paid()
    refuse_case(case, by=town.clerk, reason="Không thuộc thẩm quyền", at=MONDAY)
    invoice = invoice_of(case)
    assert (invoice.status, invoice.refund_reason, invoice.refund_due) == ("paid", "refused", True)
    assert list(invoices_due_back(town.chairman)) == [invoice]
    entry = AuditEntry.objects.get(event="payments.refund_due")
    assert (entry.object_id, entry.facts) == (str(invoice.pk), {"about": f"cases.case:{case.pk}", "reason": "refused"})


@pytest.mark.parametrize("accepted", [False, True])
def test_a_paid_fee_is_due_back_when_the_case_is_withdrawn_before_work_on_it(town: Town, paid: Submit, accepted: bool) -> None:
    case = paid()
    if accepted:
        accept_case(case, by=town.clerk, at=MONDAY)
        take_step(case.steps.select_related("case").get(node="review"), by=town.specialist, at=MONDAY)
        withdrawn(case, town)
    else:
        withdraw_case(case, by=town.citizen, at=MONDAY)
    assert invoice_of(case).refund_reason == "withdrawn"


def test_a_fee_for_which_work_was_done_is_kept(town: Town, paid: Submit) -> None:
    case = accept_case(paid(), by=town.clerk, at=MONDAY)
    complete_step(case.steps.select_related("case").get(node="review"), by=town.specialist, at=MONDAY)
    withdrawn(case, town)
    assert invoice_of(case).refund_reason == ""
    assert not invoices_due_back(town.chairman).exists()


def test_an_unpaid_fee_is_asked_for_no_more(town: Town, paid: Submit) -> None:
    case = paid(paid=False)
    withdraw_case(case, by=town.citizen, at=MONDAY)
    assert (invoice_of(case).status, invoice_of(case).refund_reason) == ("cancelled", "")


def test_what_has_been_given_back_is_due_no_more(town: Town, paid: Submit) -> None:
    case = paid()
    refuse_case(case, by=town.clerk, reason="Không thuộc thẩm quyền", at=MONDAY)
    refund_invoice(invoice_of(case), by=town.chairman)
    assert not invoice_of(case).refund_due
    assert not invoices_due_back(town.chairman).exists()


def test_only_those_who_may_give_money_back_at_the_agency_see_what_is_due(town: Town, paid: Submit) -> None:
    refuse_case(paid(), by=town.clerk, reason="Không thuộc thẩm quyền", at=MONDAY)
    for person in (town.clerk, town.specialist, town.manager, town.citizen):
        assert not invoices_due_back(person).exists()


def reopened(case: Case, town: Town) -> Case:
    complain(case, by=town.citizen, content="Tôi thuộc thẩm quyền của phường", at=MONDAY)
    return reopen_case(case, by=town.chairman, answer="Đúng, phường giải quyết", at=MONDAY)


def test_a_fee_that_was_due_back_is_kept_when_the_case_is_opened_again(town: Town, paid: Submit) -> None:
    case = paid()
    refuse_case(case, by=town.clerk, reason="Không thuộc thẩm quyền", at=MONDAY)
    reopened(case, town)
    assert (invoice_of(case).status, invoice_of(case).refund_due) == ("paid", False)
    assert not invoices_due_back(town.chairman).exists()
    accept_case(case, by=town.clerk, at=MONDAY)


@pytest.mark.parametrize("was_paid", [False, True])
def test_a_fee_given_back_or_never_paid_is_asked_anew_when_the_case_is_opened_again(
    town: Town, paid: Submit, was_paid: bool
) -> None:
    case = paid(paid=was_paid)
    refuse_case(case, by=town.clerk, reason="Không thuộc thẩm quyền", at=MONDAY)
    if was_paid:
        refund_invoice(invoice_of(case), by=town.chairman)
    before = invoice_of(case)
    reopened(case, town)
    case = Case.objects.select_related("fee__invoice").get(pk=case.pk)
    assert (invoice_of(case).status, invoice_of(case).amount) == ("unpaid", before.amount)
    with pytest.raises(WrongState, match="chưa nộp phí"):
        accept_case(case, by=town.clerk, at=MONDAY)
