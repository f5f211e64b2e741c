from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Check, Manifest, MenuItem, Role, ServiceConfig


class PaymentsConfig(ServiceConfig):
    """Fees: invoices, payment through gateways, cash, receipts."""

    name = "tinhso.blocks.payments"
    label = "payments"
    verbose_name = _("Thanh toán")
    manifest = Manifest(
        title=_("Thanh toán"),
        prefix="",
        order=210,  # below the one-stop shop in the menu
        menu=(MenuItem(_("Tiền phải hoàn"), "payments:refunds", "receipt-refund", "payments.refund", 46),),
        roles=(
            Role("reception", _("Cán bộ tiếp nhận"), frozenset({"payments.cash"})),
            Role("department_head", _("Trưởng phòng"), frozenset({"payments.cancel", "payments.refund"})),
            Role("signer", _("Người ký"), frozenset({"payments.cancel", "payments.refund"})),
            Role("admin", _("Quản trị hệ thống"), frozenset({"payments.edit_accounts"})),
        ),
    )

    def ready(self) -> None:
        from tinhso.blocks.payments.gateways.base import gateways
        from tinhso.blocks.payments.gateways.demo import DemoGateway

        gateways.register(DemoGateway())

    def checks(self) -> list[Check]:
        from tinhso.blocks.payments.gateways.base import gateways

        return [gateway.check() for gateway in gateways.all()]
