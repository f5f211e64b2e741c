from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Manifest, MenuItem, ServiceConfig


class SharedDataConfig(ServiceConfig):
    """Shared catalogues for everybody: administrative units with their history, agencies with their identifiers."""

    name = "tinhso.services.shared_data"
    label = "shared_data"
    verbose_name = _("Danh mục dùng chung")
    manifest = Manifest(
        title=_("Danh mục dùng chung"),
        systems=("C2",),
        prefix="don-vi/",
        order=70,
        menu=(MenuItem(_("Lịch làm việc"), "shared_data:calendars", "calendar-week", "directory.edit", 75),),
    )
