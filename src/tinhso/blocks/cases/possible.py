"""What a person can do with a case now: what a screen offers. The actions check everything again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tinhso.blocks.cases.families import power
from tinhso.blocks.cases.life import Deed, possible
from tinhso.blocks.cases.models import Case, Status, Step
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
    ask_withdrawal: bool
    decide_withdrawal: bool
    stop: bool
    correct: bool
    transfer: bool
    complain: bool
    decide_complaint: bool
    note: bool
    record: bool
    assign: bool
    pause: bool
    resume: bool
    extend: bool
    charge: bool
    papers: bool
    give_back: bool
    steps: tuple[Step, ...]

    @property
    def anything(self) -> bool:
        return self.accept or self.ask_supplement or self.answer_supplement or self.resume or bool(self.steps)


def staff_powers(person: Person, case: Case, steps: Iterable[Step], *, now: datetime) -> StaffPowers:
    receives = allowed(person, power(case, "receive"), at=case.agency)
    works = allowed(person, power(case, "work"), at=case.agency)
    decides = allowed(person, power(case, "decide"), at=case.agency)
    received = case.received_at is not None
    still = received and case.due_at is None
    running = possible(Deed.WORK, case.status) and not still
    in_time = case.status == Status.IN_PROGRESS and case.due_at is not None and now <= case.due_at

    def can(deed: Deed) -> bool:
        return possible(deed, case.status)

    return StaffPowers(
        accept=receives and can(Deed.ACCEPT),
        refuse=receives and can(Deed.REFUSE) and not received,
        ask_supplement=can(Deed.ASK_SUPPLEMENT) and (works and not still if received else receives),
        answer_supplement=receives and can(Deed.ANSWER_SUPPLEMENT),
        withdraw=receives and can(Deed.WITHDRAW) and not received,
        ask_withdrawal=receives and can(Deed.ASK_WITHDRAWAL) and received,
        decide_withdrawal=decides and can(Deed.GRANT_WITHDRAWAL) and received,
        stop=decides and can(Deed.STOP) and received,
        correct=receives and can(Deed.CORRECT),
        transfer=can(Deed.TRANSFER) and (decides and not still if received else receives),
        complain=receives and can(Deed.COMPLAIN),
        decide_complaint=decides and can(Deed.REOPEN),
        note=works,
        record=works and not case.ended,
        assign=allowed(person, power(case, "assign"), at=case.agency),
        pause=works and in_time,
        resume=works and can(Deed.RESUME) and (case.status == Status.FINANCIAL_DUTY or still),
        extend=in_time and not case.extended_by and allowed(person, power(case, "extend"), at=case.agency),
        charge=receives and not case.ended,
        papers=receives and can(Deed.DIGITISE),
        give_back=receives,
        steps=tuple(step for step in steps if running and step.open and may_work_on(person, step)),
    )


@dataclass(frozen=True)
class ApplicantPowers:
    pay: bool
    supplement: bool
    withdraw: bool
    ask_withdrawal: bool
    correct: bool
    complain: bool
    rate: bool


def applicant_powers(person: Person | None, case: Case, *, unpaid: bool, rated: bool) -> ApplicantPowers:
    """With the follow-up code instead of an account (`person` None) one may pay and rate, not change anything."""
    own, received = is_applicant(person, case), case.received_at is not None
    return ApplicantPowers(
        pay=unpaid and not case.ended,
        supplement=own and possible(Deed.ANSWER_SUPPLEMENT, case.status),
        withdraw=own and possible(Deed.WITHDRAW, case.status) and not received,
        ask_withdrawal=own and possible(Deed.ASK_WITHDRAWAL, case.status) and received,
        correct=own and possible(Deed.CORRECT, case.status) and not received,
        complain=own and possible(Deed.COMPLAIN, case.status),
        rate=not rated and possible(Deed.RATE, case.status),
    )
