from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Check, Manifest, Role, ServiceConfig


class EsignatureConfig(ServiceConfig):
    """Digital signatures and seals on papers, the sample signing authority, and the judgement of any signed PDF."""

    name = "tinhso.blocks.esignature"
    label = "esignature"
    verbose_name = _("Ký số")
    manifest = Manifest(
        title=_("Ký số"),
        roles=(Role("admin", _("Quản trị hệ thống"), frozenset({"esignature.manage"})),),
    )

    def checks(self) -> list[Check]:
        from tinhso.blocks.esignature.status import signing_checks

        return signing_checks()
