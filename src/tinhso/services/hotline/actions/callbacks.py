"""Call-backs: made by themselves of missed calls, by agents when callers ask; done when somebody was reached."""

from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.calendars import agency_calendar
from tinhso.blocks.directory.identity_numbers import normal_phone
from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.kernel.permissions import require
from tinhso.kernel.time import Term, due, local
from tinhso.services.hotline.actions.alone import one_at_a_time
from tinhso.services.hotline.desk_tables import BlockedNumber, Callback
from tinhso.services.hotline.models import Agent, Call, Line, Spell
from tinhso.services.hotline.numbers import e164

PROMISE = Term.parse("4 hours")
"""Working hours of the line's agency within which somebody is called back."""


@action
def ask_back(
    line: Line,
    number: str,
    *,
    by: Person,
    call: Call | None = None,
    note: str = "",
    due_at: datetime | None = None,
    at: datetime | None = None,
) -> Callback:
    """Promise a caller to call back, within four working hours or at a moment the caller asked for.

    Raises:
        Invalid: no number, or the moment is past.
    """
    at = at or now()
    require(by, "hotline.serve", at=line.agency)
    number = e164(number)
    if not number:
        raise Invalid(_("Hãy nhập số điện thoại để gọi lại."), fields={"number": _("Hãy nhập số điện thoại để gọi lại.")})
    if due_at and due_at <= at:
        raise Invalid(_("Giờ hẹn gọi lại phải ở phía trước."), fields={"due_at": _("Giờ hẹn gọi lại phải ở phía trước.")})
    owner = Agent.objects.filter(person=by, line=line, active=True).first()
    made = queue_callback(line, number, Callback.Reason.ASKED, call=call, owner=owner, note=note, due_at=due_at, at=at)
    record("hotline.callback_asked", by=by, on=made, agency=line.agency)
    return made


@action
def ask_on_web(line: Line, phone: str, *, name: str, text: str, at: datetime | None = None) -> Callback | None:
    """Somebody asks on the site to be called back. The caller has limited how often.

    Returns None where the number waits already: the wish is added to it, and what the desk knows of it is nobody's on the site.

    Raises:
        Invalid: no Vietnamese number, or nothing to call about; `fields` names "phone" or "text".
        WrongState: the line refuses the number.
    """
    at, phone, text = at or now(), normal_phone(phone), " ".join(text.split())
    wrong: dict[str, object] = {}
    if not phone:
        wrong["phone"] = _("Hãy nhập số điện thoại để gọi lại.")
    if not 5 <= len(text) <= 300:
        wrong["text"] = _("Hãy viết điều bạn muốn hỏi, từ 5 đến 300 ký tự.")
    if wrong:
        raise Invalid(_("Thông tin còn thiếu."), fields=wrong)
    name = " ".join(name.split())[:100]
    note = f"{name}: {text}" if name else text
    number = e164(phone)
    if is_blocked(line, number, at):
        raise WrongState(_("Tổng đài không gọi lại được số này. Mời bạn hỏi tại bộ phận một cửa."))
    waits = Callback.objects.filter(line=line, number=number, done_at=None)
    one_at_a_time(f"callback {line.pk} {number}")
    known = waits.exists()
    made = queue_callback(line, number, Callback.Reason.WEB, note=f"trên mạng: {note}" if known else note, at=at)
    record("hotline.callback_asked", by=None, on=made, agency=line.agency)
    return None if known else made


def queue_callback(
    line: Line,
    number: str,
    reason: Callback.Reason,
    *,
    at: datetime,
    call: Call | None = None,
    owner: Agent | None = None,
    note: str = "",
    due_at: datetime | None = None,
) -> Callback:
    """One open call-back for a number: who calls again is counted and keeps the first promise; notes are added."""
    one_at_a_time(f"callback {line.pk} {number}")
    waiting = Callback.objects.select_for_update().filter(line=line, number=number, done_at=None).first()
    if waiting:
        if call and waiting.call_id != call.pk:
            waiting.calls += reason != Callback.Reason.ANSWER
            waiting.call = call
        if note not in waiting.note:
            waiting.note = f"{waiting.note} · {note}"[:500] if waiting.note else note[:500]
        waiting.due_at = min(waiting.due_at, due_at) if due_at else waiting.due_at
        waiting.save(update_fields=["calls", "call", "note", "due_at"])
        return waiting
    promised = due_at or due(PROMISE, local(at), agency_calendar(line.agency)).at or at
    return Callback.objects.create(
        line=line,
        number=number,
        reason=reason,
        call=call,
        note=note[:500],
        owner=owner or _least_laden(line),
        made_at=at,
        due_at=promised,
    )


