"""Sample cases in every state, made through the same actions the screens call."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from tinhso.blocks.cases.actions.intake import Applicant, HandedIn, accept_case, refuse_case, submit_case
from tinhso.blocks.cases.actions.results import rate_case, return_result, sign_result
from tinhso.blocks.cases.actions.supplement import answer_supplement, ask_supplement
from tinhso.blocks.cases.actions.work import complete_step
from tinhso.blocks.cases.models import Case, CaseInvoice, Channel, ProcedureVersion, Step
from tinhso.blocks.cases.process import outcomes_of
from tinhso.blocks.cases.queries import all_cases, procedure_in_force
from tinhso.blocks.cases.requirements import required_parts
from tinhso.blocks.directory.calendars import agency_calendar
from tinhso.blocks.directory.demo import demo_commune_agency
from tinhso.blocks.directory.models import Agency, AgencyKind, Person, Tenure, UnitLevel
from tinhso.blocks.directory.queries import holders
from tinhso.blocks.payments.actions import pay_cash
from tinhso.blocks.payments.models import Invoice
from tinhso.kernel.time import local
from tinhso.services.onestop.catalogue import install_shipped
from tinhso.services.onestop.demo_between import play_between
from tinhso.services.onestop.sample_applications import ANSWERS

# how far each case has come, and how many working days ago it was handed in
_STORIES = (
    ("submitted", 0), ("submitted", 0), ("submitted", 1), ("accepted", 0), ("accepted", 1), ("accepted", 2), ("accepted", 6),
    ("drafted", 0), ("drafted", 1), ("drafted", 1), ("supplement", 2), ("answered", 3), ("refused", 4), ("signed", 1),
    ("returned", 3), ("returned", 5), ("returned", 8), ("rated", 7),
)  # fmt: skip


class _Staff:
    """Who does what at one agency."""

    def __init__(self, agency: Agency) -> None:
        self.agency = agency
        today = localdate()
        found = {role: list(holders(agency, role, today)) for role in ("reception", "specialist", "signer", "clerk")}
        self.complete = all(found.values())
        self._next = {role: cycle(people) for role, people in found.items() if people}

    def any(self, role: str) -> Person:
        return next(self._next[role])


def load(report: Callable[[str], None]) -> None:
    """Install the shipped procedures and play cases through. Does nothing where cases exist."""
    report(_("Thủ tục hành chính"))
    install_shipped(report)
    if all_cases().exists():
        return
    report(_("Hồ sơ mẫu"))
    citizens = cycle(Person.objects.filter(accounts__kind="citizen").order_by("pk"))
    demo = _Staff(demo_commune_agency())
    others = [
        staff
        for agency in Agency.objects.filter(pk__in=Tenure.objects.values("post__agency"), kind=AgencyKind.COMMITTEE)
        if agency.pk != demo.agency.pk and agency.level == UnitLevel.COMMUNE and (staff := _Staff(agency)).complete
    ]
    for number, (story, days) in enumerate(_STORIES):
        _play(demo, next(citizens), number, story, days)
    play_between(demo.agency, citizens, _working_days_ago)
    for number, staff in enumerate(others[:6]):
        _play(staff, next(citizens), number, "returned" if number % 2 else "accepted", 2 + number)


def _play(staff: _Staff, citizen: Person, number: int, story: str, days: int) -> None:
    code = sorted(ANSWERS)[number % len(ANSWERS)]
    at = _working_days_ago(staff.agency, days)
    version = procedure_in_force(code, at)
    case = _submit(version, staff, citizen, at, online=number % 3 != 2)
    if story == "submitted":
        return
    later = _moments(at)
    clerk = staff.any("reception")
    _take_fee(case, clerk)
    if story == "refused":
        refuse_case(
            case,
            by=clerk,
            reason="Hồ sơ không thuộc thẩm quyền giải quyết của phường; đề nghị nộp tại nơi cư trú.",
            at=next(later),
        )
        return
    accept_case(case, by=clerk, at=next(later))
    if story in ("supplement", "answered"):
        ask_supplement(
            case, by=staff.any("specialist"), content="Bản chụp giấy tờ bị mờ, đề nghị chụp lại rõ bốn góc.", at=next(later)
        )
        if story == "answered":
            answer_supplement(case, by=citizen, answer="Tôi đã chụp lại.", at=next(later) + timedelta(days=1))
        return
    if story == "accepted":
        return
    _work_until_signature(case, staff, later)
    if story == "drafted":
        return
    sign_result(_open(case, "sign"), by=staff.any("signer"), at=next(later))
    if story == "signed":
        return
    _work_until_return(case, staff, later)
    return_result(_open(case, "return"), by=staff.any("reception"), at=next(later))
    if story == "rated":
        rate_case(case, by=citizen, stars=5, comment="Nhanh, rõ ràng.", at=next(later))


def _submit(version: ProcedureVersion, staff: _Staff, citizen: Person, at: datetime, *, online: bool) -> Case:
    answers: dict[str, Any] = deepcopy(ANSWERS[version.procedure.code])
    answers["applicant"] |= {"full_name": citizen.full_name, "identity_number": citizen.identity_number, "phone": citizen.phone}
    return submit_case(
        version,
        answers,
        agency=staff.agency,
        applicant=Applicant(
            name=citizen.full_name,
            identity_number=citizen.identity_number or "",
            phone=citizen.phone,
            email=citizen.email,
            address=citizen.address,
            person=citizen,
        ),
        by=citizen if online else staff.any("reception"),
        channel=Channel.ONLINE if online else Channel.COUNTER,
        parts={part.code: HandedIn(on_paper=True) for part in required_parts(version, answers)},
        at=at,
    )


def _take_fee(case: Case, clerk: Person) -> None:
    fee = CaseInvoice.objects.select_related("invoice__agency").filter(case=case).first()
    if fee and fee.invoice.status == Invoice.Status.UNPAID:
        pay_cash(fee.invoice, by=clerk)


def _open(case: Case, does: str) -> Step:
    return case.steps.select_related("case").get(does=does, done_at=None, cancelled=False)


def _work_until_signature(case: Case, staff: _Staff, later: Iterator[datetime]) -> None:
    _work(case, staff, later, stop="sign")


def _work_until_return(case: Case, staff: _Staff, later: Iterator[datetime]) -> None:
    _work(case, staff, later, stop="return")


def _work(case: Case, staff: _Staff, later: Iterator[datetime], *, stop: str) -> None:
    """Finish every open step with its first outcome until one that `does` what we wait for is open."""
    while not case.steps.filter(does=stop, done_at=None, cancelled=False).exists():
        step = case.steps.select_related("case__version").filter(done_at=None, cancelled=False).first()
        if step is None:
            return
        complete_step(step, by=staff.any(step.role), outcome=_first_outcome(step), at=next(later))


def _first_outcome(step: Step) -> str:
    offered = outcomes_of(step.case, step)
    return offered[0].code if offered else ""


def _working_days_ago(agency: Agency, days: int) -> datetime:
    """Mid-morning of a working day; never in the future."""
    calendar = agency_calendar(agency)
    today = local(now())
    day = calendar.add_working_days(today.date(), -days) if days else today.date()
    return min(today.replace(year=day.year, month=day.month, day=day.day, hour=8, minute=30), today - timedelta(minutes=30))


def _moments(start: datetime) -> Iterator[datetime]:
    """Moments after `start`, each a few minutes later, never in the future."""
    at, limit = start, now()
    while True:
        at = min(at + timedelta(minutes=12), limit)
        yield at
