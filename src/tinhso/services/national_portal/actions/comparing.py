"""Once a night: does the portal have what it acknowledged?"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.timezone import now

from tinhso.kernel.actions import action, record
from tinhso.services.national_portal.actions.sending import note_answer, note_failure, resting
from tinhso.services.national_portal.client import Portal, Unreachable
from tinhso.services.national_portal.models import CaseExchange, Comparison, Difference, Message
from tinhso.services.national_portal.options import Options
from tinhso.services.national_portal.statuses import agree

_LOOKED_BACK = timedelta(days=30)
_MOST_FAILURES = 3


def compare(options: Options, *, at_most: int = 5000, clock: Callable[[], datetime] = now) -> Comparison:
    """Ask for each case what the portal has, those longest not compared first; messages under way are waited for."""
    portal, run, failures = Portal(options), begin(at=clock()), 0
    for exchange in list(_to_compare(clock())[:at_most]):
        if failures >= _MOST_FAILURES or resting(clock()):
            break
        try:
            there = portal.find(exchange.portal_code)
        except Unreachable:
            failures += 1
            note_failure(at=clock())
            run.unanswered += 1
            continue
        failures = 0
        agreed = note(exchange, _status(there), at=clock())
        run.compared += 1
        run.missing += there is None
        run.different += not agreed and there is not None
    if run.compared:
        note_answer(at=clock())
    return end(run, at=clock())


def _to_compare(at: datetime) -> QuerySet[CaseExchange]:
    under_way = Message.objects.filter(case=OuterRef("case"), state__in=[Message.State.WAITING, Message.State.DEAD])
    recent = Q(case__ended_at=None) | Q(case__ended_at__gte=at - _LOOKED_BACK)
    known = CaseExchange.objects.filter(~Exists(under_way), recent, registered=True, status__isnull=False)
    return known.order_by(F("compared_at").asc(nulls_first=True), "pk")


def _status(there: dict[str, object] | None) -> int | None:
    """0 for a status that is none."""
    if there is None:
        return None
    given = str(there.get("TrangThaiHoSo"))
    return int(given) if given.isdecimal() and len(given) <= 2 else 0


@action
def begin(*, at: datetime) -> Comparison:
    """Open a comparison."""
    return Comparison.objects.create(started_at=at)


@action
def note(exchange: CaseExchange, theirs: int | None, *, at: datetime) -> bool:
    """Keep or close the difference of a case; returns whether the two agree."""
    CaseExchange.objects.filter(pk=exchange.pk).update(compared_at=at)
    ours = exchange.status or 0
    if theirs is not None and agree(ours, theirs):
        Difference.objects.filter(case=exchange.case_id).delete()
        return True
    told = {"ours": ours, "theirs": theirs}
    Difference.objects.update_or_create(case_id=exchange.case_id, defaults=told, create_defaults={**told, "found_at": at})
    return False


@action
def end(run: Comparison, *, at: datetime) -> Comparison:
    """Close a comparison with its figures."""
    run.ended_at = at
    run.save()
    record(
        "national_portal.compared",
        by=None,
        on=run,
        compared=run.compared,
        missing=run.missing,
        different=run.different,
        unanswered=run.unanswered,
    )
    return run
