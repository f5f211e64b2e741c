"""What the portal is to be told: messages made from the time lines of cases."""

from datetime import date, datetime, time

from django.db.models import Exists, OuterRef
from django.utils.timezone import now

from tinhso.blocks.cases.kept import CONTENTS
from tinhso.blocks.cases.models import Case, PartFile, TimelineEntry
from tinhso.blocks.cases.queries import all_cases
from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action, record
from tinhso.kernel.permissions import require
from tinhso.kernel.time import VIETNAM
from tinhso.services.national_portal.models import CaseExchange, Kind, Message
from tinhso.services.national_portal.statuses import messages_for


@action
def queue_case(case_id: int, *, at: datetime | None = None) -> int:
    """Make the messages of whatever has happened in a case since the last time; returns how many.

    The case's row is locked, as by everything that changes the case: the time line and the status read here belong together, and
    messages come to stand in the order of the events. Called twice, it makes them once.
    """
    case = all_cases().select_for_update(of=("self",), no_key=True).defer(*CONTENTS).get(pk=case_id)
    exchange, _new = CaseExchange.objects.get_or_create(case=case, defaults={"portal_code": case.code})
    entries = TimelineEntry.objects.filter(case=case).order_by("pk")
    fresh = [told for told in messages_for(case, entries) if told.entry > exchange.queued_to]
    if not fresh:
        return 0
    moment = at or now()
    Message.objects.bulk_create(
        Message(
            case=case,
            kind=told.kind,
            entry=told.entry,
            event=told.event,
            status=told.status,
            at=told.at,
            next_try_at=moment,
        )
        for told in fresh
    )
    exchange.queued_to = fresh[-1].entry
    exchange.save(update_fields=["queued_to"])
    return len(fresh)


def queue_since(day: date) -> int:
    """Make the messages of cases handed in since a day of which the portal knows nothing yet: after a time without exchange."""
    begin = datetime.combine(day, time.min, VIETNAM)
    unknown = all_cases().filter(~Exists(CaseExchange.objects.filter(case=OuterRef("pk"))), submitted_at__gte=begin)
    return sum(queue_case(pk) for pk in unknown.order_by("submitted_at", "pk").values_list("pk", flat=True).iterator())


@action
def tell_again(case: Case, *, by: Person | None, at: datetime | None = None) -> Message:
    """Send the whole record of a case once more, under the last status it was told; for a case on which the two disagree."""
    require(by, "national_portal.manage")
    queue_case(case.pk)
    exchange = CaseExchange.objects.select_for_update().get(case=case)
    last = Message.objects.filter(case=case).order_by("-pk").first()
    message = Message.objects.create(
        case=case,
        kind=Kind.CASE,
        event="told_again",
        status=last.status if last else case.status,
        at=at or now(),
        next_try_at=at or now(),
    )
    record("national_portal.told_again", by=by, on=message, agency=case.agency, code=exchange.portal_code)
    return message


@action
def note_fetched(row: PartFile) -> None:
    """Write down that the portal has fetched a document."""
    case = row.part.case
    record("national_portal.file_fetched", by=None, on=row, agency=case.agency, code=case.code)
