from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.families import register_family
from tinhso.kernel.manifest import Check, Manifest, MenuItem, Mount, Role, ServiceConfig
from tinhso.services.reports.family import APPROVER, DESK, HANDLER, REPORTS

_SEARCH = {"reports.search"}
_HANDLE = _SEARCH | {"reports.read", "reports.work", "reports.ask"}
# who somebody is: needed to call back, not to see a broken lamp
_IDENTITY = {"reports.identity"}
_APPROVE = _HANDLE | _IDENTITY | {"reports.approve", "reports.assign", "reports.decide", "reports.extend", "reports.join"}
_DESK = _HANDLE | _IDENTITY | {"reports.receive", "reports.decide", "reports.join", "reports.moderate", "reports.arrange"}
# words an agency often answers with are kept by those who answer for it
_WORDS = {"reports.templates"}
_KEYS = {"reports.keys"}


class ReportsConfig(ServiceConfig):
    """Citizens' reports: from a phone to the agency that sees to it, and the public answer."""

    name = "tinhso.services.reports"
    label = "reports"
    verbose_name = _("Phản ánh kiến nghị")
    manifest = Manifest(
        title=_("Phản ánh kiến nghị"),
        systems=("A4",),
        prefix="phan-anh/",
        mounts=(Mount("open311/", "tinhso.services.reports.open311.urls", "open311"),),
        order=210,
        roles=(
            Role(HANDLER, _("Người xử lý phản ánh"), frozenset(_HANDLE)),
            Role(APPROVER, _("Người duyệt trả lời phản ánh"), frozenset(_APPROVE | _WORDS)),
            Role(DESK, _("Điều phối phản ánh"), frozenset(_DESK | _WORDS | _KEYS)),
            # the rules by which reports find their agency are approved by somebody who did not write them
            Role(
                "manager",
                _("Lãnh đạo theo dõi"),
                frozenset(_SEARCH | _WORDS | {"reports.read", "reports.approve_routing", "reports.arrange"}),
            ),
            Role("admin", _("Quản trị hệ thống"), frozenset(_KEYS)),
        ),
        menu=(
            MenuItem(_("Phản ánh"), "reports:queue", "message-report", "reports.search", 22),
            MenuItem(_("Số liệu phản ánh"), "reports:staff_figures", "chart-bar", "reports.read", 46),
            MenuItem(_("Mẫu trả lời phản ánh"), "reports:templates", "template", "reports.templates", 48),
            MenuItem(_("Quy tắc chuyển"), "reports:routing", "route", "reports.arrange", 49),
            MenuItem(_("Khóa Open311"), "reports:api_keys", "key", "reports.keys", 83),
        ),
    )

    def ready(self) -> None:
        register_family(REPORTS)

    def checks(self) -> list[Check]:
        from tinhso.services.reports.open311.health import check_open311

        return check_open311()
