from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Check, Manifest, ServiceConfig


class SystemConfig(ServiceConfig):
    """The machine under the house: no tables and no pages, but the health of database, worker, files and fonts."""

    name = "tinhso.config.system"
    label = "system"
    verbose_name = _("Hệ thống")
    manifest = Manifest(title=_("Hệ thống"), order=0)

    def checks(self) -> list[Check]:
        from tinhso.config.system.checks import system_checks

        return system_checks()
