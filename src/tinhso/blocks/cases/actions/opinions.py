"""Asking another agency for its opinion, and giving it."""

from datetime import datetime

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import tell, transition
from tinhso.blocks.cases.actions.work import open_step
from tinhso.blocks.cases.bpmn.graph import ROLES
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import Case, CaseAccess
from tinhso.blocks.cases.models import Step as CaseStep
from tinhso.blocks.cases.process_tables import Opinion
from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.identity.policy import grants
from tinhso.kernel.actions import action
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState


@action
def ask_opinion(
    step: CaseStep,
    agency: Agency,
    *,
    by: Person,
    question: str,
    role: str = "specialist",
    holds_up: bool = False,
    due_at: datetime | None = None,
    at: datetime | None = None,
) -> Opinion:
    """Ask those who hold `role` at an agency. They see the case from now on. Only with `holds_up` does the step wait for them.

    Raises:
        NotAllowed: the step is not this person's.
        Invalid: no question, or nobody can be meant.
    """
    at = at or now()
    question = free_text(question, field="question")
    if not question:
        raise Invalid(_("Hãy ghi điều cần hỏi."), fields={"question": _("Hãy ghi điều cần hỏi.")})
    if role not in ROLES or not agency.active:
        raise Invalid(_("Hãy chọn cơ quan và bộ phận được hỏi."), fields={"agency": _("Hãy chọn cơ quan và bộ phận được hỏi.")})
    with transition(step.case, Deed.ASK_OPINION) as case:
        fresh = open_step(step, case, by=by)
        opinion = Opinion.objects.create(
            case=case, step=fresh, agency=agency, role=role, holds_up=holds_up, question=question, asked_by=by, asked_at=at,
            due_at=due_at or fresh.due_at,
        )  # fmt: skip
        CaseAccess.objects.bulk_create([CaseAccess(case=case, agency=agency, role=role)], ignore_conflicts=True)
        tell(case, "opinion_asked", by=by, at=at, public=False, note=question, node=fresh.node, of=agency.pk)
    return opinion


@action
def give_opinion(opinion: Opinion, *, by: Person, answer: str, at: datetime | None = None) -> Opinion:
    """Answer for the agency that was asked.

    Raises:
        NotAllowed: `by` does not hold the role that was asked.
        WrongState: answered or withdrawn already.
    """
    at = at or now()
    answer = free_text(answer, field="answer")
    if not answer:
        raise Invalid(_("Hãy ghi ý kiến."), fields={"answer": _("Hãy ghi ý kiến.")})
    with transition(opinion.case, Deed.GIVE_OPINION) as case:
        fresh = _open_opinion(opinion, case)
        if (fresh.agency_id, fresh.role) not in grants(by).pairs_for("cases.work"):
            raise NotAllowed(_("Câu hỏi này dành cho cơ quan hoặc bộ phận khác."))
        fresh.answer, fresh.answered_by, fresh.answered_at = answer, by, at
        fresh.save(update_fields=["answer", "answered_by", "answered_at"])
        tell(case, "opinion_given", by=by, at=at, public=False, note=answer, of=fresh.agency_id)
    return fresh


@action
def withdraw_opinion(opinion: Opinion, *, by: Person, at: datetime | None = None) -> Opinion:
    """Do not wait for the answer any longer; for those who work on the step that asked."""
    at = at or now()
    with transition(opinion.case, Deed.GIVE_OPINION) as case:
        fresh = _open_opinion(opinion, case)
        open_step(fresh.step, case, by=by)
        fresh.withdrawn = True
        fresh.save(update_fields=["withdrawn"])
        tell(case, "opinion_withdrawn", by=by, at=at, public=False, of=fresh.agency_id)
    return fresh


def _open_opinion(opinion: Opinion, case: Case) -> Opinion:
    fresh = case.opinions.select_related("step").get(pk=opinion.pk)
    if not fresh.open:
        raise WrongState(_("Câu hỏi này đã được trả lời hoặc đã rút."))
    return fresh
