"""A ticket from the kiosk to the counter, as far as those who wait and the clerks change it."""

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.models import Case, Status
from tinhso.blocks.cases.queries import all_cases
from tinhso.blocks.directory.actions import next_number
from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from tinhso.kernel.permissions import require
from tinhso.services.queueing.models import Device, Line, Priority, Ticket
from tinhso.services.queueing.queries import day_of


@action
def take_ticket(
    line: Line,
    *,
    by: Person | Device | None,
    priority: str = "",
    case: Case | None = None,
    submission_key: str = "",
    at: datetime | None = None,
) -> Ticket:
    """Draw the next number of a line, without gaps within the office, the day and the letter.

    Args:
        by: a clerk, or the kiosk at which it was drawn.
        priority: as the person says; the clerk sees it and may change it.
        submission_key: a second tap with the same key draws nothing.

    Raises:
        NotAllowed: a kiosk of another office, or one that was revoked.
        WrongState: the line is not served.
        Invalid: there is no such kind of priority.
        AlreadyDrawn: a second tap; it holds the ticket.
    """
    at, agency = at or now(), line.agency
    if isinstance(by, Device):
        if by.agency_id != agency.pk or by.kind != Device.Kind.KIOSK or by.revoked_at:
            raise NotAllowed(_("Máy này không lấy số của bộ phận một cửa đó được."))
    else:
        require(by, "queueing.serve", at=agency)
    if not line.active:
        raise WrongState(_("Loại dịch vụ này đang tạm ngừng. Hãy chọn loại khác hoặc hỏi cán bộ hướng dẫn."))
    if priority not in Priority.values:
        raise Invalid(_("Không có diện ưu tiên này."))
    number = next_number(agency, f"queue.{line.letter}", day_of(at).isoformat())
    try:
        with transaction.atomic():
            ticket = Ticket.objects.create(
                agency=agency,
                line=line,
                day=day_of(at),
                number=number,
                key=secrets.token_urlsafe(16),
                submission_key=submission_key or None,
                priority=priority,
                taken_at=at,
                place_at=at,
                case=case,
            )
    except IntegrityError as error:
        raise AlreadyDrawn(Ticket.objects.select_related("line", "agency").get(submission_key=submission_key)) from error
    person = None if isinstance(by, Device) else by
    record("queueing.ticket_taken", by=person, on=ticket, agency=agency, line=line.letter, number=number, priority=priority)
    return ticket


class AlreadyDrawn(WrongState):
    """The second tap: its number goes back with the transaction; `ticket` is the one drawn by the first."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(_("Phiếu đã được lấy."))
        self.ticket = ticket


def collectable_case(line: Line, code: str) -> Case:
    """The case of this office whose result waits to be collected. A code alone tells no more than that.

    Raises:
        NotFound: there is none, or its result is not ready.
    """
    case = all_cases().filter(code=code, agency=line.agency, status=Status.DONE).only("pk", "code").first()
    if case is None:
        raise NotFound(
            _("Chưa có kết quả nào chờ trả với mã này. Hãy xem lại mã trên giấy hẹn, hoặc lấy số để hỏi cán bộ tại quầy.")
        )
    return case


@action
def set_priority(ticket: Ticket, priority: str, *, by: Person) -> Ticket:
    """Mark a waiting ticket as having priority, or take the mark away.

    Raises:
        WrongState: it has been called already.
        Invalid: there is no such kind of priority.
    """
    require(by, "queueing.serve", at=ticket.agency)
    if priority not in Priority.values:
        raise Invalid(_("Không có diện ưu tiên này."))
    fresh = _held(ticket)
    if fresh.state != Ticket.State.WAITING:
        raise WrongState(_("Phiếu này không còn ở hàng chờ."))
    if fresh.priority != priority:
        fresh.priority = priority
        fresh.save(update_fields=["priority"])
        record("queueing.priority_set", by=by, on=fresh, agency=ticket.agency, priority=priority)
    return fresh


@action
def come_back(ticket: Ticket, *, by: Person | None, at: datetime | None = None) -> Ticket:
    """Who was called in vain waits again, once, at their old place: they are called next.

    Args:
        by: the clerk; None for the one who holds the ticket's address.

    Raises:
        WrongState: nobody called it in vain, its second chance is used up, or its day is over.
    """
    require(by, "queueing.serve", at=ticket.agency)
    fresh = _held(ticket)
    if fresh.state != Ticket.State.ABSENT or fresh.absences > 1 or fresh.day != day_of(at or now()):
        raise WrongState(_("Phiếu này không vào lại hàng được. Hãy lấy số mới."))
    fresh.state = Ticket.State.WAITING
    fresh.save(update_fields=["state"])
    record("queueing.came_back", by=by, on=fresh, agency=ticket.agency)
    return fresh


@action
def give_up(ticket: Ticket, *, by: Person | None) -> Ticket:
    """The person leaves the queue, or the clerk takes them out."""
    require(by, "queueing.serve", at=ticket.agency)
    fresh = _held(ticket)
    if fresh.state not in {Ticket.State.WAITING, Ticket.State.ABSENT}:
        raise WrongState(_("Phiếu này không còn ở hàng chờ."))
    fresh.state = Ticket.State.CANCELLED
    fresh.save(update_fields=["state"])
    record("queueing.given_up", by=by, on=fresh, agency=ticket.agency)
    return fresh


def _held(ticket: Ticket) -> Ticket:
    """The row as it is now, kept from others until the transaction ends."""
    return Ticket.objects.select_for_update(of=("self",)).select_related("line", "agency").get(pk=ticket.pk)
