"""Asking another agency, or one person there, for an opinion, and giving it."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import let_see, tell, transition
from tinhso.blocks.cases.actions.work import open_step
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import Case, Opinion, OpinionFile
from tinhso.blocks.cases.models import Step as CaseStep
from tinhso.blocks.cases.queries import may_answer
from tinhso.blocks.cases.texts import document_text, free_text
from tinhso.blocks.directory.models import Agency, Person
from tinhso.blocks.directory.queries import holders
from tinhso.blocks.files.models import StoredFile
from tinhso.kernel.actions import action
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState
from tinhso.kernel.time import local

ASKED_ROLES = ("specialist", "department_head", "signer")
"""Who can be asked at an agency."""


@action
def ask_opinion(
    step: CaseStep,
    agency: Agency,
    *,
    by: Person,
    question: str,
    role: str = "specialist",
    person: Person | None = None,
    holds_up: bool = False,
    due_at: datetime | None = None,
    at: datetime | None = None,
) -> Opinion:
    """Ask those who hold `role` at an agency, or one of them. They see the case from now on.

    Args:
        person: only this holder of the role may answer.
        holds_up: the step cannot be finished before the answer, or the withdrawal.
        due_at: by when; else when the step is due, or where that has passed the case.

    Raises:
        NotAllowed: the step is not this person's.
        Invalid: no question, a time that has passed, or nobody can be meant.
    """
    at = at or now()
    question = free_text(question, field="question")
    wrong: dict[str, object] = {}
    if not question:
        wrong["question"] = _("Hãy ghi điều cần hỏi.")
    if due_at and due_at <= at:
        wrong["due"] = _("Ngày cần trả lời phải sau lúc hỏi.")
    asked = holders(agency, role, local(at).date()) if agency.active and role in ASKED_ROLES else Person.objects.none()
    if not (asked.filter(pk=person.pk) if person else asked).exists():
        wrong["to"] = _("Ở cơ quan này chưa có ai trả lời được. Hãy chọn bộ phận hoặc người khác.")
    if wrong:
        raise Invalid(_("Chưa gửi được câu hỏi."), fields=wrong)
    with transition(step.case, Deed.ASK_OPINION) as case:
        fresh = open_step(step, case, by=by)
        opinion = Opinion.objects.create(
            case=case, step=fresh, agency=agency, role=role, person=person, holds_up=holds_up, question=question, asked_by=by,
            asked_at=at, due_at=due_at or next((due for due in (fresh.due_at, case.due_at) if due and due > at), None),
        )  # fmt: skip
        let_see(case, agency, role)
        tell(
            case,
            "opinion_asked",
            by=by,
            at=at,
            public=False,
            note=f"{agency.short_name}: {question}",
            node=fresh.node,
            of=agency.pk,
        )
    return opinion


@action
def give_opinion(
    opinion: Opinion,
    *,
    by: Person,
    answer: str,
    document: str = "",
    files: Sequence[StoredFile] = (),
    at: datetime | None = None,
) -> Opinion:
    """Answer for the agency that was asked.

    Args:
        document: number and date of the answer on paper, where there is one.

    Raises:
        NotAllowed: `by` does not hold the role that was asked, or another person was asked.
        WrongState: answered or withdrawn already.
    """
    at = at or now()
    answer, document = free_text(answer, field="answer"), document_text(document, field="document")
    if not answer:
        raise Invalid(_("Hãy ghi ý kiến."), fields={"answer": _("Hãy ghi ý kiến.")})
    with transition(opinion.case, Deed.GIVE_OPINION) as case:
        fresh = _open_opinion(opinion, case)
        if not may_answer(by, fresh):
            raise NotAllowed(_("Câu hỏi này dành cho cơ quan, bộ phận hoặc người khác."))
        fresh.answer, fresh.document, fresh.answered_by, fresh.answered_at = answer, document, by, at
        fresh.save(update_fields=["answer", "document", "answered_by", "answered_at"])
        OpinionFile.objects.bulk_create([OpinionFile(opinion=fresh, file=file) for file in files])
        told = f"{fresh.agency.short_name}{f' ({document})' if document else ''}: {answer}"
        tell(case, "opinion_given", by=by, at=at, public=False, note=told, of=fresh.agency_id)
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
        tell(case, "opinion_withdrawn", by=by, at=at, public=False, note=fresh.agency.short_name, of=fresh.agency_id)
    return fresh


def _open_opinion(opinion: Opinion, case: Case) -> Opinion:
    fresh = case.opinions.select_related("step", "agency").get(pk=opinion.pk)
    if not fresh.open:
        raise WrongState(_("Câu hỏi này đã được trả lời hoặc đã rút."))
    return fresh
