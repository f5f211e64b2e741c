"""A complaint about a refused, stopped or returned case, and its reopening."""

from datetime import datetime

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import tell, transition
from tinhso.blocks.cases.actions.fees import ask_fee_again
from tinhso.blocks.cases.actions.papers import issue_case_paper
from tinhso.blocks.cases.actions.petitions import put, settle
from tinhso.blocks.cases.actions.process import cancel_open_steps, start_process
from tinhso.blocks.cases.clock import due_of
from tinhso.blocks.cases.families import power
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import Case, CasePaper, Petition, Reopening, Status
from tinhso.blocks.cases.queries import is_applicant
from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.calendars import agency_calendar
from tinhso.blocks.directory.models import Person
from tinhso.blocks.papers.models import Kind
from tinhso.kernel.actions import action
from tinhso.kernel.errors import Invalid
from tinhso.kernel.permissions import require
from tinhso.kernel.time import local


@action
def complain(case: Case, *, by: Person, content: str, at: datetime | None = None) -> Case:
    """Complain of how a case ended. Nothing changes until the agency has decided."""
    at = at or now()
    if not is_applicant(by, case):
        require(by, power(case, "receive"), at=case.agency)
    content = free_text(content, field="complaint")
    if not content:
        raise Invalid(_("Hãy ghi nội dung khiếu nại."), fields={"complaint": _("Hãy ghi nội dung khiếu nại.")})
    with transition(case, Deed.COMPLAIN) as case:
        put(case, Petition.Kind.COMPLAINT, by=by, content=content, at=at)
        tell(case, "complained", by=by, at=at, note=content)
    return case


@action
def deny_complaint(case: Case, *, by: Person, answer: str, at: datetime | None = None) -> Case:
    """Leave the case as it ended, and say why."""
    at = at or now()
    require(by, power(case, "decide"), at=case.agency)
    answer = _decision(answer)
    with transition(case, Deed.DENY_COMPLAINT) as case:
        settle(case, Petition.Kind.COMPLAINT, by=by, granted=False, answer=answer, at=at)
        tell(case, "complaint_denied", by=by, at=at, note=answer)
    return case


@action
def reopen_case(case: Case, *, by: Person, answer: str, at: datetime | None = None) -> Case:
    """Open a case again because of a complaint that waits.

    A case that was refused waits for reception again. One that had been received is received anew at the next working moment: its
    process starts from the beginning, the clock counts the procedure's whole term once more, and a new receipt says so. How it
    stood before is kept: times, status, result. The term is not extended a second time. A fee that was due back is kept.

    Args:
        answer: the decision on the complaint; the applicant reads it.
    """
    at = at or now()
    require(by, power(case, "decide"), at=case.agency)
    answer = _decision(answer)
    with transition(case, Deed.REOPEN) as case:
        petition = settle(case, Petition.Kind.COMPLAINT, by=by, granted=True, answer=answer, at=at)
        begin_again(case, petition, at=at)
        if case.received_at:
            issue_case_paper(case, Kind.RECEIPT, by=by, at=at)
        tell(case, "reopened", by=by, at=at, note=answer)
    return case


def begin_again(case: Case, petition: Petition | None, *, at: datetime) -> None:
    """In a transition that reopens: keep how the case stood, and start clock and process anew where it had been received."""
    _keep(case, petition, at=at)
    cancel_open_steps(case)
    case.reopened += 1
    case.ended_at = case.returned_at = case.due_at = None
    case.extended_by = 0
    ask_fee_again(case)
    case.supplements.filter(answered_at=None).update(answered_at=at)
    case.status = Status.SUBMITTED
    if case.received_at:
        case.received_at = agency_calendar(case.agency).next_working_moment(local(at))
        due = due_of(case)
        case.due_at = due.at if due else None
        case.status = Status.IN_PROGRESS
        start_process(case, at=at)


def _decision(answer: str) -> str:
    answer = free_text(answer, field="complaint_answer")
    if not answer:
        raise Invalid(
            _("Hãy ghi quyết định giải quyết khiếu nại."),
            fields={"complaint_answer": _("Hãy ghi quyết định giải quyết khiếu nại.")},
        )
    return answer


def _keep(case: Case, petition: Petition | None, *, at: datetime) -> None:
    """How the case stood; its result makes room for a new one and stays among its papers."""
    assert case.ended_at  # noqa: S101 - a case that may be complained of has ended
    result = case.papers.select_related("paper").filter(is_result=True).first()
    Reopening.objects.create(
        case=case,
        petition=petition,
        at=at,
        status=case.status,
        received_at=case.received_at,
        due_at=case.due_at,
        ended_at=case.ended_at,
        returned_at=case.returned_at,
        extended_by=case.extended_by,
        result=result.paper if result else None,
    )
    CasePaper.objects.filter(case=case, is_result=True).update(is_result=False)
