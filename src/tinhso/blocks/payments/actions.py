"""Invoices and the money that pays them. Whoever changes an invoice or its payments locks the invoice first."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from tinhso.blocks.directory.actions import next_number
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.payments.gateways.base import BadMessage, BadSignature, Notice, Order, gateways
from tinhso.blocks.payments.models import BankAccount, Invoice, Payment
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, NotFound, WrongState
from tinhso.kernel.ids import readable_code
from tinhso.kernel.inserts import insert
from tinhso.kernel.permissions import require

Status = Invoice.Status
Method = Invoice.Method
# an attempt not older than this is taken up again, so that two clicks do not make two payments
_SAME_ATTEMPT = timedelta(minutes=15)
_MOST = 10**12  # đồng; above it somebody has typed an account number


@action
def create_invoice(
    *,
    agency: Agency,
    title: str,
    lines: Sequence[Mapping[str, Any]],
    about: str = "",
    payer: Person | None = None,
    by: Person | None = None,
) -> Invoice:
    """Ask for a fee. An invoice of nothing (all lines exempt) is paid at once.

    Args:
        lines: [{"text", "quantity", "unit_price"}], whole đồng; a unit price of 0 shows an exemption.
        about: what the fee is for, "cases.case:123".

    Raises:
        Invalid: no line, or a quantity or price that is not a whole number within bounds.
    """
    checked = [_checked_line(index, line) for index, line in enumerate(lines)]
    amount = sum(line["amount"] for line in checked)
    if not checked or amount > _MOST:
        raise Invalid(
            _("Hóa đơn phải có ít nhất một khoản và số tiền hợp lý."), fields={"lines": _("Hãy kiểm tra lại các khoản.")}
        )
    code = readable_code(12)
    invoice = insert(Invoice(code=code, agency=agency, title=title, about=about, payer=payer, lines=checked, amount=amount))
    record("payments.invoice_created", by=by, on=invoice, agency=agency, amount=amount, about=about)
    if amount == 0:
        _settle(invoice, method=Method.FREE, by=by)
    return invoice


def _checked_line(index: int, line: Mapping[str, Any]) -> dict[str, Any]:
    quantity, unit_price = line["quantity"], line["unit_price"]
    whole = all(isinstance(value, int) and not isinstance(value, bool) for value in (quantity, unit_price))
    if not whole or not 1 <= quantity <= 1_000_000 or not 0 <= unit_price <= _MOST:
        raise Invalid(
            _("Số lượng và đơn giá phải là số nguyên, không âm."), fields={f"lines.{index}": _("Hãy kiểm tra lại khoản này.")}
        )
    return {"text": str(line["text"]), "quantity": quantity, "unit_price": unit_price, "amount": quantity * unit_price}


@action
def pay_cash(invoice: Invoice, *, by: Person) -> Invoice:
    """Take the money at the counter and give the next receipt number.

    Raises:
        NotAllowed: `by` may not take cash at the invoice's agency.
        WrongState: it is paid or cancelled already.
    """
    return _pay_at_agency(invoice, Method.CASH, by)


@action
def confirm_transfer(invoice: Invoice, *, by: Person) -> Invoice:
    """Confirm that the transfer for this invoice stands on the agency's bank statement.

    Raises: as `pay_cash`.
    """
    return _pay_at_agency(invoice, Method.TRANSFER, by)


def _pay_at_agency(invoice: Invoice, method: Method, by: Person) -> Invoice:
    require(by, "payments.cash", at=invoice.agency)
    invoice = _locked(invoice.pk)
    _expect_unpaid(invoice)
    return _settle(invoice, method=method, by=by)


@action
def cancel_invoice(invoice: Invoice, *, by: Person | None) -> Invoice:
    """Ask for this fee no more. Money that still arrives is due back.

    Raises:
        NotAllowed: `by` may not cancel invoices at the agency.
        WrongState: it is paid; refund it instead.
    """
    require(by, "payments.cancel", at=invoice.agency)
    invoice = _locked(invoice.pk)
    if invoice.status == Status.CANCELLED:
        return invoice
    _expect_unpaid(invoice)
    return _cancel(invoice, by)


def _cancel(invoice: Invoice, by: Person | None) -> Invoice:
    invoice.status = Status.CANCELLED
    invoice.save(update_fields=["status"])
    record("payments.invoice_cancelled", by=by, on=invoice, agency=invoice.agency, about=invoice.about)
    return invoice


@action
def give_up_invoice(invoice: Invoice, *, reason: Invoice.RefundReason, refund: bool, by: Person | None) -> Invoice:
    """What the fee was for has come to an end: unpaid it is cancelled, paid it is due back when `refund` says so.

    A fee of nothing, and one that is cancelled, given back or due back already, stays as it is.

    Raises:
        NotAllowed: `by` may not cancel invoices at the agency.
    """
    require(by, "payments.cancel", at=invoice.agency)
    invoice = _locked(invoice.pk)
    if invoice.status == Status.UNPAID:
        return _cancel(invoice, by)
    if refund and invoice.status == Status.PAID and invoice.amount and not invoice.refund_reason:
        invoice.refund_reason, invoice.refund_due_since = reason, now()
        invoice.save(update_fields=["refund_reason", "refund_due_since"])
        record("payments.refund_due", by=by, on=invoice, agency=invoice.agency, about=invoice.about, reason=reason.value)
    return invoice


@action
def refund_invoice(invoice: Invoice, *, by: Person) -> Invoice:
    """Note that the fee was given back.

    Raises:
        NotAllowed: `by` may not refund at the agency.
        WrongState: nothing was paid, or it was given back already.
    """
    require(by, "payments.refund", at=invoice.agency)
    invoice = _locked(invoice.pk)
    if invoice.status != Status.PAID or invoice.amount == 0:
        raise WrongState(_("Hóa đơn này không có tiền để hoàn."))
    invoice.status = Status.REFUNDED
    invoice.save(update_fields=["status"])
    record("payments.invoice_refunded", by=by, on=invoice, agency=invoice.agency, about=invoice.about)
    return invoice


@action
def note_refund(payment: Payment, *, by: Person) -> Payment:
    """Note that money which paid nothing (twice, too late, wrong amount) was given back.

    Raises:
        NotAllowed: `by` may not refund at the agency.
        WrongState: it is not due back.
    """
    require(by, "payments.refund", at=payment.invoice.agency)
    invoice = _locked(payment.invoice_id)
    payment = Payment.objects.get(pk=payment.pk)
    if not payment.refund_reason or payment.refunded_at:
        raise WrongState(_("Giao dịch này không có tiền cần hoàn."))
    payment.refunded_at = now()
    payment.save(update_fields=["refunded_at"])
    record("payments.money_returned", by=by, on=payment, agency=invoice.agency, about=invoice.about)
    return payment


@action
def set_bank_account(
    agency: Agency, *, bank_bin: str, bank_name: str, number: str, holder: str, by: Person | None
) -> BankAccount:
    """Say where an agency, and those below it without an account of their own, receive transfers.

    Raises:
        NotAllowed: `by` may not edit collecting accounts at the agency.
        Invalid: the bank's number has not six digits, or the account's holds other than letters and digits.
    """
    require(by, "payments.edit_accounts", at=agency)
    problems: dict[str, object] = {}
    if not re.fullmatch(r"[0-9]{6}", bank_bin):
        problems["bank_bin"] = _("Mã ngân hàng (BIN) có 6 chữ số.")
    if not re.fullmatch(r"[0-9A-Za-z]{1,19}", number):
        problems["number"] = _("Số tài khoản có 1 đến 19 chữ số hoặc chữ cái không dấu.")
    if problems:
        raise Invalid(_("Tài khoản thu chưa đúng."), fields=problems)
    details = {"bank_bin": bank_bin, "bank_name": bank_name, "number": number, "holder": holder}
    account, _made = BankAccount.objects.update_or_create(agency=agency, defaults=details)
    record("payments.bank_account_set", by=by, on=account, agency=agency)
    return account


# ------------------------------------------------------------------------------------------------------------- online


def start_payment(invoice: Invoice, *, gateway: str, return_url: str, by: Person | None = None) -> str:
    """Begin to pay through a gateway; whoever holds the invoice's code may pay it.

    Returns:
        the address to which the payer goes.

    Raises:
        NotFound: no such gateway here.
        WrongState: the invoice is not waiting for payment.
    """
    chosen = gateways.get(gateway)
    if chosen is None:
        raise NotFound(_("Không có cổng thanh toán này."))
    payment = _open_attempt(invoice, gateway=gateway, return_url=return_url, by=by)
    # outside the transaction: a real gateway is asked over the network
    back = settings.PUBLIC_URL + reverse("payments:result", args=[payment.reference])
    return chosen.start(Order(payment.reference, payment.amount, invoice.title, back))


@action
def _open_attempt(invoice: Invoice, *, gateway: str, return_url: str, by: Person | None) -> Payment:
    invoice = _locked(invoice.pk)
    _expect_unpaid(invoice)
    open_ = invoice.payments.filter(
        gateway=gateway, status=Payment.Status.STARTED, return_url=return_url, started_at__gt=now() - _SAME_ATTEMPT
    ).first()
    if open_:
        return open_
    payment = Payment.objects.create(
        invoice=invoice, gateway=gateway, reference=readable_code(20), amount=invoice.amount, return_url=return_url
    )
    record("payments.payment_started", by=by, on=payment, agency=invoice.agency, gateway=gateway, amount=payment.amount)
    return payment


class Outcome(StrEnum):
    """What became of a call-back."""

    APPLIED = "applied"
    REPEATED = "repeated"
    REFUND_DUE = "refund_due"
    REFUSED = "refused"  # bad signature
    UNKNOWN = "unknown"  # no such payment at this gateway
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Applied:
    outcome: Outcome
    payment: Payment | None = None


def apply_callback(gateway: str, body: bytes, headers: Mapping[str, str]) -> Applied:
    """Take note of what a gateway says. The same message may come twice, late, or never.

    A success for an invoice that is paid, cancelled or of another amount keeps the money's track as due back.
    A success after a failure counts: the gateway has thought again. A failure after a success changes nothing.
    """
    found = gateways.get(gateway)
    if found is None:
        return Applied(Outcome.UNKNOWN)
    try:
        notice = found.read(body, headers)
    except BadSignature as error:
        _note_refused(gateway, error.reference)
        return Applied(Outcome.REFUSED)
    except BadMessage:
        return Applied(Outcome.UNREADABLE)
    return _apply(gateway, notice)


@action
def _note_refused(gateway: str, reference: str) -> None:
    """Kept where it names a payment of ours; the audit log is no place for anybody's letters to us."""
    known = reference.isascii() and reference.isalnum()
    if known and (payment := Payment.objects.filter(gateway=gateway, reference=reference).first()):
        record("payments.callback_refused", by=None, on=payment, gateway=gateway)


