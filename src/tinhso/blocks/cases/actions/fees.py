"""What becomes of a case's fee when the case ends without a result."""

from tinhso.blocks.cases.models import Case, CaseInvoice
from tinhso.blocks.payments.actions import give_up_invoice
from tinhso.blocks.payments.models import Invoice


def give_up_fee(case: Case, *, reason: Invoice.RefundReason) -> None:
    """Ask for the fee no more; what was paid is due back unless work was done for it: somebody has finished a step."""
    fee = CaseInvoice.objects.select_related("invoice__agency").filter(case=case).first()
    if fee:
        worked_on = case.steps.filter(done_at__isnull=False).exists()
        give_up_invoice(fee.invoice, reason=reason, refund=not worked_on, by=None)
