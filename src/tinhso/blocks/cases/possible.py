"""What a person can do with a case now: what a screen offers. The actions check everything again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tinhso.blocks.cases.models import WITHDRAWABLE, Case, Status, Step
from tinhso.blocks.cases.queries import is_applicant, may_work_on
from tinhso.blocks.directory.models import Person
from tinhso.kernel.permissions import allowed


@dataclass(frozen=True)
class StaffPowers:
    """`steps` are the open steps that wait for this person."""

    accept: bool
    refuse: bool
    ask_supplement: bool
    answer_supplement: bool
    withdraw: bool
    note: bool
    assign: bool
    pause: bool
    resume: bool
    extend: bool
    steps: tuple[Step, ...]

    @property
    def anything(self) -> bool:
        return self.accept or self.ask_supplement or self.answer_supplement or self.resume or bool(self.steps)


def staff_powers(person: Person, case: Case, steps: Iterable[Step], *, now: datetime) -> StaffPowers:
    receives = allowed(person, "cases.receive", at=case.agency)
    works = allowed(person, "cases.work", at=case.agency)
    still = case.received_at is not None and case.due_at is None
    running = case.status in (Status.IN_PROGRESS, Status.DONE) and not still
    in_time = case.status == Status.IN_PROGRESS and case.due_at is not None and now <= case.due_at
    return StaffPowers(
        accept=receives and case.status == Status.SUBMITTED,
        refuse=receives and case.status == Status.SUBMITTED,
        ask_supplement=(receives and case.status == Status.SUBMITTED)
        or (works and case.status == Status.IN_PROGRESS and not still),
        answer_supplement=receives and case.status == Status.SUPPLEMENT_ASKED,
        withdraw=receives and case.status in WITHDRAWABLE,
        note=works,
        assign=allowed(person, "cases.assign", at=case.agency),
        pause=works and in_time,
        resume=works and (case.status == Status.FINANCIAL_DUTY or (case.status == Status.IN_PROGRESS and still)),
        extend=in_time and not case.extended_by and allowed(person, "cases.extend", at=case.agency),
        steps=tuple(step for step in steps if running and step.open and may_work_on(person, step)),
    )


@dataclass(frozen=True)
class ApplicantPowers:
    pay: bool
    supplement: bool
    withdraw: bool
    rate: bool


def applicant_powers(person: Person | None, case: Case, *, unpaid: bool, rated: bool) -> ApplicantPowers:
    """With the follow-up code instead of an account (`person` None) one may pay and rate, not change anything."""
    own = is_applicant(person, case)
    return ApplicantPowers(
        pay=unpaid and not case.ended,
        supplement=own and case.status == Status.SUPPLEMENT_ASKED,
        withdraw=own and case.status in WITHDRAWABLE,
        rate=not rated and case.status in (Status.DONE, Status.RETURNED, Status.REFUSED, Status.STOPPED),
    )