@action
def _apply(gateway: str, notice: Notice) -> Applied:
    attempt = Payment.objects.filter(gateway=gateway, reference=notice.reference).values("pk", "invoice").first()
    if attempt is None:
        return Applied(Outcome.UNKNOWN)
    invoice = _locked(attempt["invoice"])
    payment = Payment.objects.get(pk=attempt["pk"])
    if payment.status == Payment.Status.SUCCEEDED or (payment.status == Payment.Status.FAILED and not notice.succeeded):
        return Applied(Outcome.REPEATED, payment)
    payment.finished_at = now()
    payment.gateway_transaction = notice.transaction[:80]
    if not notice.succeeded:
        payment.status = Payment.Status.FAILED
        payment.save(update_fields=["status", "finished_at", "gateway_transaction"])
        record("payments.payment_failed", by=None, on=payment, agency=invoice.agency)
        return Applied(Outcome.APPLIED, payment)
    payment.status = Payment.Status.SUCCEEDED
    payment.received = notice.amount
    payment.refund_reason = _refund_reason(invoice, payment)
    payment.save()
    record(
        "payments.payment_succeeded",
        by=None,
        on=payment,
        agency=invoice.agency,
        received=notice.amount,
        refund_reason=payment.refund_reason,
    )
    if payment.refund_reason:
        return Applied(Outcome.REFUND_DUE, payment)
    _settle(invoice, method=Method.ONLINE, by=None)
    payment.invoice = invoice
    return Applied(Outcome.APPLIED, payment)


