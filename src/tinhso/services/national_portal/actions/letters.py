"""What people do about messages that could not be sent."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.kernel.permissions import require
from tinhso.services.national_portal.models import Message

_LONGEST_REASON = 500


@action
def send_again(message: Message, *, by: Person, at: datetime | None = None) -> Message:
    """Put a message that was given up back into the queue, in its old place.

    Raises:
        WrongState: it is not one that was given up.
    """
    fresh = _given_up(message, by)
    fresh.state, fresh.settled_at, fresh.attempts, fresh.next_try_at = Message.State.WAITING, None, 0, at or now()
    fresh.save(update_fields=["state", "settled_at", "attempts", "next_try_at"])
    record("national_portal.sent_again", by=by, on=fresh, agency=fresh.case.agency, code=fresh.case.code)
    return fresh


def send_many_again(messages: Iterable[Message], *, by: Person) -> int:
    """Each in a transaction of its own; those no longer given up are passed over. Returns how many."""
    done = 0
    for message in messages:
        try:
            send_again(message, by=by)
        except WrongState:
            continue
        done += 1
    return done


@action
def drop(message: Message, *, by: Person, reason: str, at: datetime | None = None) -> Message:
    """Leave a message unsent for ever, with the reason; the later ones of its case go on.

    Raises:
        Invalid: no reason is given.
    """
    reason = reason.strip()
    if not reason or len(reason) > _LONGEST_REASON:
        text = _("Hãy ghi lý do, nhiều nhất 500 ký tự.")
        raise Invalid(text, fields={"reason": text})
    fresh = _given_up(message, by)
    fresh.state, fresh.dropped_by, fresh.reason, fresh.settled_at = Message.State.DROPPED, by, reason, at or now()
    fresh.save(update_fields=["state", "dropped_by", "reason", "settled_at"])
    record("national_portal.dropped", by=by, on=fresh, agency=fresh.case.agency, code=fresh.case.code)
    return fresh


def _given_up(message: Message, by: Person) -> Message:
    fresh = Message.objects.select_for_update(of=("self",)).select_related("case__agency").get(pk=message.pk)
    require(by, "national_portal.manage", at=fresh.case.agency)
    if fresh.state != Message.State.DEAD:
        raise WrongState(_("Tin này không còn ở trạng thái “Không gửi được”. Hãy tải lại trang."))
    return fresh
