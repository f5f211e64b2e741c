from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Manifest, MenuItem, ServiceConfig


class FiguresConfig(ServiceConfig):
    """Figures of cases for leaders: the indicators of Decision 766/QĐ-TTg with the cases behind each number."""

    name = "tinhso.services.figures"
    label = "figures"
    manifest = Manifest(
        title=_("Số liệu"),
        systems=("A2",),
        prefix="so-lieu/",
        order=210,
        menu=(MenuItem(_("Số liệu"), "figures:page", "chart-bar", "cases.figures", 50),),
    )
