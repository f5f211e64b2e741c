"""What is read of a queue: who is next, how long it takes, what the screen shows. Days are those of Viet Nam."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from math import ceil

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.models import Case as HandedIn
from tinhso.blocks.cases.models import Channel
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.identity.policy import grants
from tinhso.kernel.errors import NotFound
from tinhso.kernel.permissions import allowed
from tinhso.kernel.time import local
from tinhso.services.queueing.models import Counter, Device, Line, Sitting, Ticket, Turn

_LAST_CALLS = 6
_SHOWN_WAITING = 24
_PACE_OF, _ENOUGH = 20, 3  # services of today from which the pace is taken; with fewer it is not known


def day_of(at: datetime) -> date:
    return local(at).date()


def start_of(day: datetime) -> datetime:
    return local(day).replace(hour=0, minute=0, second=0, microsecond=0)


# ---- offices ----


def offices_of(person: Person, permission: str) -> QuerySet[Agency]:
    """Agencies where the person holds the permission: for serving those of their own posts, else all below as well."""
    held = grants(person)
    if permission == "queueing.serve":
        found = Agency.objects.filter(pk__in={agency for agency, _role in held.pairs_for(permission)})
    else:
        found = held.agencies_for(permission)
    return found.filter(active=True).exclude(code=None).order_by("path")


def office_for(person: Person, permission: str, code: str = "") -> Agency:
    """The office asked for; else the first that has a queue, else the first.

    Raises:
        NotFound: the person has none, or not this one.
    """
    offices = offices_of(person, permission)
    found = offices.filter(code=code).first() if code else offices.filter(queue_lines__active=True).first() or offices.first()
    if found is None:
        raise NotFound(_("Không có bộ phận một cửa nào để bạn xem ở đây."))
    return found


def lines_of(agency: Agency) -> QuerySet[Line]:
    return Line.objects.filter(agency=agency, active=True).order_by("letter")


def device_by_token(token: str, kind: str) -> Device:
    """The device that this secret address belongs to.

    Raises:
        NotFound: there is none, it is of another kind, or it was revoked.
    """
    digest = token_digest(token)
    device = Device.objects.select_related("agency").filter(token_digest=digest, kind=kind, revoked_at=None).first()
    if device is None:
        raise NotFound(
            _("Địa chỉ của thiết bị không đúng hoặc đã bị thu hồi. Hãy lập địa chỉ mới trong phần thiết lập hàng chờ.")
        )
    return device


def token_digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


# ---- who is next ----


def waiting(agency: Agency, at: datetime) -> QuerySet[Ticket]:
    """Today's waiting tickets in the order in which they are called.

    Those with priority first, then appointments whose time has come, then the others by arrival, last those early for theirs.
    """
    rank = Case(
        When(~Q(priority=""), then=Value(0)),
        When(booked=True, place_at__lte=at, then=Value(1)),
        When(booked=True, then=Value(3)),
        default=Value(2),
    )
    found = Ticket.objects.filter(agency=agency, day=day_of(at), state=Ticket.State.WAITING)
    return found.select_related("line", "to_counter").annotate(rank=rank).order_by("rank", "place_at", "pk")


def callable_by(sitting: Sitting, at: datetime) -> QuerySet[Ticket]:
    """What the counter may call: tickets of its lines, and those handed on to it."""
    own = Q(line__in=sitting.lines.all(), to_counter=None) | Q(to_counter=sitting.counter_id)
    return waiting(sitting.counter.agency, at).filter(own)


def open_sitting(person: Person) -> Sitting | None:
    """Where the clerk sits now."""
    return Sitting.objects.select_related("counter__agency").filter(clerk=person, closed_at=None).first()


def open_turn(counter: Counter) -> Turn | None:
    return Turn.objects.select_related("ticket__line", "ticket__case", "counter").filter(counter=counter, ended_at=None).first()


def turn_of(person: Person, pk: int) -> Turn:
    """A turn at the counter where the person sits.

    Raises:
        NotFound: it is a colleague's, or there is none.
    """
    found = Turn.objects.select_related("ticket__line", "counter__agency", "agency").filter(pk=pk, clerk=person).first()
    if found is None:
        raise NotFound(_("Không có lượt gọi này ở quầy của bạn."))
    return found


def cases_taken_in(turn: Turn) -> QuerySet[HandedIn]:
    """Cases that the turn's clerk has entered at the counter since the call."""
    taken = HandedIn.objects.filter(submitted_by=turn.clerk_id, channel=Channel.COUNTER, submitted_at__gte=turn.called_at)
    return taken.only("pk", "code").order_by("pk")


