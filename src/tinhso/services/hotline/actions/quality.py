"""A supervisor listens to some calls and says how they went."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, NotAllowed
from tinhso.kernel.permissions import require
from tinhso.services.hotline.desk_tables import QualityReview
from tinhso.services.hotline.models import Call

CRITERIA = {
    "greeting": _("Chào hỏi, xưng danh đúng kịch bản"),
    "identity": _("Xác nhận người gọi trước khi nói nội dung hồ sơ"),
    "understanding": _("Hỏi đủ, hiểu đúng việc"),
    "answer": _("Trả lời đúng kho tri thức, nói rõ hạn và nơi giải quyết"),
    "record": _("Ghi chép đủ để người sau làm tiếp"),
    "courtesy": _("Lịch sự, kết thúc đúng"),
}
BEST = 2


@action
def review_call(
    call: Call, scores: Mapping[str, int], *, by: Person, comment: str = "", at: datetime | None = None
) -> QualityReview:
    """Score a call: each criterion 0 (no), 1 (partly) or 2 (yes). Again replaces the sheet.

    Raises:
        NotAllowed: it is the supervisor's own call.
        Invalid: a criterion is missing.
    """
    require(by, "hotline.lead", at=call.line.agency)
    if call.agent and call.agent.person_id == by.pk:
        raise NotAllowed(_("Không ai tự chấm cuộc gọi của mình."))
    missing = {name: _("Hãy chấm tiêu chí này.") for name in CRITERIA if scores.get(name) not in range(BEST + 1)}
    if missing:
        raise Invalid(_("Phiếu chấm còn thiếu."), fields=missing)
    given = {name: scores[name] for name in CRITERIA}
    total = round(100 * sum(given.values()) / (BEST * len(CRITERIA)))
    values = {"reviewer": by, "scores": given, "total": total, "comment": comment.strip()[:1000], "reviewed_at": at or now()}
    review, _made = QualityReview.objects.update_or_create(call=call, defaults=values)
    record("hotline.call_reviewed", by=by, on=call, agency=call.line.agency, total=total)
    return review
