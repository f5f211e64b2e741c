from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Check, Manifest, MenuItem, Role, ServiceConfig

_SCAN = frozenset({"scanning.scan"})


class ScanningConfig(ServiceConfig):
    """Paper made digital: pages from a camera, a scanner's folder or files are checked and bound into one PDF for each part."""

    name = "tinhso.services.scanning"
    label = "scanning"
    verbose_name = _("Số hóa giấy tờ")
    manifest = Manifest(
        title=_("Số hóa giấy tờ"),
        systems=("A2",),
        prefix="so-hoa/",
        order=203,
        roles=(
            Role("reception", _("Cán bộ tiếp nhận và trả kết quả"), _SCAN),
            Role("clerk", _("Văn thư"), _SCAN),
        ),
        menu=(MenuItem(_("Số hóa"), "scanning:waiting", "scan", "scanning.scan", 27),),
    )

    def checks(self) -> list[Check]:
        from tinhso.services.scanning.folder import folder_check

        return [folder_check()]
