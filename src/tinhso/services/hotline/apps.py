from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.families import register_family
from tinhso.kernel.manifest import Check, Manifest, MenuItem, Role, ServiceConfig
from tinhso.services.hotline.family import AGENT, HANDLER, LEAD, TICKETS

_HANDLE = frozenset({"tickets.search", "tickets.work"})
_SERVE = _HANDLE | {"hotline.serve", "hotline.read", "tickets.read"}
_LEAD = _SERVE | {"hotline.lead", "hotline.publish", "hotline.figures", "tickets.arrange"}


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
            Role(AGENT, _("Điện thoại viên"), _SERVE),
            Role(LEAD, _("Trưởng ca tổng đài"), _LEAD),
            Role(HANDLER, _("Người trả lời phiếu 1022"), _HANDLE),
            Role("manager", _("Lãnh đạo theo dõi"), frozenset({"hotline.read", "hotline.figures", "tickets.approve_routing"})),
            Role("admin", _("Quản trị hệ thống"), frozenset({"hotline.read", "hotline.manage"})),
        ),
        menu=(
            MenuItem(_("Bàn điện thoại"), "hotline:desk", "headset", "hotline.serve", 26),
            MenuItem(_("Thư và trò chuyện"), "hotline:conversations", "messages", "hotline.serve", 27),
            MenuItem(_("Gọi lại"), "hotline:callbacks", "phone-outgoing", "hotline.serve", 27),
            MenuItem(_("Phiếu 1022"), "hotline:tickets", "message-2", "tickets.search", 27),
            MenuItem(_("Kho tri thức"), "hotline:articles", "book-2", "hotline.read", 28),
            # rules are written on one page, which stands with the reports
            MenuItem(_("Quy tắc chuyển"), "reports:routing", "route", "tickets.arrange", 49),
            MenuItem(_("Bảng tổng đài"), "hotline:board", "chart-histogram", "hotline.figures", 56),
            MenuItem(_("Thiết lập tổng đài"), "hotline:setup", "phone", "hotline.manage", 82),
        ),
    )

    def ready(self) -> None:
        register_family(TICKETS)

    def checks(self) -> list[Check]:
        from tinhso.services.hotline.health import check_lines, check_mailbox

        return [*check_lines(), *check_mailbox()]
