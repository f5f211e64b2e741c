"""Sample cases under way between agencies, made through the same actions the screens call."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.timezone import localdate

from tinhso.blocks.cases.actions.events import record_message
from tinhso.blocks.cases.actions.intake import Applicant, HandedIn, accept_case, submit_case
from tinhso.blocks.cases.actions.opinions import ask_opinion
from tinhso.blocks.cases.actions.results import sign_result
from tinhso.blocks.cases.actions.work import complete_step
from tinhso.blocks.cases.models import Case, CaseInvoice, Channel, Step
from tinhso.blocks.cases.process import outcomes_of
from tinhso.blocks.cases.queries import procedure_in_force
from tinhso.blocks.cases.requirements import required_parts
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.directory.queries import holders
from tinhso.blocks.payments.actions import pay_cash
from tinhso.kernel.time import local
from tinhso.services.onestop.sample_between import ANSWERS


@dataclass(frozen=True)
class _Story:
    """A case that came in `days` working days ago and stands where the steps `at` are still open."""

    code: str
    days: int
    at: tuple[str, ...] = ()
    message: bool = False
    asks: str = ""


_STORIES = (
    _Story("1.013949", 1, ("extract",)),
    _Story("1.013949", 6),  # until the tax is paid
    _Story("1.013949", 9, ("register",), message=True),
    _Story("1.009994", 3, ("opinion",)),
    _Story("1.009994", 5, ("draft",), asks="Sở Xây dựng"),
    _Story("1.001612", 1),  # until the tax office gives the number
    _Story("1.001612", 2, ("sign",), message=True),
    _Story("1.001776", 2, ("review",)),
    _Story("1.001776", 4, ("sign",)),
)
_QUESTION = "Tuyến đường này có yêu cầu về khoảng lùi và chiều cao tầng một không?"


def play_between(agency: Agency, citizens: Iterator[Person], handed_in: Callable[[Agency, int], datetime]) -> None:
    """Play the cases of one commune. Where it has no sections of its own nothing is played: the processes need them."""
    if not Agency.objects.filter(parent=agency, active=True).exists():
        return
    clerk = _holder(agency, "reception")
    for story in _STORIES:
        at = handed_in(agency, story.days)
        case = _begin(story.code, agency, clerk, next(citizens), at)
        _go_on(case, story, at + timedelta(minutes=20))
        if story.message:
            wait = case.waits.select_related("case", "sub").get(ended_at=None, at_step=False)
            came = at + timedelta(hours=1)
            record_message(wait, by=_holder(agency, "specialist"), number="418/TB-TCS", dated=local(at).date(), at=came)
            _go_on(case, story, came)
        if story.asks:
            step = _open(case).get()
            to = Agency.objects.get(parent=agency.parent, short_name=story.asks)
            ask_opinion(step, to, by=_holder(step.agency, step.role), question=_QUESTION, holds_up=True)


def _begin(code: str, agency: Agency, clerk: Person, citizen: Person, at: datetime) -> Case:
    version, answers = procedure_in_force(code, at), deepcopy(ANSWERS[code])
    answers["applicant"] |= {"full_name": citizen.full_name, "identity_number": citizen.identity_number, "phone": citizen.phone}
    case = submit_case(
        version,
        answers,
        agency=agency,
        applicant=Applicant(
            name=citizen.full_name,
            identity_number=citizen.identity_number or "",
            phone=citizen.phone,
            email=citizen.email,
            address=citizen.address,
            person=citizen,
        ),
        by=citizen,
        channel=Channel.ONLINE,
        parts={part.code: HandedIn(on_paper=True) for part in required_parts(version, answers)},
        at=at,
    )
    if fee := CaseInvoice.objects.select_related("invoice__agency").filter(case=case).first():
        pay_cash(fee.invoice, by=clerk)
    return accept_case(case, by=clerk, at=at + timedelta(minutes=10))


def _go_on(case: Case, story: _Story, at: datetime) -> None:
    """Finish what is open with its first outcome, except the steps the story stops at."""
    while step := _open(case).exclude(node__in=story.at).order_by("pk").first():
        by = _holder(step.agency, step.role)
        if step.does == "sign":
            sign_result(step, by=by, at=at)
        else:
            offered = outcomes_of(step.case, step)
            complete_step(step, by=by, outcome=offered[0].code if offered else "", at=at)


def _open(case: Case) -> QuerySet[Step]:
    return case.steps.select_related("case__version", "agency").filter(done_at=None, cancelled=False)


def _holder(agency: Agency, role: str) -> Person:
    found = holders(agency, role, localdate()).first()
    assert found, f"the sample has nobody who is {role} at {agency}"  # noqa: S101
    return found
