"""The time line in words."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.models import Case

TITLES = {
    "submitted": _("Nộp hồ sơ"),
    "accepted": _("Tiếp nhận hồ sơ"),
    "refused": _("Từ chối tiếp nhận"),
    "withdrawn": _("Rút hồ sơ"),
    "supplement_asked": _("Yêu cầu bổ sung"),
    "supplement_answered": _("Đã bổ sung"),
    "step_done": _("Hoàn thành bước"),
    "step_assigned": _("Giao việc"),
    "noted": _("Ghi chú nội bộ"),
    "result_signed": _("Ký số kết quả"),
    "returned": _("Trả kết quả"),
    "rated": _("Đánh giá"),
}
_TONES = {"refused": "bad", "supplement_asked": "waiting"}


@dataclass(frozen=True)
class Line:
    """One entry as the time-line component shows it."""

    title: str
    at: datetime
    who: str
    text: str
    tone: str


def timeline_of(case: Case, *, public: bool) -> list[Line]:
    """What happened, oldest first. The public sees the agency, not the officer."""
    entries = case.timeline.select_related("actor").order_by("at", "pk")
    if public:
        entries = entries.filter(public=True)
    own = {case.applicant_id, case.submitted_by_id}
    return [
        Line(
            title=str(TITLES.get(entry.event, entry.event)),
            at=entry.at,
            who=_who(case, entry.actor.full_name if entry.actor else "", public=public, own=entry.actor_id in own),
            text=entry.note,
            tone=_TONES.get(entry.event, ""),
        )
        for entry in entries
    ]


def _who(case: Case, name: str, *, public: bool, own: bool) -> str:
    if public and not own:
        return case.agency.name
    return name
