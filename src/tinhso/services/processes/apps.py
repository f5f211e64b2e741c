from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Manifest, MenuItem, Role, ServiceConfig

_READ = frozenset({"processes.read"})


class ProcessesConfig(ServiceConfig):
    """Electronic ISO: the internal processes of procedures, drawn, checked, tried, approved and put on record."""

    name = "tinhso.services.processes"
    label = "processes"
    manifest = Manifest(
        title=_("Quy trình nội bộ"),
        systems=("A2",),
        prefix="quy-trinh/",
        order=220,
        roles=(
            Role("department_head", _("Lãnh đạo phòng"), _READ),
            Role("signer", _("Lãnh đạo ký"), _READ),
            # to approve is to put a version into the catalogue
            Role("manager", _("Lãnh đạo theo dõi"), _READ | {"processes.draft", "processes.approve", "cases.edit_procedures"}),
            Role("admin", _("Quản trị hệ thống"), _READ | {"processes.draft", "processes.approve"}),
        ),
        menu=(MenuItem(_("Quy trình"), "processes:catalogue", "sitemap", "processes.read", 60),),
    )
