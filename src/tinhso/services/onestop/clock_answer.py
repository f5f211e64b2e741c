"""What other programs are told of a case's clock."""

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from tinhso.blocks.cases.clock import Standing, StepStanding, Verdict, promise_to
from tinhso.blocks.cases.models import Case
from tinhso.kernel.time import Span, Term, Unit


class Answer(BaseModel):
    """What is sent. Not ninja's own `Schema`, which looks at every attribute of every row in Python."""

    model_config = ConfigDict(from_attributes=True)


class Length(Answer):
    """A length of time as the clock counts it."""

    amount: int = Field(description="whole days; for hours, working seconds")
    unit: Unit = Field(description="working_days, calendar_days or hours (opening hours)")
    label: str = Field(description="in Vietnamese, as printed: 2 ngày làm việc")

    @classmethod
    def of(cls, span: Span | None) -> Self | None:
        return cls(amount=span.amount, unit=span.unit, label=span.label()) if span else None


class SegmentOut(Answer):
    start: datetime
    end: datetime | None = Field(description="null: lasts")
    running: bool = Field(description="false: the clock stood still")
    reason: str = Field(description="of a pause: supplement, fee, agency, court; else empty")
    document: str = Field(description="number and date of the paper that a pause is founded on")


class DayOut(Answer):
    day: date
    kind: str = Field(description="counted, weekend, holiday, pause")
    reason: str


class StepClock(Answer):
    id: int
    node: str
    name: str
    agency: str | None = Field(description="identifier of the agency that has, or had, the step")
    due_at: datetime | None
    over: Length | None = Field(description="working time taken beyond its due date, pauses left out; null when none")
    made_late: bool = Field(description="one of the steps because of which the case passed its due date")


class ClockOut(Answer):
    code: str
    clock: Verdict
    term: str = Field(description='"10 days" (working days), "4 hours" (opening hours), "10 calendar days"')
    legal_term: str = Field(description="what the law allows at most, written alike")
    law_says: str = Field(description="the law's own word for what it counts")
    basis: str = Field(description="the article that sets the term")
    extension: str | None = Field(description="by how much the term was extended")
    received_at: datetime | None = Field(description="the working moment at which the term began to run")
    due_at: datetime | None
    legal_due_at: datetime | None = Field(description="end of the law's own limit, where it lies after the promise")
    provisional: bool = Field(description="reaches into a year whose holidays are not announced")
    left: Length | None = Field(description="what remains while the clock stands")
    late_by: Length | None
    made_late_by: list[StepClock]
    steps: list[StepClock]
    segments: list[SegmentOut] = Field(description="from receipt to end without a gap")
    days: list[DayOut] = Field(description="every day after that of receipt: counted, or passed over and why")


def clock_out(case: Case, stands: Standing) -> ClockOut:
    promise, due = promise_to(case), stands.due
    return ClockOut(
        code=case.code,
        clock=stands.verdict,
        term=str(promise.term),
        legal_term=str(promise.legal),
        law_says=promise.law_says,
        basis=promise.basis,
        extension=_written(stands.extension),
        received_at=due.received if due else None,
        due_at=case.due_at,
        legal_due_at=stands.legal_due_at,
        provisional=bool(due and due.provisional),
        left=Length.of(due.left) if due else None,
        late_by=Length.of(stands.late_by),
        made_late_by=[_step(step) for step in stands.made_late_by],
        steps=[_step(step) for step in stands.steps],
        segments=[
            SegmentOut(
                start=segment.start,
                end=segment.end,
                running=segment.pause is None,
                reason=segment.pause.reason if segment.pause else "",
                document=segment.pause.document if segment.pause else "",
            )
            for segment in stands.segments
        ],
        days=[DayOut(day=day.day, kind=day.kind, reason=day.reason) for day in due.days] if due else [],
    )


def _step(stands: StepStanding) -> StepClock:
    step = stands.step
    return StepClock(
        id=step.pk,
        node=step.node,
        name=step.name,
        agency=step.agency.code,
        due_at=stands.due_at,
        over=Length.of(stands.over),
        made_late=stands.made_late,
    )


def _written(term: Term | None) -> str | None:
    return str(term) if term else None
