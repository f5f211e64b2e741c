"""What a report's states are called, for staff and public alike."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.models import Case, Status
from tinhso.blocks.cases.timeline import Line
from tinhso.kernel.manifest import Text


@dataclass(frozen=True)
class State:
    """As `status_badge` shows it; `code` is for programs and styles."""

    code: str
    label: Text
    tone: str


_STATES = {
    Status.SUBMITTED: State("received", _("Đã nhận"), "active"),
    Status.ACCEPTED: State("received", _("Đã nhận"), "active"),
    Status.IN_PROGRESS: State("working", _("Đang xử lý"), "active"),
    Status.SUPPLEMENT_ASKED: State("asked", _("Chờ người gửi trả lời"), "soon"),
    Status.RETURNED: State("answered", _("Đã trả lời"), "done"),
    Status.DONE: State("answered", _("Đã trả lời"), "done"),
    Status.STOPPED: State("joined", _("Đã gộp hoặc dừng"), "neutral"),
}
_OTHER = State("closed", _("Đã đóng"), "neutral")


_TITLES = {
    "submitted": _("Gửi phản ánh"),
    "supplement_asked": _("Hỏi người gửi"),
    "supplement_answered": _("Người gửi trả lời"),
    "supplement_unanswered": _("Đi tiếp không chờ trả lời"),
    "reopened": _("Người gửi mở lại"),
    "joined": _("Gộp vào phản ánh trùng"),
    "step_done": _("Xong một bước"),
    "time_ran_out": _("Quá giờ nhắc việc"),
}


def titled(line: Line) -> Line:
    """A line of the history in words that fit a report."""
    return replace(line, title=str(_TITLES[line.event])) if line.event in _TITLES else line


def state_of(case: Case) -> State:
    return state_of_status(case.status)


def state_of_status(status: int) -> State:
    return _STATES.get(Status(status), _OTHER)
