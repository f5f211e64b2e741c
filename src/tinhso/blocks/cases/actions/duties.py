"""Service tasks by which a process stops and starts the clock itself: a fee or tax duty does not count in the term."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from tinhso.blocks.cases.actions.appointments import run_on, stand_still
from tinhso.blocks.cases.actions.common import tell
from tinhso.blocks.cases.actions.process import service_task
from tinhso.blocks.cases.models import Case, Pause, Status


@service_task("clock.fee_or_tax")
def await_duty(case: Case, at: datetime) -> None:
    """Stop the clock until the applicant has paid what the tax office asks; nothing where it stands still already."""
    if case.due_at is None:
        return
    with override("vi"):
        note = _("Chờ người nộp thực hiện nghĩa vụ tài chính theo thông báo của cơ quan thuế.")
        told = f"{Pause.Reason.FEE.label}: {note}"
    stand_still(case, Pause.Reason.FEE, at=at, note=note)
    case.status = Status.FINANCIAL_DUTY
    tell(case, "paused", by=None, at=at, note=told, reason=Pause.Reason.FEE.value)


@service_task("clock.go_on")
def duty_done(case: Case, at: datetime) -> None:
    """Let the clock run on; nothing where somebody has done so by hand."""
    if not case.pauses.filter(reason=Pause.Reason.FEE, ended_at=None).exists():
        return
    run_on(case, at=at)
    case.status = Status.IN_PROGRESS
    tell(case, "resumed", by=None, at=at)
