"""What drafts of processes and plans of moves share: who wrote a part sends it, somebody else approves it or sends it back."""

from django.utils.translation import gettext as _

from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import record
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState
from tinhso.kernel.permissions import require
from tinhso.services.processes.models import MovePlan, ProcessDraft

Written = ProcessDraft | MovePlan


class ChangedMeanwhile(WrongState):
    """Somebody else saved it after it was read."""

    code = "changed_meanwhile"


def give_back(written: Written, *, reason: str, by: Person, event: str) -> None:
    """Open what was sent again: an author thinks again, or an approver sends it back with a reason."""
    if not written.authors.filter(pk=by.pk).exists():
        require(by, "processes.approve")
        if not reason.strip():
            raise Invalid(_("Hãy ghi lý do trả lại để người soạn biết cần sửa gì."))
    written.state, written.answer = written.State.OPEN, reason.strip()
    written.save(update_fields=["state", "answer"])
    record(event, by=by, on=written)


def refuse_unless_read_by_another(written: Written, *, revision: int, by: Person) -> None:
    """
    Raises:
        NotAllowed: `by` has written a part of it.
        ChangedMeanwhile: `revision`, which was read, is not the last one any more.
    """
    if written.authors.filter(pk=by.pk).exists():
        raise NotAllowed(_("Người soạn không được tự duyệt; hãy để người khác duyệt."))
    if written.revision != revision:
        raise ChangedMeanwhile(_("Nội dung đã đổi từ khi bạn mở trang. Hãy tải lại trang, xem lại rồi mới duyệt."))


def put_aside(written: Written, *, by: Person, event: str) -> None:
    """For good; it stays on record."""
    written.state = written.State.DROPPED
    written.save(update_fields=["state"])
    record(event, by=by, on=written)
