"""A gateway inside the product, with pages of its own, to try every course a payment can take. Only with sample data."""

import hmac
import json
from collections.abc import Mapping
from hashlib import sha256

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.identity.queries import sample_loaded
from tinhso.blocks.payments.gateways.base import BadMessage, BadSignature, Notice, Order, Silent
from tinhso.blocks.payments.models import Payment
from tinhso.kernel.manifest import Check

SIGNATURE_HEADER = "X-Demo-Signature"
# what the payer chose, kept where the gateway's own number of an attempt will stand
CALL_BACK_LOST, OUT_OF_ORDER = "MAU-THAT-LAC", "MAU-IM-LANG"
SILENCES = {"lost": CALL_BACK_LOST, "timeout": OUT_OF_ORDER}


class DemoGateway:
    code = "demo"
    title = _("Cổng thanh toán mẫu")

    def available(self) -> bool:
        return sample_loaded()

    def start(self, order: Order) -> str:
        return reverse("payments:demo", args=[order.reference])

    def read(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """The body is JSON {reference, outcome, amount, transaction}, signed whole: HMAC-SHA256, hexadecimal."""
        if not hmac.compare_digest(sign(body).encode(), headers.get(SIGNATURE_HEADER, "").encode()):
            raise BadSignature(_claimed_reference(body))
        try:
            said = json.loads(body)
            return Notice(str(said["reference"]), said["outcome"] == "success", int(said["amount"]), str(said["transaction"]))
        except (ValueError, KeyError, TypeError) as error:
            raise BadMessage(str(error)) from error

    def ask(self, reference: str) -> Notice | None:
        """What the payer chose on the sample pages: paid although no call-back came, or a gateway that is out of order."""
        payment = Payment.objects.get(gateway=self.code, reference=reference)
        if payment.gateway_transaction == OUT_OF_ORDER:
            raise Silent
        paid = payment.gateway_transaction == CALL_BACK_LOST
        return self.read(*answer_to(payment, "success")) if paid else None

    def check(self) -> Check:
        if self.available():
            return Check(
                "payment gateway",
                "ok: demo",
                gettext("cổng thanh toán mẫu trong sản phẩm"),
                gettext("nối một cổng thanh toán thật"),
            )
        return Check(
            "payment gateway",
            "not configured",
            gettext("phí nộp bằng tiền mặt hoặc chuyển khoản"),
            gettext("nối một cổng thanh toán"),
        )


def message(*, reference: str, outcome: str, amount: int, transaction: str) -> tuple[bytes, dict[str, str]]:
    """A call-back as the demo gateway sends it: body and headers."""
    said = {"amount": amount, "outcome": outcome, "reference": reference, "transaction": transaction}
    body = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    return body, {SIGNATURE_HEADER: sign(body)}


def sign(body: bytes) -> str:
    key = hmac.digest(settings.SECRET_KEY.encode(), b"tinhso.payments.demo", sha256)
    return hmac.new(key, body, sha256).hexdigest()


def _claimed_reference(body: bytes) -> str:
    try:
        return str(json.loads(body)["reference"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


def answer_to(payment: Payment, outcome: str) -> tuple[bytes, dict[str, str]]:
    """The call-back for a payment: "success" or "failure"."""
    return message(
        reference=payment.reference, outcome=outcome, amount=payment.amount, transaction=f"MAU-{payment.reference[:8]}"
    )
