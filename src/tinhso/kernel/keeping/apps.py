from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KeepingConfig(AppConfig):
    """What processes keep of tables that hardly ever change."""

    name = "tinhso.kernel.keeping"
    label = "keeping"
    verbose_name = _("Bộ nhớ dùng chung")
