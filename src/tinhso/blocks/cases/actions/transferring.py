"""Giving a case to another agency that is competent for it."""

from datetime import datetime

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.appointments import reappoint
from tinhso.blocks.cases.actions.common import desk_link, tell, transition
from tinhso.blocks.cases.actions.process import cancel_open_steps, start_process
from tinhso.blocks.cases.actions.sweeping import heads_of
from tinhso.blocks.cases.families import family_of, power
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import Case, CaseAccess, CaseInvoice, Petition, Reappointment, Transfer
from tinhso.blocks.cases.queries import agencies_beside
from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.messaging.actions import send
from tinhso.blocks.payments.models import Invoice
from tinhso.kernel.actions import action
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.kernel.permissions import require


@action
def transfer_case(case: Case, *, to: Agency, by: Person, reason: str, at: datetime | None = None) -> Case:
    """Hand a case over to the agency that is competent for it.

    The code stays and the clock goes on; its hours are now those of the receiving agency. Work there starts from the beginning of
    the process; steps that were done stay in the history, and who saw the case before still may.

    Raises:
        NotAllowed: `by` neither receives (before reception) nor decides (after it) at the agency that has the case.
        Invalid: no reason, or an agency that does not handle the procedure.
        WrongState: the case stands still, is decided or ended, its fee is not paid yet, or its withdrawal is not decided.
    """
    at = at or now()
    reason = free_text(reason, field="transfer_reason")
    wrong: dict[str, object] = {}
    if not reason:
        wrong["transfer_reason"] = _("Hãy ghi lý do chuyển để hai bên và người nộp biết.")
    if not agencies_beside(case).filter(pk=to.pk).exists():
        wrong["to"] = _("Hãy chọn một cơ quan khác có giải quyết việc này.")
    require(by, power(case, "decide" if case.received_at else "receive"), at=case.agency)
    if wrong:
        raise Invalid(_("Chưa chuyển được hồ sơ."), fields=wrong)
    with transition(case, Deed.TRANSFER) as case:
        require(by, power(case, "decide" if case.received_at else "receive"), at=case.agency)
        hand_over(case, to, by=by, reason=reason, at=at)
    return case


def hand_over(case: Case, to: Agency, *, by: Person, reason: str, at: datetime) -> None:
    """In a transition that transfers: the case is the other agency's, its work starts there. The caller has checked who may."""
    _refuse_unless_free(case)
    before, left = case.due_at, case.agency
    Transfer.objects.create(case=case, at=at, by=by, reason=reason, of=left, to=to)
    CaseAccess.objects.bulk_create([CaseAccess(case=case, agency=left, role="reception")], ignore_conflicts=True)
    cancel_open_steps(case)
    case.agency = to
    if case.received_at:
        reappoint(case, Reappointment.Cause.TRANSFER, before=before, at=at)
        start_process(case, at=at)
    tell(case, "transferred", by=by, at=at, note=f"{left.name} → {to.name}: {reason}", of=left.pk, to=to.pk)
    family = family_of(case)
    for head in {*heads_of(left, at, family), *heads_of(to, at, family)} - {by}:
        send(
            "cases_moved", to=head, context={"code": case.code, "of": left.name, "to_agency": to.name},
            about=f"cases.case:{case.pk}", channels=["notice"], link=desk_link(case),
        )  # fmt: skip


def _refuse_unless_free(case: Case) -> None:
    if case.received_at and case.due_at is None:
        raise WrongState(_("Thời hạn đang tạm dừng. Hãy kết thúc tạm dừng rồi chuyển hồ sơ."))
    if case.petitions.filter(kind=Petition.Kind.WITHDRAWAL, decided_at=None).exists():
        raise WrongState(_("Người nộp đang xin rút hồ sơ. Hãy quyết định đề nghị đó trước."))
    if CaseInvoice.objects.filter(case=case, invoice__status=Invoice.Status.UNPAID).exists():
        raise WrongState(_("Phí của hồ sơ chưa nộp nên chưa chuyển được: khoản phí thuộc cơ quan đang giữ hồ sơ."))
