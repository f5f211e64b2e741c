"""The end of a case without a result: withdrawn by the applicant, or stopped by the agency."""

from datetime import datetime

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import tell, transition
from tinhso.blocks.cases.actions.ending import end_without_result
from tinhso.blocks.cases.actions.papers import issue_case_paper
from tinhso.blocks.cases.actions.petitions import put, settle
from tinhso.blocks.cases.families import power
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import Case, Petition, Status
from tinhso.blocks.cases.queries import is_applicant
from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.models import Person
from tinhso.blocks.papers.models import Kind
from tinhso.blocks.payments.models import Invoice
from tinhso.kernel.actions import action
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.kernel.permissions import require

LONGEST_BASIS = 500


@action
def withdraw_case(case: Case, *, by: Person, at: datetime | None = None) -> Case:
    """The applicant takes the application back before the agency has received it: nobody needs to agree.

    Raises:
        WrongState: it is received; then `ask_withdrawal`.
    """
    at = at or now()
    if not is_applicant(by, case):
        require(by, power(case, "receive"), at=case.agency)
    with transition(case, Deed.WITHDRAW) as case:
        if case.received_at:
            raise WrongState(_("Hồ sơ đã được tiếp nhận. Hãy gửi đề nghị rút để cơ quan quyết định."))
        end_without_result(case, Status.WITHDRAWN, refund=Invoice.RefundReason.WITHDRAWN, at=at)
        tell(case, "withdrawn", by=by, at=at)
    return case


@action
def ask_withdrawal(case: Case, *, by: Person, reason: str, at: datetime | None = None) -> Case:
    """Ask for a case back that is being worked on. Work and clock go on until the agency has decided.

    Raises:
        NotAllowed: `by` is neither the applicant nor reception at the case's agency.
        WrongState: the case is not received yet (then it is simply withdrawn), has ended, or this was asked before.
    """
    at = at or now()
    if not is_applicant(by, case):
        require(by, power(case, "receive"), at=case.agency)
    reason = free_text(reason, field="withdraw_reason")
    if not reason:
        raise Invalid(_("Hãy ghi lý do rút hồ sơ."), fields={"withdraw_reason": _("Hãy ghi lý do rút hồ sơ.")})
    with transition(case, Deed.ASK_WITHDRAWAL) as case:
        if not case.received_at:
            raise WrongState(_("Hồ sơ chưa được tiếp nhận: có thể rút ngay, không cần đề nghị."))
        put(case, Petition.Kind.WITHDRAWAL, by=by, content=reason, at=at)
        tell(case, "withdrawal_asked", by=by, at=at, note=reason)
    return case


@action
def grant_withdrawal(case: Case, *, by: Person, answer: str = "", at: datetime | None = None) -> Case:
    """Let the applicant have the case back (status 7)."""
    at = at or now()
    require(by, power(case, "decide"), at=case.agency)
    answer = free_text(answer, field="withdraw_answer")
    with transition(case, Deed.GRANT_WITHDRAWAL) as case:
        settle(case, Petition.Kind.WITHDRAWAL, by=by, granted=True, answer=answer, at=at)
        end_without_result(case, Status.WITHDRAWN, refund=Invoice.RefundReason.WITHDRAWN, at=at)
        tell(case, "withdrawn", by=by, at=at, note=answer)
    return case


@action
def deny_withdrawal(case: Case, *, by: Person, answer: str, at: datetime | None = None) -> Case:
    """Go on with the case although the applicant asked for it back, and say why."""
    at = at or now()
    require(by, power(case, "decide"), at=case.agency)
    answer = free_text(answer, field="withdraw_answer")
    if not answer:
        raise Invalid(
            _("Hãy ghi lý do không cho rút."), fields={"withdraw_answer": _("Hãy ghi lý do không cho rút để người nộp biết.")}
        )
    with transition(case, Deed.DENY_WITHDRAWAL) as case:
        settle(case, Petition.Kind.WITHDRAWAL, by=by, granted=False, answer=answer, at=at)
        tell(case, "withdrawal_denied", by=by, at=at, note=answer)
    return case


@action
def stop_case(case: Case, *, by: Person, reason: str, basis: str, at: datetime | None = None) -> Case:
    """Stop working on a received case (form 05, status 8).

    Args:
        reason: why; printed and sent to the applicant.
        basis: the legal ground: article, clause and act.

    Raises:
        NotAllowed: `by` holds no post that decides at the case's agency.
        Invalid: reason or legal ground is missing.
        WrongState: the case is not received (then it is refused), decided, or ended.
    """
    at = at or now()
    require(by, power(case, "decide"), at=case.agency)
    reason, basis = free_text(reason, field="stop_reason"), free_text(basis, field="stop_basis")
    wrong: dict[str, object] = {}
    if not reason:
        wrong["stop_reason"] = _("Hãy ghi rõ lý do dừng để người nộp biết.")
    if not basis:
        wrong["stop_basis"] = _("Hãy ghi căn cứ pháp lý: điều, khoản, văn bản.")
    elif len(basis) > LONGEST_BASIS:
        wrong["stop_basis"] = _("Nhiều nhất là %(limit)s ký tự.") % {"limit": LONGEST_BASIS}
    if wrong:
        raise Invalid(_("Chưa dừng được hồ sơ."), fields=wrong)
    with transition(case, Deed.STOP) as case:
        if not case.received_at:
            raise WrongState(_("Hồ sơ chưa được tiếp nhận: hãy từ chối tiếp nhận thay vì dừng."))
        if case.petitions.filter(kind=Petition.Kind.WITHDRAWAL, decided_at=None).exists():
            raise WrongState(_("Người nộp đang xin rút hồ sơ. Hãy quyết định đề nghị đó trước."))
        end_without_result(case, Status.STOPPED, refund=Invoice.RefundReason.STOPPED, at=at)
        issue_case_paper(case, Kind.STOP, by=by, at=at, reason=reason, basis=basis)
        tell(case, "stopped", by=by, at=at, note=f"{reason}\n{_BASIS} {basis}")
    return case


_BASIS = "Căn cứ:"