def _refund_reason(invoice: Invoice, payment: Payment) -> str:
    if invoice.status == Status.CANCELLED:
        return Payment.RefundReason.CANCELLED
    if invoice.status != Status.UNPAID:
        return Payment.RefundReason.ALREADY_PAID
    if payment.received != payment.amount:
        return Payment.RefundReason.WRONG_AMOUNT
    return ""


# ------------------------------------------------------------------------------------------------------------- common


def _settle(invoice: Invoice, *, method: Method, by: Person | None) -> Invoice:
    """Mark a locked (or new) invoice as paid. The receipt number is the last lock taken, so that its series stays free."""
    at = now()
    invoice.status, invoice.method, invoice.paid_at = Status.PAID, method, at
    if method != Method.FREE:
        invoice.receipt_number = _receipt_number(invoice.agency, at)
    invoice.save(update_fields=["status", "method", "paid_at", "receipt_number"])
    record(
        "payments.invoice_paid",
        by=by,
        on=invoice,
        agency=invoice.agency,
        about=invoice.about,
        amount=invoice.amount,
        method=method.value,
    )
    return invoice


def _receipt_number(agency: Agency, at: datetime) -> str:
    year = localtime(at).year
    return f"BL{year % 100:02d}-{next_number(agency, 'receipt', str(year)):07d}"


def _locked(invoice_id: int) -> Invoice:
    return Invoice.objects.select_for_update(of=("self",)).select_related("agency").get(pk=invoice_id)


def _expect_unpaid(invoice: Invoice) -> None:
    if invoice.status != Status.UNPAID:
        raise WrongState(_("Hóa đơn này %(status)s, không thu được nữa.") % {"status": str(invoice.get_status_display()).lower()})
