from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Manifest, ServiceConfig


class VerificationConfig(ServiceConfig):
    """Where anybody checks a paper: by its code, by its QR, or by uploading the file."""

    name = "tinhso.services.verification"
    label = "verification"
    verbose_name = _("Xác thực giấy tờ")
    manifest = Manifest(title=_("Xác thực giấy tờ"), systems=("B3",), prefix="xac-thuc/", order=60)
