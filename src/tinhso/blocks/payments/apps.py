from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Manifest, ServiceConfig


class PaymentsConfig(ServiceConfig):
    """Fees: invoices, payment through gateways, cash, receipts."""

    name = "tinhso.blocks.payments"
    label = "payments"
    verbose_name = _("Thanh toán")
    manifest = Manifest(title=_("Thanh toán"), prefix="")
