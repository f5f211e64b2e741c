from datetime import UTC, datetime

from tinhso.blocks.payments.gateways import demo
from tinhso.blocks.payments.gateways.actions import apply_callback, ask_about_silent
from tinhso.blocks.payments.models import Payment
from tinhso.kernel.jobs import job, periodic


@job(queue="payments")
def call_back_late(reference: str) -> None:
    """The demo gateway's answer that comes after everybody has gone home."""
    payment = Payment.objects.get(reference=reference, gateway=demo.DemoGateway.code)
    apply_callback(payment.gateway, *demo.answer_to(payment, "success"))


@periodic("*/3 * * * *", queue="payments")
def ask_gateways(timestamp: int) -> None:
    """What the gateways did not tell of themselves."""
    ask_about_silent(datetime.fromtimestamp(timestamp, UTC))
