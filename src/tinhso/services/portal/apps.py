from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Manifest, ServiceConfig


class PortalConfig(ServiceConfig):
    """The public-service portal: find a procedure, apply, pay, follow, receive."""

    name = "tinhso.services.portal"
    label = "portal"
    manifest = Manifest(title=_("Cổng dịch vụ công"), systems=("A1",), prefix="", order=1)
