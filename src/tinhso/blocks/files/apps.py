from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Manifest, ServiceConfig


class FilesConfig(ServiceConfig):
    """Uploads and generated documents: judged by their content, stored once under their hash, handed out with safe headers."""

    name = "tinhso.blocks.files"
    label = "files"
    verbose_name = _("Kho tệp")
    manifest = Manifest(title=_("Kho tệp"))
