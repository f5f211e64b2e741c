from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Manifest, MenuItem, Role, ServiceConfig

# to look among the cases one may see; `cases.read` lets one see all of the agency
_SEARCH = {"cases.search"}
_READ = _SEARCH | {"cases.read"}
_WORK = _READ | {"cases.work"}
_RECEIVE = _WORK | {"cases.receive", "payments.cash", "directory.read_persons", "directory.register_person"}
# to stop a case, extend its term, give it back or to another agency, decide on a complaint, say who is given what
_DECIDE = _WORK | {"cases.assign", "cases.arrange_work", "cases.extend", "cases.decide", "cases.figures"}


class OneStopConfig(ServiceConfig):
    """The electronic one-stop shop: reception, work on cases, signing, returning results."""

    name = "tinhso.services.onestop"
    label = "onestop"
    manifest = Manifest(
        title=_("Một cửa điện tử"),
        systems=("A2",),
        prefix="mot-cua/",
        order=200,
        roles=(
            Role("reception", _("Cán bộ tiếp nhận và trả kết quả"), frozenset(_RECEIVE)),
            Role("specialist", _("Công chức chuyên môn"), frozenset(_SEARCH | {"cases.work"})),
            Role("department_head", _("Lãnh đạo phòng"), frozenset(_DECIDE)),
            Role("signer", _("Lãnh đạo ký"), frozenset(_DECIDE | {"papers.sign"})),
            Role("clerk", _("Văn thư"), frozenset(_WORK)),
            Role("manager", _("Lãnh đạo theo dõi"), frozenset(_READ | {"cases.figures"})),
            Role(
                "admin",
                _("Quản trị hệ thống"),
                frozenset({"system.status", "cases.edit_procedures", "cases.arrange_work", "cases.figures", "directory.edit"}),
            ),
        ),
        menu=(
            MenuItem(_("Việc của tôi"), "onestop:work", "inbox", "cases.work", 10),
            MenuItem(_("Tiếp nhận"), "onestop:reception", "clipboard-plus", "cases.receive", 20),
            MenuItem(_("Ký kết quả"), "onestop:signing", "signature", "papers.sign", 30),
            MenuItem(_("Trả kết quả"), "onestop:return_many", "package-export", "cases.receive", 35),
            MenuItem(_("Hồ sơ"), "onestop:cases", "folders", "cases.search", 40),
            MenuItem(_("Sổ theo dõi"), "onestop:register", "notebook", "cases.read", 45),
            MenuItem(_("Giao việc tự động"), "onestop:policies", "arrows-split", "cases.arrange_work", 48),
        ),
    )
