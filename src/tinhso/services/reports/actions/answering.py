"""From the agency's work to the answer people read: one writes it, another approves it."""

from datetime import datetime

from django.db.models import F
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import tell, transition
from tinhso.blocks.cases.actions.tasks import HELD_UP
from tinhso.blocks.cases.actions.work import checked_step, finish_step
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import Case, Status, Step
from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action, update_at_end
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState
from tinhso.kernel.fixed_query import FixedQuery, Param
from tinhso.services.reports.models import Report


@action
def write_answer(report: Report, *, by: Person, text: str, done: bool = True, at: datetime | None = None) -> Case:
    """Keep what the agency is going to answer, and with `done` hand it over for approval.

    Raises:
        NotAllowed: the work is another's.
        Invalid: there is no text.
        WrongState: nobody waits for an answer.
    """
    at, text = at or now(), free_text(text, field="answer")
    if done and not text:
        problem = _("Hãy ghi kết quả xử lý để người phản ánh biết.")
        raise Invalid(problem, fields={"answer": problem})
    with transition(report.case, Deed.WORK) as case:
        step = checked_step(_step(case, "draft"), case, by=by)
        update_at_end(Report(case=case, draft=text), "draft")
        if done:
            finish_step(step, case, by=by, outcome="", note="", at=at, last=True)
    return case


@action
def approve_answer(report: Report, *, by: Person, text: str = "", step: int | None = None, at: datetime | None = None) -> Case:
    """Answer: the case ends, the reporter and those who follow it are told.

    Args:
        text: the answer as the approver leaves it; empty: as it was written.
        step: id of the approval before the approver's eyes; what was written since another one began is not overwritten.

    Raises:
        NotAllowed: `by` does not approve there, or wrote the answer.
        WrongState: nothing waits for approval, or another version does.
    """
    at = at or now()
    with transition(report.case, Deed.ANSWER) as case:
        waiting = _step(case, "sign")
        if step and step != waiting.pk:
            raise WrongState(_("Bản trả lời đã được sửa từ khi trang này mở ra. Hãy tải lại trang để đọc bản mới."))
        waiting = checked_step(waiting, case, by=by)
        if waiting.writer == by.pk:  # type: ignore[attr-defined]
            raise NotAllowed(_("Người soạn trả lời không tự duyệt. Hãy để người khác duyệt."))
        answer = free_text(text, field="answer") or waiting.draft  # type: ignore[attr-defined]
        update_at_end(Report(case=case, answer=answer, answered_at=at), "answer", "answered_at")
        case.status, case.ended_at, case.returned_at = Status.RETURNED, at, at
        finish_step(waiting, case, by=by, outcome="approve", note="", at=at)
        tell(case, "answered", by=by, at=at, note=answer)
    return case


@action
def return_answer(report: Report, *, by: Person, reason: str, at: datetime | None = None) -> Case:
    """Give the answer back to who wrote it, with what is to be put right."""
    at = at or now()
    with transition(report.case, Deed.SEND_BACK) as case:
        step = checked_step(_step(case, "sign"), case, by=by)
        finish_step(step, case, by=by, outcome="return", note=reason, at=at)
    return case


_STEPS = FixedQuery(
    lambda: (
        Step.objects.filter(case=Param("case"), cancelled=False)
        .select_related("agency")
        .annotate(draft=F("case__report__draft"), held_up=HELD_UP)
    )
)


def _step(case: Case, does: str) -> Step:
    """The open step of that kind, with who wrote the answer last (`writer`) and the `draft` of it."""
    steps = sorted(_STEPS.rows(case=case.pk), key=lambda step: step.pk)
    waiting = next((step for step in steps if step.open and step.does == does), None)
    if waiting is None:
        raise WrongState(_("Phản ánh này không chờ việc đó. Hãy tải lại trang."))
    written = [(step.done_at, step.pk, step.done_by_id) for step in steps if step.does == "draft" and step.done_at]
    waiting.writer = max(written)[2] if written else None  # type: ignore[attr-defined]
    return waiting
