from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Manifest, ServiceConfig


class AccountsConfig(ServiceConfig):
    """Screens of identity: sign in, register, reset the password, my account."""

    name = "tinhso.services.accounts"
    label = "accounts"
    verbose_name = _("Tài khoản")
    manifest = Manifest(title=_("Tài khoản"), systems=("C3",), prefix="")
