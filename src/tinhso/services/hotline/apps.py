from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Check, Manifest, MenuItem, Role, ServiceConfig

_SERVE = frozenset({"hotline.serve", "hotline.read"})
_LEAD = _SERVE | {"hotline.lead", "hotline.publish", "hotline.figures"}


class HotlineConfig(ServiceConfig):
    """The 1022 line: calls, the agent's desk, what agents know, call-backs, quality, figures."""

    name = "tinhso.services.hotline"
    label = "hotline"
    verbose_name = _("Tổng đài 1022")
    manifest = Manifest(
        title=_("Tổng đài 1022"),
        systems=("A3",),
        prefix="tong-dai/",
        order=230,
        roles=(
            Role("hotline_agent", _("Điện thoại viên"), _SERVE),
            Role("hotline_lead", _("Trưởng ca tổng đài"), _LEAD),
            Role("manager", _("Lãnh đạo theo dõi"), frozenset({"hotline.read", "hotline.figures"})),
            Role("admin", _("Quản trị hệ thống"), frozenset({"hotline.read", "hotline.manage"})),
        ),
        menu=(
            MenuItem(_("Bàn điện thoại"), "hotline:desk", "headset", "hotline.serve", 26),
            MenuItem(_("Gọi lại"), "hotline:callbacks", "phone-outgoing", "hotline.serve", 27),
            MenuItem(_("Kho tri thức"), "hotline:articles", "book-2", "hotline.read", 28),
            MenuItem(_("Bảng tổng đài"), "hotline:board", "chart-histogram", "hotline.figures", 56),
            MenuItem(_("Thiết lập tổng đài"), "hotline:setup", "phone", "hotline.manage", 82),
        ),
    )

    def checks(self) -> list[Check]:
        from tinhso.services.hotline.health import check_lines

        return check_lines()
