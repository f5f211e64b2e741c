from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import QuerySet
from django.db.models.functions import Length
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext as _

from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.identity.policy import grants
from tinhso.blocks.payments.gateways.base import Gateway, gateways
from tinhso.blocks.payments.models import BankAccount, Invoice, Payment
from tinhso.blocks.payments.vietqr import svg, transfer_text
from tinhso.kernel.errors import NotFound

PENDING_FOR = timedelta(hours=1)
"""While a gateway keeps silent about an attempt as young as this, nobody is let pay a second time."""


@dataclass(frozen=True)
class InvoicePanel:
    """What `payments/invoice.html` shows: the fee, and while it is unpaid the ways to pay it."""

    invoice: Invoice
    return_url: str
    gateways: list[Gateway] = field(default_factory=list)
    bank: BankAccount | None = None
    qr: SafeString | str = ""
    refunds: list[Payment] = field(default_factory=list)
    pending: Payment | None = None
    """An attempt of which the gateway has said nothing yet."""


def invoice_by_code(code: str) -> Invoice:
    """Whoever holds the code may see and pay the invoice.

    Raises:
        NotFound: no invoice has this code.
    """
    found = Invoice.objects.select_related("agency").filter(code=code.upper()).first()
    if found is None:
        raise NotFound(_("Không có hóa đơn nào mang mã này."))
    return found


def invoices_about(about: str) -> QuerySet[Invoice]:
    """The fees asked for a thing, oldest first. The caller has checked that the reader may see the thing."""
    return Invoice.objects.filter(about=about).select_related("agency").order_by("pk")


def invoice_panel(invoice: Invoice, *, return_url: str) -> InvoicePanel:
    """The panel of an invoice; `return_url` is the page to which the payer comes back."""
    payments = list(invoice.payments.all())
    refunds = [payment for payment in payments if payment.refund_reason]
    if invoice.status != Invoice.Status.UNPAID:
        return InvoicePanel(invoice, return_url, refunds=refunds)
    bank = bank_account_of(invoice.agency)
    young = now() - PENDING_FOR
    pending = [one for one in payments if one.status == Payment.Status.STARTED and one.started_at > young]
    return InvoicePanel(
        invoice,
        return_url,
        gateways.available(),
        bank,
        _qr(invoice, bank),
        refunds,
        max(pending, key=lambda one: one.started_at, default=None),
    )


def _qr(invoice: Invoice, bank: BankAccount | None) -> SafeString | str:
    if bank is None:
        return ""
    text = transfer_text(bank_bin=bank.bank_bin, account=bank.number, amount=invoice.amount, content=invoice.code)
    return SafeString(svg(text, title=_("Mã VietQR để chuyển khoản")))


def bank_account_of(agency: Agency) -> BankAccount | None:
    """The account of the agency, else of the nearest agency above it that has one."""
    line = [int(number) for number in (agency.path or "").split(".") if number]
    return BankAccount.objects.filter(agency__in=line).order_by(Length("agency__path").desc()).first()


def invoices_due_back(person: Person) -> QuerySet[Invoice]:
    """Paid fees to be given back, longest due first, at the agencies where `person` may do so."""
    due = Invoice.objects.filter(status=Invoice.Status.PAID, agency__in=grants(person).agencies_for("payments.refund"))
    return due.exclude(refund_reason="").select_related("agency", "payer").order_by("refund_due_since", "pk")


def refunds_due(person: Person) -> QuerySet[Payment]:
    """Money to be given back, at the agencies where `person` may do so."""
    places = grants(person).agencies_for("payments.refund")
    due = Payment.objects.exclude(refund_reason="").filter(refunded_at=None, invoice__agency__in=places)
    return due.select_related("invoice__agency", "invoice__payer").order_by("pk")
