"""The line of the system-status page and of `tinhso check`."""

from datetime import datetime, timedelta

from django.utils.timezone import now

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
        return [Check(_PART, "not configured", "nothing is exchanged", "set TINHSO_NATIONAL_PORTAL (docs/national-portal.md)")]
    now_is, state = now(), standing()
    detail = (
        f"{'the sample portal inside the product' if found.demo else found.url}; {state.waiting} waiting"
        f"{_age(now_is, state.oldest)}, {state.dead} not sendable"
    )
    if state.rests_until and state.rests_until > now_is and state.oldest and now_is - state.oldest > _OUTAGE:
        return [Check(_PART, "failed", f"the portal does not answer, {detail}", "messages are kept and sent when it does")]
    if state.dead:
        return [Check(_PART, "failed", detail, "an administrator looks at them under /tich-hop/cong-quoc-gia/")]
    if state.oldest and now_is - state.oldest > _TOO_OLD:
        return [Check(_PART, "failed", detail, "is the worker running?")]
    advice = "set TINHSO_NATIONAL_PORTAL to the real one's address" if found.demo else ""
    return [Check(_PART, "ok: demo" if found.demo else "ok", detail, advice)]


def _age(now_is: datetime, oldest: datetime | None) -> str:
    if oldest is None:
        return ""
    minutes = max(int((now_is - oldest).total_seconds() // 60), 0)
    return f", the oldest for {minutes // 60} h {minutes % 60} min"
