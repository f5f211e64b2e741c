from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    """The two page shells, their components, error pages and health addresses. No tables."""

    name = "tinhso.kernel.web"
    label = "web"
    verbose_name = _("Khung trang")
