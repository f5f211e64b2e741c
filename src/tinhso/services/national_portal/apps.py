from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Check, Manifest, MenuItem, Role, ServiceConfig


class NationalPortalConfig(ServiceConfig):
    """The exchange with the National Public Service Portal: cases and progress go there, cases handed in there come here."""

    name = "tinhso.services.national_portal"
    label = "national_portal"
    verbose_name = _("Cổng Dịch vụ công quốc gia")
    manifest = Manifest(
        title=_("Cổng Dịch vụ công quốc gia"),
        systems=("A2",),
        prefix="tich-hop/cong-quoc-gia/",
        order=210,
        roles=(
            Role("admin", _("Quản trị hệ thống"), frozenset({"national_portal.read", "national_portal.manage"})),
            Role("manager", _("Lãnh đạo theo dõi"), frozenset({"national_portal.read"})),
        ),
        menu=(MenuItem(_("Cổng quốc gia"), "national_portal:overview", "plug-connected", "national_portal.read", 80),),
    )

    def checks(self) -> list[Check]:
        from tinhso.services.national_portal.health import check_exchange

        return check_exchange()
