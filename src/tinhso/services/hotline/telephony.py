"""What a telephone exchange says, in the form of Zammad's generic CTI: form-encoded events `newCall`, `answer`, `hangup`.

https://docs.zammad.org/en/latest/cti/api-intro.html. Any exchange that can fetch an address speaks it: Kamailio, FreePBX, a
provider's web hooks. Pure.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.http import QueryDict
from django.utils.translation import gettext as _

from tinhso.kernel.errors import Invalid
from tinhso.services.hotline.models import LONGEST_CALL_ID, Call
from tinhso.services.hotline.numbers import e164

NEW_CALL, ANSWER, HANGUP = "newCall", "answer", "hangup"
EVENTS = (NEW_CALL, ANSWER, HANGUP)
_MOST_USERS = 100
_LATEST = timedelta(days=1)


@dataclass(frozen=True)
class Event:
    """One event. number: the other side, normalised. users: extensions; of an answer the one that answered, first."""

    kind: str
    call_id: str
    direction: str
    number: str = ""
    users: tuple[str, ...] = ()
    queue: str = ""
    cause: str = ""
    at: datetime | None = None

    def moment(self, heard: datetime) -> datetime:
        """When it happened: as the exchange says of an event it kept for up to a day, else when it was heard."""
        return self.at if self.at and heard - _LATEST <= self.at <= heard else heard


def read_event(form: QueryDict) -> Event:
    """An event out of a form.

    Raises:
        Invalid: no such event, no call's id or one that is too long, or no direction, or the NUL character; `fields` says which.
    """
    wrong: dict[str, object] = {}
    if any("\0" in text for name, values in form.lists() for text in (name, *values)):
        raise Invalid(_("Sự kiện của tổng đài chưa đúng."), fields={"form": _("Ký tự NUL không được nhận.")})
    kind, call_id, direction = (form.get(name, "").strip() for name in ("event", "callId", "direction"))
    if kind not in EVENTS:
        wrong["event"] = _("Sự kiện phải là một trong: %(events)s.") % {"events": ", ".join(EVENTS)}
    if not call_id or len(call_id) > LONGEST_CALL_ID:
        wrong["callId"] = _("Mã cuộc gọi (callId) phải có từ 1 đến %(most)d ký tự.") % {"most": LONGEST_CALL_ID}
    direction = direction or Call.Direction.IN
    if direction not in Call.Direction.values:
        wrong["direction"] = _("Chiều gọi (direction) phải là in hoặc out.")
    if wrong:
        raise Invalid(_("Sự kiện của tổng đài chưa đúng."), fields=wrong)
    users = _users(form)
    if kind == ANSWER:
        users = tuple(dict.fromkeys([*users, *_texts(form, "answeringNumber")]))
    other = form.get("from" if direction == Call.Direction.IN else "to", "")
    return Event(
        kind=kind,
        call_id=call_id,
        direction=direction,
        number=e164(other[:200]),
        users=users,
        queue=form.get("queue", "").strip()[:100],
        cause=form.get("cause", "").strip()[:40],
        at=_moment(form.get("at", "")),
    )


def _moment(text: str) -> datetime | None:
    """Seconds since 1970, with a fraction or without."""
    try:
        return datetime.fromtimestamp(float(text), UTC) if text else None
    except (ValueError, OverflowError, OSError):
        return None


def _users(form: QueryDict) -> tuple[str, ...]:
    """`user` once, several times, as `user[]` or numbered `user[0]`."""
    names = [name for name in form if name == "user" or name.startswith("user[")]
    return tuple(dict.fromkeys(text for name in names for text in _texts(form, name)))[:_MOST_USERS]


def _texts(form: QueryDict, name: str) -> list[str]:
    return [text.strip()[:40] for text in form.getlist(name) if text.strip()]
