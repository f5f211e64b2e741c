"""What a report's states are called, for staff and public alike."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.models import Case, Status
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


def state_of(case: Case) -> State:
    return _STATES.get(Status(case.status), _OTHER)
