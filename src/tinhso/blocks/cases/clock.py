"""The legal clock of a case: due when, late by how much, whose step made it late. Here alone `kernel.time` is asked.

`standing` answers in full, for one case; `verdict_of`, `remaining_of` and `remaining_until` are its quick forms for lists,
without a query; `overdue`, `ended_on_time`, `ended_late` and `standing_still` are the same rules as conditions of a query.
Every screen, slip, list, interface and figure asks these, so that no two disagree.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases import models
from tinhso.blocks.cases.bpmn.graph import Node
from tinhso.blocks.cases.models import ENDED, Case, ProcedureVersion, Stand, Status, Step
from tinhso.blocks.cases.overruns import overrun, steps_behind_lateness
from tinhso.blocks.cases.process import node_of
from tinhso.blocks.directory.calendars import agency_calendar, agency_calendar_by_id
from tinhso.blocks.directory.models import Agency
from tinhso.kernel.fixed_query import FixedQuery, Param
from tinhso.kernel.manifest import Text
from tinhso.kernel.time import (
    Calendar,
    Due,
    Pause,
    Remaining,
    Span,
    Term,
    Unit,
    due,
    lateness,
    local,
    remaining,
    share,
    step_due,
)

_ANSWER = Term.parse("8 hours")
_COUNTING = {
    Unit.WORKING_DAYS: _("không tính ngày nghỉ hằng tuần, lễ, Tết"),
    Unit.CALENDAR_DAYS: _("tính cả ngày nghỉ; ngày cuối là ngày nghỉ thì chuyển sang ngày làm việc kế tiếp"),
    Unit.HOURS: _("chỉ tính trong giờ làm việc của cơ quan"),
    "same_day": _("trả trong ngày; nhận sau 15 giờ thì trả trong ngày làm việc kế tiếp"),
}


# --- the term


@dataclass(frozen=True)
class Promise:
    """What a procedure promises, what its law allows at most, and whether the same-day rule applies.

    law_says: the law's own word for what it counts, empty in versions that do not tell. basis: the article.
    """

    term: Term
    legal: Term
    same_day: bool
    law_says: str = ""
    basis: str = ""

    @property
    def counting(self) -> Text:
        """How the days are counted, for people."""
        return _COUNTING["same_day" if self.same_day else self.legal.unit]


def promise_of(version: ProcedureVersion) -> Promise:
    term = version.definition["term"]
    promised, legal = Term.parse(term["text"]), Term.parse(term["legal"])
    return Promise(promised, legal, bool(term.get("same_day")), term.get("law_says", ""), term.get("basis", ""))


def promise_to(case: Case) -> Promise:
    """What the case was promised. It keeps it when it moves to a version that promises something else."""
    return _promise_by_id(case.term_version_id) if case.term_version_id else promise_of(case.version)


@lru_cache(maxsize=2_000)
def _promise_by_id(version_id: int) -> Promise:
    """Of a version that cases were received under, which never changes."""
    return promise_of(ProcedureVersion.objects.get(pk=version_id))


def due_if_received(version: ProcedureVersion, agency: Agency, at: datetime) -> Due:
    """When a case handed in at `at` would be due."""
    promise = promise_of(version)
    return due(promise.term, at, agency_calendar(agency), same_day=promise.same_day)


def first_due(case: Case) -> datetime | None:
    """The day first promised to the case: before its clock stood still, was extended or its calendar changed."""
    if case.received_at is None:
        return None
    promise = promise_to(case)
    return due(promise.term, case.received_at, agency_calendar(case.agency), same_day=promise.same_day).at


def extension_of(case: Case) -> Term | None:
    """By how much the case's term was extended."""
    return Term(case.extended_by, promise_to(case).term.unit) if case.extended_by else None


def due_of(case: Case, pauses: Iterable[models.Pause] | None = None) -> Due | None:
    """The due date from the case's receipt, pauses and extension; None before receipt. Its `at` is None while the clock stands.

    Args:
        pauses: the case's, when they are at hand.
    """
    if case.received_at is None:
        return None
    stood = _stretches(pauses_of(case) if pauses is None else pauses)
    return due_under(promise_to(case), case, agency_calendar(case.agency), stood)


