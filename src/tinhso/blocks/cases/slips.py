"""The control slip of a case (form 06) and the tracking register of an agency (form 07), read from cases and their steps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.clock import Standing, StepStanding, standing
from tinhso.blocks.cases.kept import CONTENTS
from tinhso.blocks.cases.models import Case, Part, Party, Step
from tinhso.blocks.directory.models import Agency
from tinhso.kernel.time import VIETNAM, local


@dataclass(frozen=True)
class Handover:
    """One line of the control slip: who gave the case to whom, and how the receiver kept the time."""

    agency: str
    step: str
    giver: str
    receiver: str
    given_at: datetime
    due_at: datetime | None
    done_at: datetime | None
    result: str | Promise
    late: bool
    note: str


def control_slip(case: Case, now: datetime) -> list[Handover]:
    """The handovers of a case, oldest first; steps that were cancelled are left out."""
    steps = case.steps.select_related("agency", "assignee", "done_by", "sub").filter(cancelled=False).order_by("opened_at", "pk")
    stands = standing(case, now, list(steps))
    return [_handover(one, stands, case) for one in stands.steps]


def originals_of(case: Case) -> list[Part]:
    """The parts of which the agency keeps, or kept, originals, with their return."""
    return list(case.parts.select_related("given_back__by").filter(lent__gt=0).order_by("pk"))


def _handover(one: StepStanding, stands: Standing, case: Case) -> Handover:
    step = one.step
    return Handover(
        agency=step.agency.name,
        step=step.name,
        giver=_giver(step, stands.steps) or case.agency.name,
        receiver=one.holder,
        given_at=step.opened_at,
        due_at=step.due_at,
        done_at=step.done_at,
        result=_result(one),
        late=bool(one.over),
        note=step.note,
    )


def _giver(step: Step, others: Iterable[StepStanding]) -> str:
    """Who finished the step this one waited for; of several the last."""
    before = [one for one in others if one.step.done_at and one.step.done_at <= step.opened_at and one.step.pk < step.pk]
    return max(before, key=lambda one: (one.step.done_at, one.step.pk)).holder if before else ""


def _result(one: StepStanding) -> str | Promise:
    """Ahead of time means on an earlier day than the one on which the step was due."""
    step = one.step
    if step.done_at is None:
        return _("Quá hạn, chưa xong") if one.over else _("Đang làm")
    if one.over:
        return _("Quá hạn")
    if step.due_at and local(step.done_at).date() < local(step.due_at).date():
        return _("Trước hạn")
    return _("Đúng hạn")


@dataclass(frozen=True)
class Entry:
    """One line of the register."""

    case: Case
    party: Party | None

    @property
    def contact(self) -> str:
        return ", ".join(text for text in (self.party.address, self.party.phone) if text) if self.party else ""


@dataclass(frozen=True)
class Register:
    """The cases received from one day to another (inclusive), at one agency or all that may be read, in one field or all."""

    readable: QuerySet[Agency]
    agency: Agency | None
    since: date
    until: date
    field: str = ""

    @property
    def head(self) -> Agency:
        """Whose register it is: the agency, or the uppermost of those that may be read."""
        return self.agency or self.readable[0]

    def cases(self) -> QuerySet[Case]:
        """Found by the facts of figures, which have an index of the time of receipt."""
        first = datetime.combine(self.since, time.min, VIETNAM)
        end = datetime.combine(self.until + timedelta(days=1), time.min, VIETNAM)
        cases = Case.objects.filter(facts__received_at__gte=first, facts__received_at__lt=end)
        cases = cases.filter(agency=self.agency) if self.agency else cases.filter(agency__in=self.readable)
        if self.field:
            cases = cases.filter(procedure__field_code=self.field)
        return cases.select_related("procedure", "agency", "version").defer(*CONTENTS)


def entries(cases: Iterable[Case]) -> list[Entry]:
    """The lines of the register for the cases; one query for all parties."""
    listed = list(cases)
    parties = {party.case_id: party for party in Party.objects.filter(case__in=listed, role=Party.Role.APPLICANT)}
    return [Entry(case, parties.get(case.pk)) for case in listed]
