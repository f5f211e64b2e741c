"""What becomes of a case's fee when the case ends without a result, and when it is opened again."""

from tinhso.blocks.cases.models import Case, CaseInvoice
from tinhso.blocks.payments.actions import create_invoice, give_up_invoice, keep_fee
from tinhso.blocks.payments.models import Invoice


def give_up_fee(case: Case, *, reason: Invoice.RefundReason) -> None:
    """Ask for the fee no more; what was paid is due back unless work was done for it: somebody has finished a step."""
    fee = CaseInvoice.objects.select_related("invoice__agency").filter(case=case).first()
    if fee:
        worked_on = case.steps.filter(done_at__isnull=False).exists()
        give_up_invoice(fee.invoice, reason=reason, refund=not worked_on, by=None)


def ask_fee_again(case: Case) -> None:
    """A case that is opened again needs its fee: one still due back is kept, one given back or never paid asked anew."""
    fee = CaseInvoice.objects.select_related("invoice__agency", "invoice__payer").filter(case=case).first()
    if fee is None:
        return
    kept = keep_fee(fee.invoice, by=None)
    if kept.status in (Invoice.Status.CANCELLED, Invoice.Status.REFUNDED):
        fee.invoice = create_invoice(
            agency=case.agency, title=kept.title, lines=kept.lines, about=kept.about, payer=fee.invoice.payer, by=None
        )
        fee.save(update_fields=["invoice"])