def is_blocked(line: Line, number: str, at: datetime) -> bool:
    return BlockedNumber.objects.filter(line=line, number=number, until__gte=local(at).date()).exists()


def _least_laden(line: Line) -> Agent | None:
    """Who has the fewest to call back; of those on duty if anybody is."""
    agents = Agent.objects.filter(line=line, active=True).annotate(
        waiting=Count("callbacks", filter=Q(callbacks__done_at=None)),
        on_duty=Exists(Spell.objects.filter(agent=OuterRef("pk"), until=None)),
    )
    return agents.order_by("-on_duty", "waiting", "pk").first()


def close_callback_of(line: Line, number: str, outcome: Callback.Outcome, *, at: datetime) -> None:
    """The number was spoken with."""
    waiting = Callback.objects.select_for_update().filter(line=line, number=number, done_at=None).first() if number else None
    if waiting:
        waiting.done_at, waiting.outcome = max(at, waiting.made_at), outcome
        waiting.save(update_fields=["done_at", "outcome"])
        record("hotline.callback_done", by=None, on=waiting, agency=line.agency, outcome=outcome)


@action
def try_callback(callback: Callback, *, by: Person) -> None:
    """Count an attempt. The exchange tells whether somebody answered."""
    require(by, "hotline.serve", at=callback.line.agency)
    fresh = _open(callback)
    fresh.attempts += 1
    fresh.save(update_fields=["attempts"])
    record("hotline.callback_tried", by=by, on=fresh, agency=fresh.line.agency, attempts=fresh.attempts)


@action
def finish_callback(callback: Callback, outcome: str, *, by: Person, at: datetime | None = None) -> None:
    """Close a call-back by hand.

    Raises:
        Invalid: no such outcome, or "not reached" without three attempts.
        WrongState: it is closed.
    """
    require(by, "hotline.serve", at=callback.line.agency)
    fresh = _open(callback)
    if outcome not in Callback.Outcome.values:
        raise Invalid(_("Hãy chọn kết quả gọi lại."))
    if outcome == Callback.Outcome.NOT_REACHED and max(fresh.attempts, _calls_in_vain(fresh)) < 3:
        raise Invalid(_("Hãy gọi ít nhất ba lần, cách nhau, trước khi ghi là không gọi được."))
    fresh.done_at, fresh.outcome = at or now(), outcome
    fresh.save(update_fields=["done_at", "outcome"])
    record("hotline.callback_done", by=by, on=fresh, agency=fresh.line.agency, outcome=outcome)


@action
def take_callback(callback: Callback, owner: Agent, *, by: Person) -> None:
    """Give a call-back to another agent of the line, or take it oneself."""
    require(by, "hotline.serve", at=callback.line.agency)
    fresh = _open(callback)
    if owner.line_id != fresh.line_id or not owner.active:
        raise Invalid(_("Người nhận không làm ở tổng đài này."))
    fresh.owner = owner
    fresh.save(update_fields=["owner"])
    record("hotline.callback_given", by=by, on=fresh, agency=fresh.line.agency, owner=owner.pk)


def _calls_in_vain(callback: Callback) -> int:
    calls = Call.objects.filter(line=callback.line_id, direction=Call.Direction.OUT, number=callback.number)
    return calls.filter(state=Call.State.MISSED, started_at__gte=callback.made_at).count()


def _open(callback: Callback) -> Callback:
    fresh = Callback.objects.select_for_update(of=("self",)).select_related("line__agency").get(pk=callback.pk)
    if fresh.done_at:
        raise WrongState(_("Việc gọi lại này đã xong."))
    return fresh
