from django.utils.translation import gettext_lazy as _

from tinhso.kernel.manifest import Check, Manifest, MenuItem, Role, ServiceConfig

_MANAGE = {"queueing.manage", "queueing.figures"}


class QueueingConfig(ServiceConfig):
    """The queue of a one-stop shop: tickets, counters, the call screen, how long people wait."""

    name = "tinhso.services.queueing"
    label = "queueing"
    verbose_name = _("Hàng chờ")
    manifest = Manifest(
        title=_("Hàng chờ"),
        systems=("A2",),
        prefix="hang-cho/",
        order=205,
        roles=(
            Role("reception", _("Cán bộ tiếp nhận và trả kết quả"), frozenset({"queueing.serve"})),
            Role("signer", _("Lãnh đạo ký"), frozenset(_MANAGE)),
            Role("department_head", _("Lãnh đạo phòng"), frozenset(_MANAGE)),
            Role("manager", _("Lãnh đạo theo dõi"), frozenset({"queueing.figures"})),
        ),
        menu=(
            MenuItem(_("Quầy gọi số"), "queueing:desk", "ticket", "queueing.serve", 25),
            MenuItem(_("Hàng chờ"), "queueing:figures", "users-group", "queueing.figures", 55),
        ),
    )

    def checks(self) -> list[Check]:
        from tinhso.services.queueing.voice import voice_check

        return [voice_check()]