def due_under(promise: Promise, case: Case, calendar: Calendar, pauses: Iterable[Pause]) -> Due:
    """The due date of a received case by some calendar: its own, or one that is only being considered."""
    assert case.received_at  # noqa: S101
    extension = Term(case.extended_by, promise.term.unit) if case.extended_by else None
    return due(promise.term, case.received_at, calendar, pauses, same_day=promise.same_day, extension=extension)


def pauses_of(case: Case) -> list[models.Pause]:
    """The case's pauses in order; of a reopened case those since."""
    rows = _PAUSES.rows(case=case.pk)
    return [pause for pause in rows if not _of_first_time(case, pause.ended_at)] if case.reopened else rows


def _of_first_time(case: Case, ended_at: datetime | None) -> bool:
    """Whether a pause or step was over before the case was reopened."""
    return bool(case.reopened and ended_at and case.received_at and ended_at <= case.received_at)


_PAUSES = FixedQuery(lambda: models.Pause.objects.filter(case=Param("case")).order_by("started_at"))


def stretches_of(case: Case) -> list[Pause]:
    """When the case's clock stood still, as the kernel's clock takes it."""
    return _stretches(pauses_of(case))


def _stretches(pauses: Iterable[models.Pause]) -> list[Pause]:
    return [Pause(pause.started_at, pause.ended_at, str(pause.get_reason_display())) for pause in pauses]


def due_of_step(case: Case, node: Node, *, opened_at: datetime, stood: Sequence[Pause] | None = None) -> datetime | None:
    """When a step should be done: its share of the term from its opening, never after the case itself.

    `stood`: when the clock stood still, where that is at hand.
    """
    if case.due_at is None or node.share is None:
        return case.due_at
    term = whole_term(promise_to(case), case)
    stood = stretches_of(case) if stood is None else stood
    return step_due(term, node.share, opened_at, agency_calendar(case.agency), case_due=case.due_at, pauses=stood)


def whole_term(promise: Promise, case: Case) -> Term:
    """The term with its extension, of which the steps have their shares."""
    return Term(promise.term.amount + case.extended_by, promise.term.unit)


# --- how it stands, quickly


class Verdict(StrEnum):
    """What the clock says of a case. `CLOSED` ended without a result: refused, withdrawn, stopped."""

    NOT_RECEIVED = "not_received"
    RUNNING = "running"
    OVERDUE = "overdue"
    PAUSED = "paused"
    ON_TIME = "on_time"
    LATE = "late"
    CLOSED = "closed"


DECIDED = (Status.DONE, Status.RETURNED)


@dataclass(frozen=True)
class Hands:
    """What the clock shows of a case: the columns it is read from, as a list's query gives them."""

    status: int
    received_at: datetime | None
    due_at: datetime | None
    ended_at: datetime | None

    def verdict(self, now: datetime) -> Verdict:
        """Ending at the due moment is on time."""
        if self.status in DECIDED:
            return Verdict.LATE if self.due_at and self.ended_at and self.ended_at > self.due_at else Verdict.ON_TIME
        if self.status in ENDED:
            return Verdict.CLOSED
        if self.received_at is None:
            return Verdict.NOT_RECEIVED
        if self.due_at is None:
            return Verdict.PAUSED
        return Verdict.OVERDUE if self.due_at < now else Verdict.RUNNING

    def late_by(self, now: datetime, agency_id: int, version_id: int) -> Span | None:
        """How late it is, or ended, in the unit of its term; None when it is not. A query only for what no case before had."""
        if self.due_at is None or self.verdict(now) not in (Verdict.LATE, Verdict.OVERDUE):
            return None
        return _late_by(self.due_at, self.ended_at or now, agency_calendar_by_id(agency_id), _promise_by_id(version_id).term.unit)

    def left(self, now: datetime, calendar: Calendar, version_id: int) -> Remaining | None:
        """`remaining_of`, by the calendar of its agency."""
        if self.status in ENDED or self.received_at is None:
            return None
        return remaining(self.due_at, now, calendar, _promise_by_id(version_id).term.unit)


