"""What the reporter does after sending: answers a question, says that nothing was done, says how it was.

`by` is None for somebody without an account; the caller has made sure that it is the reporter (`phones.phone_of`).
"""

from collections.abc import Sequence
from datetime import datetime

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.common import tell, transition
from tinhso.blocks.cases.actions.intake import HandedIn
from tinhso.blocks.cases.actions.reopening import begin_again
from tinhso.blocks.cases.actions.results import rate_case
from tinhso.blocks.cases.actions.supplement import answer_supplement
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import Case, Rating, Status
from tinhso.blocks.cases.queries import is_applicant
from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.models import Person
from tinhso.blocks.files.models import StoredFile
from tinhso.kernel.actions import action
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState
from tinhso.kernel.inserts import insert_all
from tinhso.services.reports.actions.sending import PHOTOS
from tinhso.services.reports.models import REOPEN_WINDOW, Photo, Report

MOST_REOPENINGS = 2


@action
def answer_question(
    report: Report, *, by: Person | None, text: str, files: Sequence[StoredFile] = (), at: datetime | None = None
) -> Case:
    """Answer what the agency asked; the clock runs on."""
    _refuse_strangers(report, by)
    parts = {PHOTOS: HandedIn(files=tuple(files))} if files else {}
    case = answer_supplement(report.case, by=by, answer=text, parts=parts, at=at)
    insert_all(Photo(report=report, file=file) for file in files)
    return case


@action
def reopen(report: Report, *, by: Person | None, why: str, at: datetime | None = None) -> Case:
    """Have it opened again: what the answer says was not done, or is broken anew. Nobody has to agree.

    Raises:
        Invalid: no reason.
        WrongState: it was not answered, too long ago, or was opened again twice already.
    """
    at, why = at or now(), free_text(why, field="why")
    _refuse_strangers(report, by)
    if not why:
        problem = _("Hãy ghi việc gì chưa được giải quyết.")
        raise Invalid(problem, fields={"why": problem})
    with transition(report.case, Deed.REOPEN) as case:
        if case.status != Status.RETURNED:
            raise _not_answered()
        if case.ended_at and at - case.ended_at > REOPEN_WINDOW:
            raise WrongState(_("Đã quá %(days)s ngày kể từ khi trả lời. Hãy gửi phản ánh mới.") % {"days": REOPEN_WINDOW.days})
        if case.reopened >= MOST_REOPENINGS:
            raise WrongState(_("Phản ánh này đã được mở lại nhiều lần. Hãy gửi phản ánh mới hoặc khiếu nại theo luật."))
        begin_again(case, None, at=at)
        tell(case, "reopened", by=by, at=at, note=why)
    Report.objects.filter(pk=case.pk).update(draft="", answer="", answered_at=None)
    return case


@action
def rate(report: Report, *, by: Person | None, stars: int, comment: str = "", at: datetime | None = None) -> Rating:
    """Once, after the answer.

    Raises:
        WrongState: it was not answered (one joined to another has no answer of its own), or is rated already.
    """
    _refuse_strangers(report, by)
    if not Report.objects.filter(pk=report.pk, answered_at__isnull=False, case__status=Status.RETURNED).exists():
        raise _not_answered()
    return rate_case(report.case, by=by, stars=stars, comment=comment, at=at)


def _not_answered() -> WrongState:
    return WrongState(_("Phản ánh này chưa được trả lời."))


def _refuse_strangers(report: Report, by: Person | None) -> None:
    if by is not None and not is_applicant(by, report.case):
        raise NotAllowed(_("Chỉ người gửi phản ánh làm được việc này."))
