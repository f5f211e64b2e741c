"""Paying online: attempts at gateways, what they say of them, and asking those that keep silent."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from tinhso.blocks.directory.models import Person
from tinhso.blocks.payments.actions import Method, Status, expect_unpaid, locked_invoice, settle
from tinhso.blocks.payments.gateways.base import BadMessage, BadSignature, Notice, Order, Silent, gateways
from tinhso.blocks.payments.models import Invoice, Payment
from tinhso.blocks.payments.queries import PENDING_FOR
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import NotFound, WrongState
from tinhso.kernel.ids import readable_code
from tinhso.kernel.jobs import for_each

log = structlog.get_logger(__name__)


# an order not older than this is gone on with, so that two clicks do not make two payments
_SAME_ATTEMPT = timedelta(minutes=15)
_CALL_BACK_EXPECTED, _ASKED_FOR, _ASKED_AT_ONCE = timedelta(minutes=2), timedelta(days=1), 200


def start_payment(invoice: Invoice, *, gateway: str, return_url: str, by: Person | None = None) -> str:
    """Begin to pay through a gateway; whoever holds the invoice's code may pay it.

    Gateways are first asked about earlier attempts whose call-back is missing: one of them may have paid.

    Returns:
        the address to which the payer goes.

    Raises:
        NotFound: no such gateway here.
        WrongState: the invoice is not waiting for payment, or a gateway does not say whether it was paid a short while ago.
    """
    chosen = gateways.get(gateway)
    if chosen is None:
        raise NotFound(_("Không có cổng thanh toán này."))
    for earlier in _unanswered().filter(invoice=invoice, started_at__gt=now() - _ASKED_FOR).order_by("pk"):
        if _ask_or_wait(earlier):
            return reverse("payments:result", args=[earlier.reference])
    payment = _open_attempt(invoice, gateway=gateway, return_url=return_url, by=by)
    # outside the transaction: a real gateway is asked over the network
    back = settings.PUBLIC_URL + reverse("payments:result", args=[payment.reference])
    return chosen.start(Order(payment.reference, payment.amount, invoice.title, back))


def _ask_or_wait(payment: Payment) -> bool:
    """Whether money came for an attempt.

    Raises:
        WrongState: the gateway is silent, and the attempt too young to take it for given up.
    """
    try:
        answer = ask(payment)
    except Silent:
        if payment.started_at > now() - PENDING_FOR:
            moment = f"{localtime(payment.started_at):%H:%M %d/%m/%Y}"
            raise WrongState(
                _(
                    "Cổng thanh toán chưa cho biết lần trả lúc %(moment)s có thành công không. Để bạn không phải trả hai lần,"
                    " hãy chờ ít phút rồi thử lại; hóa đơn tự cập nhật khi có tin."
                )
                % {"moment": moment}
            ) from None
        return False
    return bool(answer and answer.payment and answer.payment.status == Payment.Status.SUCCEEDED)


def ask(payment: Payment) -> "Applied | None":
    """Ask the gateway what became of an attempt, and take note of it; None while the payer can still pay or turn away.

    Raises:
        Silent: the gateway cannot be reached, or is offered no more.
    """
    found = gateways.get(payment.gateway)
    if found is None:
        raise Silent
    notice = found.ask(payment.reference)
    return _apply(payment.gateway, notice) if notice else None


def ask_before_cash(invoice: Invoice) -> None:
    """Before money is taken at a counter: it may have been paid through a gateway whose call-back did not come. One that keeps
    silent is passed over; what it collected is due back then."""
    for earlier in _unanswered().filter(invoice=invoice, started_at__gt=now() - _ASKED_FOR):
        with suppress(Silent):
            ask(earlier)


def ask_about_silent(at: datetime) -> int:
    """Ask about the attempts of the last day whose call-back has not come, the newest first: old ones are mostly given up by
    people. One gateway that keeps silent is asked once and does not hold up the others.

    Returns how many attempts came to an end.
    """
    ended, silent = 0, set[str]()

    def look_into(payment: Payment) -> None:
        nonlocal ended
        if payment.gateway in silent:
            return
        try:
            ended += ask(payment) is not None
        except Silent:
            silent.add(payment.gateway)
            log.warning("payment_gateway_silent", gateway=payment.gateway)

    waiting = _unanswered().filter(started_at__range=(at - _ASKED_FOR, at - _CALL_BACK_EXPECTED))
    for_each(waiting.order_by("-started_at")[:_ASKED_AT_ONCE], look_into)
    return ended


def _unanswered() -> QuerySet[Payment]:
    return Payment.objects.filter(status=Payment.Status.STARTED).order_by("started_at")


@action
def _open_attempt(invoice: Invoice, *, gateway: str, return_url: str, by: Person | None) -> Payment:
    invoice = locked_invoice(invoice.pk)
    expect_unpaid(invoice)
    open_ = invoice.payments.filter(gateway=gateway, status=Payment.Status.STARTED, started_at__gt=now() - _SAME_ATTEMPT).first()
    if open_:
        if open_.return_url != return_url:
            open_.return_url = return_url
            open_.save(update_fields=["return_url"])
        return open_
    payment = Payment.objects.create(
        invoice=invoice, gateway=gateway, reference=readable_code(20), amount=invoice.amount, return_url=return_url
    )
    record("payments.payment_started", by=by, on=payment, agency=invoice.agency, gateway=gateway, amount=payment.amount)
    return payment


@action
def keep_silent(payment: Payment, silence: str) -> None:
    """The sample gateway's memory of how the payer wants it to fail."""
    Payment.objects.filter(pk=payment.pk, status=Payment.Status.STARTED).update(gateway_transaction=silence)


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
    invoice = locked_invoice(attempt["invoice"])
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
    settle(invoice, method=Method.ONLINE, by=None)
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
