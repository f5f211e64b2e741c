from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Manifest, ServiceConfig


class PapersConfig(ServiceConfig):
    """Slips, letters and results as PDF/A in the layout of Decree 30/2020, rendered once and kept unchanged."""

    name = "tinhso.blocks.papers"
    label = "papers"
    verbose_name = _("Giấy tờ điện tử")
    manifest = Manifest(title=_("Giấy tờ điện tử"))
