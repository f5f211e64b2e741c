from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Check, Manifest, Role, ServiceConfig


class DirectoryConfig(ServiceConfig):
    """Units, agencies, posts and persons: what everything else refers to."""

    name = "tinhso.blocks.directory"
    label = "directory"
    manifest = Manifest(
        title=_("Danh mục dùng chung"),
        systems=("C2",),
        order=10,
        roles=(
            Role("reception", _("Cán bộ tiếp nhận"), frozenset({"directory.read_persons", "directory.register_person"})),
            Role("specialist", _("Công chức chuyên môn"), frozenset({"directory.read_persons"})),
            Role("department_head", _("Trưởng phòng"), frozenset({"directory.read_persons", "directory.arrange_absence"})),
            Role("signer", _("Người ký"), frozenset({"directory.read_persons", "directory.arrange_absence"})),
            Role("clerk", _("Văn thư"), frozenset({"directory.read_persons"})),
            Role("manager", _("Lãnh đạo"), frozenset()),
            Role(
                "admin",
                _("Quản trị hệ thống"),
                frozenset({"directory.edit", "directory.arrange_absence", "directory.read_persons", "directory.register_person"}),
            ),
        ),
    )

    def checks(self) -> list[Check]:
        from tinhso.blocks.directory.models import UnitLoad

        part = str(_("Danh mục đơn vị hành chính"))
        last = UnitLoad.objects.order_by("-at").first()
        if last is None:
            advice = str(_("Hãy chạy: tinhso units load"))
            return [Check(part, "failed", str(_("Chưa nạp đơn vị hành chính nào.")), advice)]
        return [Check(part, "ok", f"{last.source}, {last.changes['units']}")]
