from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Manifest, ServiceConfig


class CasesConfig(ServiceConfig):
    """Procedures, cases, steps, the clock: what every public service runs on."""

    name = "tinhso.blocks.cases"
    label = "cases"
    manifest = Manifest(title=_("Hồ sơ và quy trình"))
