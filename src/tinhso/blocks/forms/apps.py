from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Manifest, ServiceConfig


class FormsConfig(ServiceConfig):
    name = "tinhso.blocks.forms"
    label = "forms"
    manifest = Manifest(title=_("Biểu mẫu điện tử"), prefix="bieu-mau/")