def hands_of(case: Case) -> Hands:
    return Hands(case.status, case.received_at, case.due_at, case.ended_at)


def verdict_of(case: Case, now: datetime) -> Verdict:
    """Without a query."""
    return hands_of(case).verdict(now)


def overdue(now: datetime, *, case: str = "") -> Q:
    """Cases past their due date. `case` is the way to the case, such as "case__"."""
    return Q(**{f"{case}ended_at": None}) & past_due(now, case=case)


def past_due(moment: datetime, *, case: str = "") -> Q:
    """Whether they have ended or not."""
    return Q(**{f"{case}due_at__lt": moment})


def open_at(moment: datetime) -> Q:
    """Cases without an end at a moment that may lie in the past."""
    return Q(ended_at=None) | Q(ended_at__gte=moment)


def late_steps(now: datetime | Param) -> Q:
    """Open steps past their own due date."""
    return Q(done_at__isnull=True, cancelled=False, due_at__lt=now)


def standing_still() -> Q:
    """Received cases whose clock stands still."""
    return Q(ended_at=None, received_at__isnull=False, due_at=None)


def ended_on_time() -> Q:
    return Q(status__in=DECIDED) & (Q(due_at=None) | Q(ended_at__lte=F("due_at")))


def ended_late() -> Q:
    return Q(status__in=DECIDED) & ended_past_due()


def ended_past_due() -> Q:
    """With a result or without."""
    return Q(ended_at__gt=F("due_at"))


def stand_of(case: Case) -> Stand:
    """What the database writes at the open steps of a case when it changes (migration 24)."""
    still = case.ended_at is None and case.received_at is not None and case.due_at is None
    if still or case.status in (Status.SUPPLEMENT_ASKED, Status.FINANCIAL_DUTY):
        return Stand.STILL
    return Stand.RUNS if case.ended_at is None else Stand.DECIDED


def remaining_of(case: Case, now: datetime) -> Remaining | None:
    """How long is left, in words and as a level to colour by; None where no clock runs any more, or none has begun."""
    if case.ended or case.received_at is None:
        return None
    return remaining(case.due_at, now, agency_calendar(case.agency), promise_to(case).term.unit)


def remaining_to_answer(case: Case, now: datetime) -> Remaining:
    """How long reception may still take to say whether a case handed in online is complete: eight working hours."""
    calendar = agency_calendar(case.agency)
    return remaining(due(_ANSWER, local(case.submitted_at), calendar).at, now, calendar, _ANSWER.unit, soon=0)


def remaining_until(agency: Agency, due_at: datetime | None, now: datetime, unit: Unit = Unit.WORKING_DAYS) -> Remaining:
    """The same for a bare due date, such as a step's. unit: that of the term it is part of."""
    return remaining(local(due_at) if due_at else None, now, agency_calendar(agency), unit)


# --- how it stands, in full


@dataclass(frozen=True)
class Segment:
    """A stretch in which the clock ran (`pause` is None) or stood still. `end` is None for the one that lasts."""

    start: datetime
    end: datetime | None
    pause: models.Pause | None = None


@dataclass(frozen=True)
class StepStanding:
    """A step against its share of the term.

    share: its part of the term; None when the process gives it none, so that it may take what is left.
    over: working time it took beyond its due date, not counting pauses; None when it did not.
    made_late: it is one of the steps because of which the case passed its due date.
    """

    step: Step
    share: Term | None
    due_at: datetime | None
    over: Span | None
    remaining: Remaining | None
    made_late: bool

    @property
    def holder(self) -> str:
        """Who did it, or has it; empty when nobody has taken it."""
        person = self.step.done_by or self.step.assignee
        return person.full_name if person else ""


