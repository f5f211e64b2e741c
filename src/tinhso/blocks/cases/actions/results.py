"""The end of a case: the signed result, and its return."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import tell, transition
from tinhso.blocks.cases.actions.returning import Receipt, keep_receipt
from tinhso.blocks.cases.actions.work import finish_step, open_step
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import Case, CasePaper, Petition, Rating, Status, Step
from tinhso.blocks.cases.paper_facts import result_facts
from tinhso.blocks.cases.process import graph_of
from tinhso.blocks.cases.queries import is_applicant
from tinhso.blocks.cases.results import result_template, signing_post
from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.actions import next_number
from tinhso.blocks.directory.models import Person
from tinhso.blocks.esignature.actions import sign_paper
from tinhso.blocks.papers.actions import issue_paper
from tinhso.blocks.papers.models import Kind, Paper
from tinhso.kernel.actions import action
from tinhso.kernel.errors import DomainError, Invalid, NotAllowed, WrongState
from tinhso.kernel.permissions import require
from tinhso.kernel.time import local

RATING_WINDOW = timedelta(days=90)


@action
def sign_result(step: Step, *, by: Person, note: str = "", at: datetime | None = None) -> Paper:
    """Number, issue and sign the result of a case, as the agency of the step; the case is then done and waits to be returned.

    Raises:
        NotAllowed: `by` holds no post that signs at the step's agency.
        WrongState: the case is paused or ended, or a colleague has signed already.
    """
    at = at or now()
    with transition(step.case, Deed.SIGN) as case:
        fresh = open_step(step, case, by=by)
        if fresh.does != "sign":
            raise WrongState(_("Bước này không phải là bước ký."))
        if case.petitions.filter(kind=Petition.Kind.WITHDRAWAL, decided_at=None).exists():
            raise WrongState(_("Người nộp đang xin rút hồ sơ. Hãy quyết định đề nghị đó trước khi ký."))
        post = signing_post(fresh, by, at)
        require(by, "papers.sign", at=fresh.agency)
        result = case.version.definition["result"]
        year = str(local(at).year)
        symbol = result.get("symbol", "KQ")
        number = next_number(fresh.agency, f"result.{symbol}", year)
        paper = issue_paper(
            Kind(result.get("paper", Kind.CERTIFICATE)),
            agency=fresh.agency,
            context=result_facts(case, by=by, at=at),
            by=by,
            title=result["title"],
            template=result_template(case.version),
            number=f"{number:02d}/{symbol}",
            holder=case.applicant_name,
            signer=by,
            post=post,
            at=at,
        )
        CasePaper.objects.create(case=case, paper=paper, is_result=True)
        sign_paper(paper, by=by, post=post, at=at)
        case.status = Status.DONE
        case.ended_at = at
        finish_step(fresh, case, by=by, outcome=_approval(fresh, case), note=note, at=at)
        tell(case, "result_signed", by=by, at=at)
    return paper


def _approval(step: Step, case: Case) -> str:
    offered = graph_of(case.version).node(step.node).outcomes
    return offered[0] if offered else ""


@action
def send_back_unsigned(step: Step, *, by: Person, outcome: str, note: str, at: datetime | None = None) -> Case:
    """Do not sign: send the draft back with a reason, by an outcome of the step other than the first."""
    at = at or now()
    with transition(step.case, Deed.SEND_BACK) as case:
        fresh = open_step(step, case, by=by)
        if fresh.does != "sign" or outcome == _approval(fresh, case):
            raise Invalid(_("Hãy chọn kết quả của bước này."))
        finish_step(fresh, case, by=by, outcome=outcome, note=note, at=at)
    return case


@dataclass(frozen=True)
class Signed:
    """One line of a batch: the paper, or why it was not signed."""

    step: Step
    paper: Paper | None
    error: str = ""


def sign_many(steps: Iterable[Step], *, by: Person, at: datetime | None = None) -> list[Signed]:
    """Sign each result in a transaction of its own: one that cannot be signed does not stop the others."""
    outcomes = []
    for step in steps:
        try:
            outcomes.append(Signed(step, sign_result(step, by=by, at=at)))
        except DomainError as error:
            outcomes.append(Signed(step, None, str(error)))
    return outcomes


@action
def return_result(step: Step, *, by: Person, receipt: Receipt | None = None, note: str = "", at: datetime | None = None) -> Case:
    """Hand the result over and close the case.

    Args:
        receipt: how, and what shows it; None where nobody asked, as in data taken over.

    Raises:
        Invalid: the receipt lacks its proof.
    """
    at = at or now()
    with transition(step.case, Deed.RETURN) as case:
        fresh = open_step(step, case, by=by)
        if fresh.does != "return":
            raise WrongState(_("Bước này không phải là bước trả kết quả."))
        if receipt:
            keep_receipt(case, receipt, at=at)
        case.status = Status.RETURNED
        case.returned_at = at
        finish_step(fresh, case, by=by, outcome=_approval(fresh, case), note=note, at=at)
        tell(case, "returned", by=by, at=at, way=receipt.way if receipt else "")
    return case


@action
def rate_case(case: Case, *, by: Person | None, stars: int, comment: str = "", at: datetime | None = None) -> Rating:
    """The applicant's opinion, once per case, within the rating window after its end. `by` is None with code and password."""
    at = at or now()
    if by and not is_applicant(by, case):
        raise NotAllowed(_("Chỉ người nộp hồ sơ được đánh giá."))
    comment = free_text(comment, field="comment")
    if not 1 <= stars <= 5:
        raise Invalid(_("Hãy chọn từ 1 đến 5 sao."), fields={"stars": _("Hãy chọn từ 1 đến 5 sao.")})
    with transition(case, Deed.RATE) as case:
        if Rating.objects.filter(case=case).exists():
            raise WrongState(_("Hồ sơ này đã được đánh giá. Cảm ơn bạn."))
        if case.ended_at and at - case.ended_at > RATING_WINDOW:
            raise WrongState(_("Đã quá thời hạn đánh giá hồ sơ này."))
        rating = Rating.objects.create(case=case, stars=stars, comment=comment, given_at=at)
        tell(case, "rated", by=by, at=at, public=False, stars=stars)
    return rating
