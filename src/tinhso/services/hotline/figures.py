"""The line in figures. Offered: incoming calls that were not refused; abandoned: those nobody answered.

Service level 80/20: the share of offered calls answered within 20 seconds; short calls given up within 5 seconds count neither
way, nor do calls of an outage that were entered later. A call whose hang-up never came counts as answered if it was, but not how
long it was; if it rang without end it counts nowhere. First-contact resolution: of answered calls, those closed at once and
without another call of the number in seven days.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Avg, Count, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.db.models.functions import ExtractHour, TruncDate

from tinhso.kernel.time import VIETNAM
from tinhso.services.hotline.models import LOST, Call, Disposition, Line

TARGET, WITHIN = 80, timedelta(seconds=20)
_GIVEN_UP = timedelta(seconds=5)
_AGAIN = timedelta(days=7)


@dataclass(frozen=True)
class Figures:
    """One row. wait, talk: seconds. level, resolved: percent; None where there is nothing to divide by."""

    label: str
    offered: int
    answered: int
    abandoned: int
    refused: int
    outgoing: int
    wait: float | None
    talk: float | None
    level: float | None
    resolved: float | None


NOTHING = Figures("", 0, 0, 0, 0, 0, None, None, None, None)
"""Before the first call of a day."""


def calls_between(line: Line, first: date, last: date) -> QuerySet[Call]:
    start, end = (datetime.combine(day, time(), VIETNAM) for day in (first, last + timedelta(days=1)))
    return Call.objects.filter(line=line, started_at__gte=start, started_at__lt=end)


def figures(line: Line, first: date, last: date, *, by: str = "all") -> list[Figures]:
    """by: all, day, hour, agent or queue. One query."""
    group = {
        "all": None,
        "day": TruncDate("started_at", tzinfo=VIETNAM),
        "hour": ExtractHour("started_at", tzinfo=VIETNAM),
        "agent": F("agent__person__full_name"),
        "queue": F("queue"),
    }[by]
    rows = calls_between(line, first, last).order_by()
    if group is None:
        counted = [rows.aggregate(**_measures())]
    else:
        counted = list(rows.annotate(group=group).values("group").annotate(**_measures()).order_by("group"))
    return [_row(row) for row in counted if row["offered"] or row["outgoing"] or row["refused"]]


def _measures() -> dict[str, object]:
    over = Q(blocked=False, ended_at__isnull=False) & ~Q(state=Call.State.MISSED, cause=LOST)
    arrived = Q(direction=Call.Direction.IN) & (over | Q(state=Call.State.ANSWERED))
    answered = arrived & Q(answered_at__isnull=False)
    timed = answered & Q(entered_later=False)
    lost = arrived & Q(state=Call.State.MISSED)
    wait = ExpressionWrapper(F("answered_at") - F("started_at"), DurationField())
    talk = ExpressionWrapper(F("ended_at") - F("answered_at"), DurationField())
    again = Call.objects.filter(
        line=OuterRef("line"), number=OuterRef("number"), direction="in", started_at__gt=OuterRef("started_at")
    ).filter(started_at__lt=OuterRef("started_at") + _AGAIN)
    return {
        "offered": Count("pk", filter=arrived),
        "answered": Count("pk", filter=answered),
        "abandoned": Count("pk", filter=lost),
        "given_up": Count("pk", filter=lost & Q(ended_at__lte=F("started_at") + _GIVEN_UP)),
        "quick": Count("pk", filter=timed & Q(answered_at__lte=F("started_at") + WITHIN)),
        "refused": Count("pk", filter=Q(blocked=True)),
        "outgoing": Count("pk", filter=Q(direction=Call.Direction.OUT)),
        "wait": Avg(wait, filter=timed),
        "later": Count("pk", filter=answered & Q(entered_later=True)),
        "talk": Avg(talk, filter=answered & Q(ended_at__isnull=False) & ~Q(cause=LOST)),
        "resolved": Count("pk", filter=answered & Q(disposition=Disposition.ANSWERED) & ~(Exists(again) & ~Q(number=""))),
        "closed": Count("pk", filter=answered & ~Q(disposition="")),
    }


def _row(row: dict[str, object]) -> Figures:
    counts = {name: int(str(row[name])) for name in ("offered", "answered", "abandoned", "refused", "outgoing")}
    judged = counts["offered"] - int(str(row["given_up"])) - int(str(row["later"]))
    return Figures(
        label=_label(row.get("group")),
        wait=_seconds(row["wait"]),
        talk=_seconds(row["talk"]),
        level=_share(int(str(row["quick"])), judged),
        resolved=_share(int(str(row["resolved"])), int(str(row["closed"]))),
        **counts,
    )


def _label(group: object) -> str:
    if isinstance(group, date):
        return f"{group:%d/%m/%Y}"
    return "" if group is None else str(group)


def _seconds(span: object) -> float | None:
    return span.total_seconds() if isinstance(span, timedelta) else None


def _share(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole > 0 else None