def absent_today(agency: Agency, at: datetime) -> QuerySet[Ticket]:
    """Who was called in vain and may still come back."""
    found = Ticket.objects.filter(agency=agency, day=day_of(at), state=Ticket.State.ABSENT, absences=1)
    return found.select_related("line").order_by("place_at", "pk")


def ticket_for(person: Person, pk: int) -> Ticket:
    """A ticket of an office where the person serves.

    Raises:
        NotFound: there is none.
    """
    found = Ticket.objects.select_related("line", "agency").filter(pk=pk).first()
    if found is None or not allowed(person, "queueing.serve", at=found.agency):
        raise NotFound(_("Không có phiếu này."))
    return found


def ticket_by_key(key: str) -> Ticket:
    """Whoever holds the key holds the place.

    Raises:
        NotFound: no ticket has it.
    """
    found = Ticket.objects.select_related("line", "agency").filter(key=key).first()
    if found is None:
        raise NotFound(_("Không có phiếu chờ này. Hãy lấy số mới tại máy lấy số."))
    return found


# ---- how long ----


@dataclass(frozen=True)
class Outlook:
    """What somebody who waits may expect. minutes: rounded up to five; None while no counter calls the line."""

    ahead: int
    counters: int
    minutes: int | None


def outlook(ticket: Ticket, at: datetime) -> Outlook:
    """People before a waiting ticket, and the wait by today's pace.

    People of other lines count where the same counters serve them. The wait is the usual length of a service × people ÷ counters.
    """
    counters = set(Sitting.objects.filter(lines=ticket.line, closed_at=None).values_list("pk", flat=True))
    rivals = set(Line.objects.filter(sittings__in=counters).values_list("pk", flat=True)) | {ticket.line_id}
    queue = list(waiting(ticket.agency, at).filter(line__in=rivals).values_list("pk", flat=True))
    ahead = queue.index(ticket.pk) if ticket.pk in queue else len(queue)
    if not counters:
        return Outlook(ahead, 0, None)
    wait = pace(ticket.line, at) * (ahead + 1) / len(counters)
    return Outlook(ahead, len(counters), max(5, 5 * ceil(wait / timedelta(minutes=5))))


def pace(line: Line, at: datetime) -> timedelta:
    """How long a service of the line lasts: the mean of today's latest, or what the office has set while there are too few."""
    served = Turn.objects.filter(agency=line.agency_id, ticket__line=line, outcome=Turn.Outcome.DONE)
    today = served.filter(last_called_at__gte=start_of(at)).order_by("-last_called_at").values_list("called_at", "ended_at")
    lasted = [ended - called for called, ended in today[:_PACE_OF] if ended]
    if len(lasted) < _ENOUGH:
        return timedelta(minutes=line.minutes)
    return sum(lasted, timedelta()) / len(lasted)


# ---- the screen ----


@dataclass(frozen=True)
class Board:
    """What the call screen shows: the latest calls, newest first, and the numbers that wait."""

    calls: list[Turn]
    waiting: list[Ticket]
    more: int


def board(agency: Agency, at: datetime) -> Board:
    """Two queries and no personal data: a screen asks every few seconds."""
    calls = (
        Turn.objects.filter(agency=agency, last_called_at__gte=start_of(at))
        .select_related("ticket__line", "counter")
        .order_by("-last_called_at", "-pk")[:_LAST_CALLS]
    )
    queue = list(waiting(agency, at))
    return Board(list(calls), queue[:_SHOWN_WAITING], max(0, len(queue) - _SHOWN_WAITING))


def waiting_by_line(lines: Iterable[Line], at: datetime) -> list[tuple[Line, int]]:
    """How many wait for each line."""
    lines = list(lines)
    found = Ticket.objects.filter(line__in=lines, day=day_of(at), state=Ticket.State.WAITING).values("line").order_by()
    counts = {row["line"]: row["n"] for row in found.annotate(n=Count("pk"))}
    return [(line, counts.get(line.pk, 0)) for line in lines]


def desks_of(agency: Agency) -> list[tuple[Counter, Sitting | None]]:
    """Every counter in use, with who sits there now."""
    open_now = {sitting.counter_id: sitting for sitting in _sittings(agency)}
    return [
        (counter, open_now.get(counter.pk)) for counter in Counter.objects.filter(agency=agency, active=True).order_by("number")
    ]


def _sittings(agency: Agency) -> QuerySet[Sitting]:
    return Sitting.objects.filter(counter__agency=agency, closed_at=None).select_related("clerk").prefetch_related("lines")
