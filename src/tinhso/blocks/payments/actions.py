"""Invoices and the money that pays them; paying online is in `gateways/actions.py`. Whoever changes an invoice or its payments
locks the invoice first."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from tinhso.blocks.directory.actions import next_number
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.payments.models import BankAccount, Invoice, Payment
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.kernel.ids import readable_code
from tinhso.kernel.inserts import insert
from tinhso.kernel.permissions import require

Status = Invoice.Status
Method = Invoice.Method
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
        settle(invoice, method=Method.FREE, by=by)
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
    invoice = locked_invoice(invoice.pk)
    expect_unpaid(invoice)
    return settle(invoice, method=method, by=by)


@action
def cancel_invoice(invoice: Invoice, *, by: Person | None) -> Invoice:
    """Ask for this fee no more. Money that still arrives is due back.

    Raises:
        NotAllowed: `by` may not cancel invoices at the agency.
        WrongState: it is paid; refund it instead.
    """
    require(by, "payments.cancel", at=invoice.agency)
    invoice = locked_invoice(invoice.pk)
    if invoice.status == Status.CANCELLED:
        return invoice
    expect_unpaid(invoice)
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
    invoice = locked_invoice(invoice.pk)
    if invoice.status == Status.UNPAID:
        return _cancel(invoice, by)
    if refund and invoice.status == Status.PAID and invoice.amount and not invoice.refund_reason:
        invoice.refund_reason, invoice.refund_due_since = reason, now()
        invoice.save(update_fields=["refund_reason", "refund_due_since"])
        record("payments.refund_due", by=by, on=invoice, agency=invoice.agency, about=invoice.about, reason=reason.value)
    return invoice


@action
def keep_fee(invoice: Invoice, *, by: Person | None) -> Invoice:
    """What the fee was for goes on after all: what was paid and has not been given back is due back no more.

    Raises:
        NotAllowed: `by` may not cancel invoices at the agency.
    """
    require(by, "payments.cancel", at=invoice.agency)
    invoice = locked_invoice(invoice.pk)
    if invoice.refund_due:
        invoice.refund_reason, invoice.refund_due_since = Invoice.RefundReason.NONE, None
        invoice.save(update_fields=["refund_reason", "refund_due_since"])
        record("payments.refund_not_due", by=by, on=invoice, agency=invoice.agency, about=invoice.about)
    return invoice


@action
def refund_invoice(invoice: Invoice, *, by: Person) -> Invoice:
    """Note that the fee was given back.

    Raises:
        NotAllowed: `by` may not refund at the agency.
        WrongState: nothing was paid, or it was given back already.
    """
    require(by, "payments.refund", at=invoice.agency)
    invoice = locked_invoice(invoice.pk)
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
    invoice = locked_invoice(payment.invoice_id)
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


# ------------------------------------------------------------------------------------------------------------- common


def settle(invoice: Invoice, *, method: Method, by: Person | None) -> Invoice:
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


def locked_invoice(invoice_id: int) -> Invoice:
    """The row as it stands, kept from others until the transaction ends."""
    return Invoice.objects.select_for_update(of=("self",)).select_related("agency").get(pk=invoice_id)


def expect_unpaid(invoice: Invoice) -> None:
    """
    Raises:
        WrongState: nothing is asked for any more.
    """
    if invoice.status != Status.UNPAID:
        raise WrongState(_("Hóa đơn này %(status)s, không thu được nữa.") % {"status": str(invoice.get_status_display()).lower()})
