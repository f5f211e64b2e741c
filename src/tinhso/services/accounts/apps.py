from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Manifest, MenuItem, ServiceConfig


class AccountsConfig(ServiceConfig):
    """Screens of identity: sign in, register, reset the password, my account, verification at the counter."""

    name = "tinhso.services.accounts"
    label = "accounts"
    verbose_name = _("Tài khoản")
    manifest = Manifest(
        title=_("Tài khoản"),
        systems=("C3",),
        prefix="",
        menu=(MenuItem(_("Xác minh tài khoản"), "accounts:verify", "user-check", "identity.verify", order=900),),
        order=900,
    )
