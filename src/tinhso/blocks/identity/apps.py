from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Manifest, Role, ServiceConfig
from tinhso.kernel.permissions import install_policy


class IdentityConfig(ServiceConfig):
    """Who somebody is and what their posts allow them to do."""

    name = "tinhso.blocks.identity"
    label = "identity"
    verbose_name = _("Định danh")
    manifest = Manifest(
        title=_("Định danh"),
        systems=("C3",),
        prefix="tai-khoan-mau/",
        roles=(
            Role("reception", _("Cán bộ tiếp nhận"), frozenset({"identity.verify"})),
            Role("admin", _("Quản trị hệ thống"), frozenset({"identity.verify", "identity.manage_accounts"}), personal=True),
        ),
    )

    def ready(self) -> None:
        from tinhso.blocks.identity.policy import PostPolicy

        install_policy(PostPolicy())
