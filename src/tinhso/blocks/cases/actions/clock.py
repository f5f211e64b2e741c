"""The legal clock: pauses that are not a supplement, and the one extension."""

from datetime import datetime

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from tinhso.blocks.cases.actions.appointments import reappoint, run_on, stand_still
from tinhso.blocks.cases.actions.common import tell, transition
from tinhso.blocks.cases.actions.papers import issue_case_paper
from tinhso.blocks.cases.clock import Verdict, extension_of, verdict_of
from tinhso.blocks.cases.families import power
from tinhso.blocks.cases.life import Deed
from tinhso.blocks.cases.models import Case, Extension, Pause, Reappointment, Status
from tinhso.blocks.cases.texts import free_text
from tinhso.blocks.directory.models import Person
from tinhso.blocks.papers.models import Kind
from tinhso.kernel.actions import action
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.kernel.permissions import require
from tinhso.kernel.time import local

LONGEST_EXTENSION = 100
LONGEST_DOCUMENT = 200
REASONS = (Pause.Reason.FEE, Pause.Reason.AGENCY, Pause.Reason.COURT)
"""A supplement has actions of its own."""


@action
def begin_pause(case: Case, *, by: Person, reason: str, note: str, document: str = "", at: datetime | None = None) -> Case:
    """Stop the clock: for a fee or tax duty (status 6 of the National Portal), another agency, a court or investigation.

    Args:
        reason: one of `REASONS`.
        note: what is waited for; the applicant reads it.
        document: number and date of the paper it rests on; required unless it is a fee.

    Raises:
        Invalid: reason, note or document is missing.
        WrongState: the case is not being worked on, stands still already, or has run out.
    """
    at = at or now()
    require(by, power(case, "work"), at=case.agency)
    note, document = free_text(note, field="pause_note"), free_text(document, field="document")
    wrong: dict[str, object] = {}
    if reason not in REASONS:
        wrong["pause_reason"] = _("Hãy chọn lý do tạm dừng.")
    if not note:
        wrong["pause_note"] = _("Hãy ghi rõ đang chờ việc gì để người nộp biết.")
    if len(document) > LONGEST_DOCUMENT:
        wrong["document"] = _("Nhiều nhất là %(limit)s ký tự.") % {"limit": LONGEST_DOCUMENT}
    elif not document and reason in (Pause.Reason.AGENCY, Pause.Reason.COURT):
        wrong["document"] = _("Hãy ghi số, ngày của văn bản làm căn cứ tạm dừng.")
    if wrong:
        raise Invalid(_("Chưa tạm dừng được thời hạn."), fields=wrong)
    with transition(case, Deed.PAUSE) as case:
        if case.due_at is None:
            raise WrongState(_("Thời hạn của hồ sơ %(code)s đã tạm dừng rồi.") % {"code": case.code})
        if verdict_of(case, at) is Verdict.OVERDUE:
            raise WrongState(_("Hồ sơ %(code)s đã quá hạn nên không tạm dừng thời hạn được nữa.") % {"code": case.code})
        pause = stand_still(case, Pause.Reason(reason), at=at, note=note, document=document)
        if reason == Pause.Reason.FEE:
            case.status = Status.FINANCIAL_DUTY
        tell(case, "paused", by=by, at=at, note=_told(pause), reason=reason)
    return case


@action
def end_pause(case: Case, *, by: Person, note: str = "", at: datetime | None = None) -> Case:
    """Let the clock run on: what was waited for has come. The case gets a new appointment.

    Raises:
        WrongState: the clock runs, or waits for a supplement, which the applicant ends by answering.
    """
    at = at or now()
    require(by, power(case, "work"), at=case.agency)
    note = free_text(note, field="resume_note")
    with transition(case, Deed.RESUME) as case:
        if not case.pauses.filter(ended_at=None).exists():
            raise WrongState(_("Thời hạn của hồ sơ %(code)s đang chạy.") % {"code": case.code})
        run_on(case, at=at)
        case.status = Status.IN_PROGRESS
        tell(case, "resumed", by=by, at=at, note=note)
    return case


@action
def extend_term(case: Case, *, by: Person, amount: int, reason: str, at: datetime | None = None) -> Case:
    """Extend the term once, before it has run out, with an apology (form 04) and a new appointment.

    Args:
        amount: how much is added, in the term's own unit: working days, days or working hours.

    Raises:
        Invalid: no reason, or an amount outside 1–100.
        WrongState: the case is overdue, stands still, has ended, or was extended before.
    """
    at = at or now()
    require(by, power(case, "extend"), at=case.agency)
    reason = free_text(reason, field="extend_reason")
    wrong: dict[str, object] = {}
    if not 1 <= amount <= LONGEST_EXTENSION:
        wrong["amount"] = _("Hãy nhập một số từ 1 đến %(most)s.") % {"most": LONGEST_EXTENSION}
    if not reason:
        wrong["extend_reason"] = _("Hãy ghi lý do chưa trả được kết quả; lý do in trong phiếu xin lỗi.")
    if wrong:
        raise Invalid(_("Chưa gia hạn được."), fields=wrong)
    with transition(case, Deed.EXTEND) as case:
        _refuse_unless_extensible(case, at)
        before = case.due_at
        Extension.objects.create(case=case, amount=amount, reason=reason, decided_at=at, decided_by=by)
        case.extended_by = amount
        reappoint(case, Reappointment.Cause.EXTENSION, before=before, at=at)
        issue_case_paper(case, Kind.APOLOGY, by=by, at=at, reason=reason, **_new_appointment(case, before))
        tell(case, "extended", by=by, at=at, note=reason, amount=amount)
    return case


def _refuse_unless_extensible(case: Case, at: datetime) -> None:
    if case.extended_by or (case.reopened and Extension.objects.filter(case=case).exists()):
        raise WrongState(_("Hồ sơ %(code)s đã được gia hạn một lần; thời hạn chỉ được gia hạn một lần.") % {"code": case.code})
    if case.due_at is None:
        raise WrongState(_("Thời hạn đang tạm dừng. Chỉ gia hạn được khi thời hạn đang chạy."))
    if verdict_of(case, at) is Verdict.OVERDUE:
        raise WrongState(
            _("Hồ sơ %(code)s đã quá hạn từ %(due)s; chỉ được gia hạn trước ngày hẹn trả.")
            % {"code": case.code, "due": f"{local(case.due_at):%H:%M %d/%m/%Y}"}
        )


def _new_appointment(case: Case, before: datetime | None) -> dict[str, str]:
    """What form 04 prints of the dates."""
    extension = extension_of(case)
    return {
        "due_before": local(before).isoformat() if before else "",
        "due_after": local(case.due_at).isoformat() if case.due_at else "",
        "extended_by": extension.label("vi") if extension else "",
    }


@override("vi")
def _told(pause: Pause) -> str:
    """The reason as the time line and the message tell it."""
    document = f" ({pause.document})" if pause.document else ""
    return f"{pause.get_reason_display()}{document}: {pause.note}"
