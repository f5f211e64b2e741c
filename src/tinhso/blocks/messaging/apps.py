from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Manifest, ServiceConfig


class MessagingConfig(ServiceConfig):
    """Messages to people: in-app notices, e-mail, SMS."""

    name = "tinhso.blocks.messaging"
    label = "messaging"
    verbose_name = _("Thông báo")
    manifest = Manifest(title=_("Thông báo"), prefix="thong-bao/")
