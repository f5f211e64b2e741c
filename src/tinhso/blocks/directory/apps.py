from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Manifest, Role, ServiceConfig


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
            Role("department_head", _("Trưởng phòng"), frozenset({"directory.read_persons"})),
            Role("signer", _("Người ký"), frozenset({"directory.read_persons"})),
            Role("clerk", _("Văn thư"), frozenset({"directory.read_persons"})),
            Role("manager", _("Lãnh đạo"), frozenset()),
            Role(
                "admin",
                _("Quản trị hệ thống"),
                frozenset({"directory.edit", "directory.read_persons", "directory.register_person"}),
            ),
        ),
    )
