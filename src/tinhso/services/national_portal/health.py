"""The line of the system-status page and of `tinhso check`."""

from datetime import datetime, timedelta

from django.utils.timezone import now
from django.utils.translation import gettext as _

from tinhso.kernel.manifest import Check
from tinhso.services.national_portal.options import Misconfigured, options
from tinhso.services.national_portal.queries import standing

_TOO_OLD = timedelta(hours=6)
_OUTAGE = timedelta(minutes=15)  # shorter ones mend themselves, such as a web server that is still starting
_PART = "national portal"


def check_exchange() -> list[Check]:
    """Which portal is spoken to, how old the oldest unsent message is, how many failed for good."""
    try:
        found = options()
    except Misconfigured as error:
        return [Check(_PART, "failed", str(error), "docs/national-portal.md")]
    if found is None:
        return [Check(_PART, "not configured", _("không trao đổi gì"), _("đặt TINHSO_NATIONAL_PORTAL (docs/national-portal.md)"))]
    now_is, state = now(), standing()
    where = _("cổng mẫu trong sản phẩm") if found.demo else found.url
    counts = {"where": where, "waiting": state.waiting, "age": _age(now_is, state.oldest), "dead": state.dead}
    detail = _("{where}; {waiting} tin đang chờ{age}, {dead} tin không gửi được").format(**counts)
    if state.rests_until and state.rests_until > now_is and state.oldest and now_is - state.oldest > _OUTAGE:
        return [
            Check(
                _PART,
                "failed",
                _("cổng không trả lời, {detail}").format(detail=detail),
                _("tin được giữ lại, gửi khi cổng trả lời"),
            )
        ]
    if state.dead:
        return [Check(_PART, "failed", detail, _("quản trị viên xem tại /tich-hop/cong-quoc-gia/"))]
    if state.oldest and now_is - state.oldest > _TOO_OLD:
        return [Check(_PART, "failed", detail, _("tiến trình nền có đang chạy không?"))]
    advice = _("đặt TINHSO_NATIONAL_PORTAL là địa chỉ cổng thật") if found.demo else ""
    return [Check(_PART, "ok: demo" if found.demo else "ok", detail, advice)]


def _age(now_is: datetime, oldest: datetime | None) -> str:
    if oldest is None:
        return ""
    minutes = max(int((now_is - oldest).total_seconds() // 60), 0)
    return _(", cũ nhất {hours} giờ {minutes} phút").format(hours=minutes // 60, minutes=minutes % 60)