@dataclass(frozen=True)
class Standing:
    """Everything the clock says of one case at one moment.

    due: the promised end with every day explained; None before receipt. legal_due_at: the end by the law's own limit, None
    unless it lies after the promise. extension: by how much the term was extended. late_by: how long it is overdue, or by how
    much it ended late, in the term's unit.
    """

    verdict: Verdict
    due: Due | None
    legal_due_at: datetime | None
    extension: Term | None
    late_by: Span | None
    remaining: Remaining | None
    segments: tuple[Segment, ...]
    steps: tuple[StepStanding, ...]

    @property
    def late(self) -> bool:
        return self.verdict in (Verdict.LATE, Verdict.OVERDUE)

    @property
    def paused(self) -> models.Pause | None:
        """The pause that lasts."""
        return self.segments[-1].pause if self.segments else None

    @property
    def made_late_by(self) -> tuple[StepStanding, ...]:
        """The steps whose overrun moved the case over its due date."""
        return tuple(step for step in self.steps if step.made_late)


def standing(case: Case, now: datetime, steps: Sequence[Step] = ()) -> Standing:
    """The one answer: due when, late by how much, and whose step made it late. One query, for the pauses.

    Args:
        steps: the case's steps with their agencies; without them the question whose step it was stays open.
    """
    verdict = verdict_of(case, now)
    if case.received_at is None:
        return Standing(verdict, None, None, None, None, None, (), ())
    pauses, promise, calendar = pauses_of(case), promise_to(case), agency_calendar(case.agency)
    promised = due_of(case, pauses)
    end = case.ended_at or now
    late = verdict in (Verdict.LATE, Verdict.OVERDUE)
    this_time = [step for step in steps if not _of_first_time(case, step.done_at)]
    culprits = steps_behind_lateness(case.due_at, this_time, pauses, end, calendar) if late and case.due_at else frozenset()
    return Standing(
        verdict=verdict,
        due=promised,
        legal_due_at=_legal_due_at(case, promise, pauses, calendar),
        extension=extension_of(case),
        late_by=_late_by(case.due_at, end, calendar, promise.term.unit) if late and case.due_at else None,
        remaining=remaining_of(case, now),
        segments=tuple(_segments(case.received_at, pauses, case.ended_at)),
        steps=tuple(_step_standing(case, step, pauses, now, made_late=step.pk in culprits) for step in steps),
    )


def _late_by(due_at: datetime, end: datetime, calendar: Calendar, unit: Unit) -> Span:
    """In the unit of the term; in hours when it is late by less than a day."""
    span = lateness(due_at, end, calendar, unit).by
    return span if span.amount else lateness(due_at, end, calendar, Unit.HOURS).by


def _legal_due_at(case: Case, promise: Promise, pauses: list[models.Pause], calendar: Calendar) -> datetime | None:
    """The law's own limit, where the promise is stricter."""
    if promise.legal == promise.term:
        return None
    assert case.received_at  # noqa: S101 - asked of received cases only
    limit = due(promise.legal, case.received_at, calendar, _stretches(pauses)).at
    return limit if limit and case.due_at and limit > case.due_at else None


def _segments(received_at: datetime, pauses: Iterable[models.Pause], ended_at: datetime | None) -> Iterable[Segment]:
    """From receipt to end, without a gap."""
    ran_from: datetime | None = received_at
    for pause in pauses:
        assert ran_from  # noqa: S101 - only the last pause lasts
        if pause.started_at > ran_from:
            yield Segment(ran_from, pause.started_at)
        yield Segment(pause.started_at, pause.ended_at, pause)
        ran_from = pause.ended_at
    if ran_from and (ended_at is None or ended_at > ran_from):
        yield Segment(ran_from, ended_at)


def _step_standing(case: Case, step: Step, pauses: list[models.Pause], now: datetime, *, made_late: bool) -> StepStanding:
    percent, waits = node_of(case, step).share, step.open and not case.ended
    calendar, term = agency_calendar(step.agency), promise_to(case).term
    seconds = 0 if step.cancelled else overrun(step, pauses, step.done_at or case.ended_at or now, calendar)
    still = waits and case.due_at is None
    return StepStanding(
        step=step,
        share=share(term, percent, calendar, local(step.opened_at).date()) if percent else None,
        due_at=step.due_at,
        over=Span(seconds, Unit.HOURS) if seconds else None,
        remaining=remaining_until(step.agency, None if still else step.due_at, now, term.unit) if waits else None,
        made_late=made_late,
    )
