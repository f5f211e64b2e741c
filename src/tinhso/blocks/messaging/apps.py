from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Check, Manifest, ServiceConfig


class MessagingConfig(ServiceConfig):
    """Messages to people: in-app notices, e-mail, SMS."""

    name = "tinhso.blocks.messaging"
    label = "messaging"
    verbose_name = _("Thông báo")
    manifest = Manifest(title=_("Thông báo"), prefix="thong-bao/")

    def checks(self) -> list[Check]:
        from tinhso.blocks.messaging.channels import check_channels

        return check_channels()
