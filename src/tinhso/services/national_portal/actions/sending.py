"""Sending: one message is claimed, sent outside any transaction, and settled.

A message is claimed by a lease. While it lasts nobody else sends the same case; when a sender dies the message comes back,
marked as uncertain, and the portal is asked what it has before anything is sent twice. When the line itself fails it rests:
messages wait untouched, and after the rest a new session is the probe.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils.timezone import now

from tinhso.kernel.actions import action, record
from tinhso.services.national_portal.client import NoSession, Portal, Unreachable
from tinhso.services.national_portal.models import CaseExchange, Kind, Link, Message
from tinhso.services.national_portal.options import Options
from tinhso.services.national_portal.records import record_of
from tinhso.services.national_portal.schemas import problems_of

_LEASE = timedelta(minutes=10)
_PAUSES = [timedelta(minutes=minutes) for minutes in (1, 3, 10, 30, 60, 120, 240)]
_MOST_TRIES = len(_PAUSES) + 1
_MOST_REFUSALS = 3
_FAILURES_UNTIL_REST = 3
_LONGEST_REST = timedelta(minutes=15)

State = Message.State


@dataclass(frozen=True)
class Claimed:
    """A message in our hands. `uncertain`: an earlier try ended without an answer."""

    message: Message
    exchange: CaseExchange
    uncertain: bool


@dataclass(frozen=True)
class Outcome:
    """How a try ended. `sent`; or `problems` found before sending; or the portal's refusal; or the line's failure."""

    sent: bool = False
    problems: list[tuple[str, str]] | None = None
    code: str = ""
    text: str = ""
    line_failed: bool = False
    uncertain: bool = False
    tried: bool = True
    registered: bool = False


@dataclass
class Sent:
    """What a run has done."""

    sent: int = 0
    failed: int = 0


def send_due(options: Options, *, at_most: int = 500, clock: Callable[[], datetime] = now) -> Sent:
    """Send what is due, case by case in order, until nothing is or the line rests."""
    portal, done = Portal(options), Sent()
    if not _line_is_up(portal, clock()):
        return done
    for _turn in range(at_most):
        claimed = claim_next(at=clock())
        if claimed is None:
            break
        outcome = _try(portal, claimed)
        settle(claimed, outcome, at=clock())
        done.sent += outcome.sent
        done.failed += not outcome.sent
        if outcome.line_failed and resting(clock()):
            break
    return done


def resting(at: datetime) -> bool:
    """Whether the line rests after failures."""
    return Link.objects.filter(rests_until__gt=at).exists()


def _line_is_up(portal: Portal, at: datetime) -> bool:
    """Whether to send at all. After a rest the line has to give a session first."""
    link = Link.objects.first()
    if link is None or link.rests_until is None:
        return True
    if link.rests_until > at:
        return False
    try:
        portal.sign_in()
    except NoSession:
        note_failure(at=at)
        return False
    return True


@action
def claim_next(*, at: datetime) -> Claimed | None:
    """Lease the next message that is due and has no unsettled one of the same case before it."""
    before = Message.objects.filter(case=OuterRef("case"), pk__lt=OuterRef("pk"), state__in=[State.WAITING, State.DEAD])
    due = Message.objects.filter(~Exists(before), state=State.WAITING, next_try_at__lte=at).order_by("next_try_at", "pk")
    message = due.select_for_update(skip_locked=True).first()
    if message is None:
        return None
    uncertain = message.uncertain
    message.attempts += 1
    message.uncertain = True
    message.next_try_at = at + _LEASE
    message.save(update_fields=["attempts", "uncertain", "next_try_at"])
    return Claimed(message, CaseExchange.objects.get(case=message.case_id), uncertain)


def _try(portal: Portal, claimed: Claimed) -> Outcome:
    message, exchange = claimed.message, claimed.exchange
    content = record_of(message, portal_code=exchange.portal_code, options=portal.options)
    if problems := problems_of(Kind(message.kind), content):
        return Outcome(problems=problems)
    try:
        if message.kind == Kind.PROGRESS:
            return _outcome(portal, Kind.PROGRESS, data=[content])
        return _send_case(portal, claimed, content)
    except NoSession as error:
        return Outcome(text=error.text, line_failed=True, tried=False)
    except Unreachable as error:
        return Outcome(text=error.text, line_failed=True, uncertain=error.uncertain or claimed.uncertain)


def _send_case(portal: Portal, claimed: Claimed, content: dict[str, object]) -> Outcome:
    """A record is new or an update by what the portal has acknowledged; where that is uncertain, by what it has."""
    message, known = claimed.message, claimed.exchange.registered
    if claimed.uncertain:
        there = portal.find(claimed.exchange.portal_code)
        known = known or there is not None
        arrived = there is not None and str(there.get("TrangThaiHoSo")) == content["TrangThaiHoSo"]
        if arrived and message.entry and content["TrangThaiHoSo"] != str(claimed.exchange.status):
            return Outcome(sent=True, text="found at the portal", registered=True)
    outcome = _outcome(portal, Kind.CASE, isUpdating=str(known), data=[content])
    if not outcome.sent and not known and portal.find(claimed.exchange.portal_code):
        return _outcome(portal, Kind.CASE, isUpdating="True", data=[content])
    return outcome


def _outcome(portal: Portal, kind: Kind, **content: object) -> Outcome:
    answer = portal.call(kind.value, **content)
    return Outcome(sent=answer.good, code=answer.code, text=answer.text, registered=answer.good and kind == Kind.CASE)


@action
def settle(claimed: Claimed, outcome: Outcome, *, at: datetime) -> None:
    """Write down how a try ended."""
    message = Message.objects.select_for_update().get(pk=claimed.message.pk)
    if message.state != State.WAITING:
        return
    message.error_code, message.error = outcome.code if not outcome.sent else "", outcome.text[:500]
    message.problems = outcome.problems or []
    message.uncertain = outcome.uncertain
    if outcome.sent:
        _settled(message, State.SENT, at)
        _acknowledge(claimed.exchange, message, registered=outcome.registered)
        note_answer(at=at)
    elif outcome.problems:
        _settled(message, State.DEAD, at)
    elif outcome.line_failed:
        note_failure(at=at)
        message.attempts -= not outcome.tried
        _later(message, at, most=_MOST_TRIES)
        message.uncertain = outcome.uncertain if outcome.tried else claimed.uncertain
    else:
        note_answer(at=at)
        _later(message, at, most=_MOST_REFUSALS)
    message.save()
    event = "national_portal.sent" if outcome.sent else "national_portal.given_up" if message.state == State.DEAD else ""
    if event:
        code, error = claimed.exchange.portal_code, message.error_code
        facts = {"code": code, "kind": message.kind, "status": message.status, "error": error}
        record(event, by=None, on=message, agency=message.case.agency, **facts)


def _settled(message: Message, state: Message.State, at: datetime) -> None:
    message.state, message.settled_at = state, at


def _later(message: Message, at: datetime, *, most: int) -> None:
    """Try again after a growing pause, or give up."""
    if message.attempts >= most:
        _settled(message, State.DEAD, at)
        return
    message.next_try_at = at + _PAUSES[min(max(message.attempts, 1), len(_PAUSES)) - 1]


def _acknowledge(exchange: CaseExchange, message: Message, *, registered: bool) -> None:
    exchange.status = message.status
    exchange.registered = exchange.registered or registered
    exchange.save(update_fields=["status", "registered"])


@action
def note_failure(*, at: datetime) -> Link:
    """The line has failed once more; after three times in a row it rests, longer each time."""
    Link.objects.get_or_create(pk=1)
    link = Link.objects.select_for_update().get(pk=1)
    link.failures += 1
    if link.failures >= _FAILURES_UNTIL_REST:
        rest = timedelta(minutes=2 ** min(link.failures - _FAILURES_UNTIL_REST, 10))
        link.rests_until = at + min(rest, _LONGEST_REST)
    link.save()
    return link


@action
def note_answer(*, at: datetime) -> Link:
    """The portal has answered: the line works."""
    link, _new = Link.objects.update_or_create(pk=1, defaults={"failures": 0, "rests_until": None, "answered_at": at})
    return link
