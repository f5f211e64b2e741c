from tinhso.blocks.payments.actions import apply_callback
from tinhso.blocks.payments.gateways import demo
from tinhso.blocks.payments.models import Payment
from tinhso.kernel.jobs import job


@job(queue="payments")
def call_back_late(reference: str) -> None:
    """The demo gateway's answer that comes after everybody has gone home."""
    payment = Payment.objects.get(reference=reference, gateway=demo.DemoGateway.code)
    apply_callback(payment.gateway, *demo.answer_to(payment, "success"))
