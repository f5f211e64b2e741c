"""Asking for more papers, and getting them. The legal clock stands still in between."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.appointments import run_on, stand_still
from tinhso.blocks.cases.actions.common import tell, transition
from tinhso.blocks.cases.actions.intake import HandedIn
from tinhso.blocks.cases.actions.papers import issue_case_paper
from tinhso.blocks.cases.families import power
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import Case, PartFile, Pause, Status, Supplement
from tinhso.blocks.cases.queries import is_applicant
from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.models import Person
from tinhso.blocks.papers.models import Kind
from tinhso.kernel.actions import action
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.kernel.permissions import allowed, require


@action
def ask_supplement(case: Case, *, by: Person, content: str, reason: str = "", at: datetime | None = None) -> Case:
    """Ask the applicant to complete or correct the papers (form 02) and stop the clock.

    Args:
        content: what is asked for, one thing a line.
        reason: why.

    A second request sets `counts_late_766`: late in the 766 index only, nowhere else (Decision 766/QĐ-TTg).
    """
    at = at or now()
    if not allowed(by, power(case, "receive"), at=case.agency):
        require(by, power(case, "work"), at=case.agency)
    content, reason = free_text(content, field="content"), free_text(reason, field="why")
    if not content:
        raise Invalid(_("Hãy ghi rõ cần bổ sung gì."), fields={"content": _("Hãy ghi rõ cần bổ sung gì và vì sao.")})
    with transition(case, Deed.ASK_SUPPLEMENT) as case:
        if case.received_at and case.due_at is None:
            raise WrongState(_("Thời hạn đang tạm dừng. Hãy kết thúc tạm dừng rồi yêu cầu bổ sung."))
        case.counts_late_766 = case.supplements.exists()
        Supplement.objects.create(case=case, asked_at=at, asked_by=by, content=content, reason=reason)
        if case.received_at:
            stand_still(case, Pause.Reason.SUPPLEMENT, at=at, note=content)
        case.status = Status.SUPPLEMENT_ASKED
        items = [line.strip() for line in content.splitlines() if line.strip()]
        issue_case_paper(case, Kind.SUPPLEMENT, by=by, at=at, items=items, reason=reason)
        tell(case, "supplement_asked", by=by, at=at, note=f"{content}\n({reason})" if reason else content)
    return case


@action
def answer_supplement(
    case: Case, *, by: Person | None, answer: str = "", parts: Mapping[str, HandedIn] | None = None, at: datetime | None = None
) -> Case:
    """Hand in what was asked for: the clock runs on, with a new due date.

    Raises:
        Invalid: neither a word nor a file was given.
    """
    at = at or now()
    answer = free_text(answer, field="answer")
    handed_in = parts or {}
    if not is_applicant(by, case):
        require(by, power(case, "receive"), at=case.agency)
    if not answer and not any(part.files or part.on_paper for part in handed_in.values()):
        raise Invalid(_("Chưa có gì được bổ sung."), fields={"answer": _("Hãy tải giấy tờ lên hoặc viết vài dòng trả lời.")})
    with transition(case, Deed.ANSWER_SUPPLEMENT) as case:
        request = case.supplements.get(answered_at__isnull=True)
        request.answered_at, request.answer = at, answer
        request.save(update_fields=["answered_at", "answer"])
        for part in case.parts.filter(code__in=handed_in):
            given = handed_in[part.code]
            PartFile.objects.bulk_create([PartFile(part=part, file=file) for file in given.files], ignore_conflicts=True)
            if given.on_paper:
                part.on_paper = True
                part.save(update_fields=["on_paper"])
        case.status = Status.SUBMITTED
        if case.received_at:
            run_on(case, at=at)
            case.status = Status.IN_PROGRESS
        tell(case, "supplement_answered", by=by, at=at, note=answer)
    return case
