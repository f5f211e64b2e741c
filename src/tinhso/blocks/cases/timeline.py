"""The time line in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import pgettext_lazy

from tinhso.blocks.cases.mentions import Piece, names_by_note, pieces_of
from tinhso.blocks.cases.models import Case, TimelineEntry
from tinhso.kernel.fixed_query import FixedQuery, Param

TITLES = {
    "submitted": pgettext_lazy("timeline", "Nộp hồ sơ"),
    "accepted": pgettext_lazy("timeline", "Tiếp nhận hồ sơ"),
    "refused": pgettext_lazy("timeline", "Từ chối tiếp nhận"),
    "withdrawn": pgettext_lazy("timeline", "Rút hồ sơ"),
    "withdrawal_asked": pgettext_lazy("timeline", "Đề nghị rút hồ sơ"),
    "withdrawal_denied": pgettext_lazy("timeline", "Không cho rút hồ sơ"),
    "stopped": pgettext_lazy("timeline", "Dừng giải quyết"),
    "corrected": pgettext_lazy("timeline", "Sửa thông tin"),
    "transferred": pgettext_lazy("timeline", "Chuyển cơ quan khác"),
    "complained": pgettext_lazy("timeline", "Khiếu nại"),
    "complaint_denied": pgettext_lazy("timeline", "Không chấp nhận khiếu nại"),
    "reopened": pgettext_lazy("timeline", "Mở lại hồ sơ"),
    "supplement_asked": pgettext_lazy("timeline", "Yêu cầu bổ sung"),
    "supplement_answered": pgettext_lazy("timeline", "Đã bổ sung"),
    "paused": pgettext_lazy("timeline", "Tạm dừng thời hạn"),
    "resumed": pgettext_lazy("timeline", "Tính tiếp thời hạn"),
    "extended": pgettext_lazy("timeline", "Gia hạn, hẹn lại ngày trả"),
    "rescheduled": pgettext_lazy("timeline", "Ngày hẹn trả thay đổi"),
    "version_changed": pgettext_lazy("timeline", "Chuyển sang phiên bản quy trình mới"),
    "term_shortened": pgettext_lazy("timeline", "Hẹn trả sớm hơn"),
    "step_done": pgettext_lazy("timeline", "Hoàn thành bước"),
    "step_assigned": pgettext_lazy("timeline", "Giao việc"),
    "assignment_failed": pgettext_lazy("timeline", "Chưa giao được việc theo quy tắc"),
    "step_late": pgettext_lazy("timeline", "Bước quá hạn, đã báo lãnh đạo"),
    "time_ran_out": pgettext_lazy("timeline", "Hết thời gian chờ"),
    "message_came": pgettext_lazy("timeline", "Nhận được tin đang chờ"),
    "went_back": pgettext_lazy("timeline", "Chuyển lại bước trước"),
    "opinion_asked": pgettext_lazy("timeline", "Hỏi ý kiến cơ quan khác"),
    "opinion_given": pgettext_lazy("timeline", "Cho ý kiến"),
    "opinion_withdrawn": pgettext_lazy("timeline", "Rút câu hỏi"),
    "noted": pgettext_lazy("timeline", "Ghi chú nội bộ"),
    "paper_recorded": pgettext_lazy("timeline", "Ghi nhận giấy tờ bản giấy"),
    "originals_returned": pgettext_lazy("timeline", "Trả lại bản chính"),
    "digitised": pgettext_lazy("timeline", "Số hóa giấy tờ"),
    "result_signed": pgettext_lazy("timeline", "Ký số kết quả"),
    "returned": pgettext_lazy("timeline", "Trả kết quả"),
    "joined": pgettext_lazy("timeline", "Gộp vào việc trùng"),
    "duplicate_joined": pgettext_lazy("timeline", "Có việc trùng được gộp vào"),
    "split": pgettext_lazy("timeline", "Tách việc"),
    "answered": pgettext_lazy("timeline", "Trả lời"),
    "commissioned": pgettext_lazy("timeline", "Giao đơn vị thi công"),
    "commission_done": pgettext_lazy("timeline", "Đơn vị thi công báo xong"),
    "escalated": pgettext_lazy("timeline", "Quá lâu chưa xử lý, đã báo lãnh đạo"),
    "rated": pgettext_lazy("timeline", "Đánh giá"),
}
_TONES = {
    "refused": "bad",
    "stopped": "bad",
    "supplement_asked": "waiting",
    "paused": "waiting",
    "assignment_failed": "waiting",
    "withdrawal_asked": "waiting",
    "complained": "waiting",
}


@dataclass(frozen=True)
class Line:
    """One entry as the time-line component shows it."""

    title: str
    at: datetime
    who: str
    text: str
    tone: str
    event: str = ""
    pieces: Sequence[Piece] = ()
    """the text of a note that names colleagues, taken apart"""


_ENTRIES = FixedQuery(
    lambda: TimelineEntry.objects.select_related("actor").filter(case=Param("case")).order_by("at", "pk").defer("actor__search")
)


def timeline_of(case: Case, *, public: bool) -> list[Line]:
    """What happened, oldest first. The public sees the agency, not the officer."""
    entries = [entry for entry in _ENTRIES.rows(case=case.pk) if entry.public or not public]
    notes = [entry.pk for entry in entries if entry.event == "noted" and "@" in entry.note]
    names = names_by_note(notes) if notes else {}
    return [
        Line(
            title=str(TITLES.get(entry.event, entry.event)),
            at=entry.at,
            who=_who(case, entry.actor.full_name if entry.actor else "", public=public, own=entry.actor_id == case.applicant_id),
            text=entry.note,
            tone=_TONES.get(entry.event, ""),
            event=entry.event,
            pieces=pieces_of(entry.note, names[entry.pk]) if entry.pk in names else (),
        )
        for entry in entries
    ]


def _who(case: Case, name: str, *, public: bool, own: bool) -> str:
    if public and not own:
        return case.agency.name
    return name
