"""How well the line serves: a sample drawn by lot that a supervisor goes through, and what people say when asked."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from math import ceil
from random import SystemRandom
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.models import Person
from tinhso.blocks.messaging.actions import send
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, NotAllowed, WrongState
from tinhso.kernel.ids import readable_code
from tinhso.kernel.permissions import require
from tinhso.kernel.time import VIETNAM
from tinhso.services.hotline.actions.alone import one_at_a_time
from tinhso.services.hotline.conversation_tables import Conversation
from tinhso.services.hotline.models import Agent, Call, Disposition, Line
from tinhso.services.hotline.numbers import is_mobile, national
from tinhso.services.hotline.quality_tables import Pick, QualityReview, Survey

CRITERIA = {
    "greeting": _("Chào hỏi, xưng danh đúng kịch bản"),
    "identity": _("Xác nhận người gọi trước khi nói nội dung hồ sơ"),
    "understanding": _("Hỏi đủ, hiểu đúng việc"),
    "answer": _("Trả lời đúng kho tri thức, nói rõ hạn và nơi giải quyết"),
    "record": _("Ghi chép đủ để người sau làm tiếp"),
    "courtesy": _("Lịch sự, kết thúc đúng"),
}
BEST = 2
HAPPIEST = 5
_SERVED = {Disposition.ANSWERED, Disposition.TICKET, Disposition.CALL_BACK}
_NOT_AGAIN = timedelta(days=7)
_OPEN = timedelta(days=14)
_CODE_LENGTH = 8
_LOT = SystemRandom()
Choose = Callable[[Sequence[int], int], list[int]]


@action
def review(
    source: Call | Conversation, scores: Mapping[str, int], *, by: Person, comment: str = "", at: datetime | None = None
) -> QualityReview:
    """Score a call or a conversation: each criterion 0 (no), 1 (partly) or 2 (yes). Again replaces the sheet.

    Raises:
        NotAllowed: it is the supervisor's own.
        Invalid: a criterion is missing.
    """
    require(by, "hotline.lead", at=source.line.agency)
    if source.agent and source.agent.person_id == by.pk:
        raise NotAllowed(_("Không ai tự chấm cuộc gọi của mình."))
    missing = {name: _("Hãy chấm tiêu chí này.") for name in CRITERIA if scores.get(name) not in range(BEST + 1)}
    if missing:
        raise Invalid(_("Phiếu chấm còn thiếu."), fields=missing)
    given = {name: scores[name] for name in CRITERIA}
    total = round(100 * sum(given.values()) / (BEST * len(CRITERIA)))
    values = {"reviewer": by, "scores": given, "total": total, "comment": comment.strip()[:1000], "reviewed_at": at or now()}
    made, _new = QualityReview.objects.update_or_create(**of(source), defaults=values)
    record("hotline.call_reviewed", by=by, on=source, agency=source.line.agency, total=total)
    return made


def of(source: Call | Conversation) -> dict[str, Any]:
    """Which column names it."""
    return {"call" if isinstance(source, Call) else "conversation": source}


# ---- the sample ----


@action
def draw_week(line: Line, monday: date, *, choose: Choose = _LOT.sample) -> int:
    """Draw the sample of a week: of every agent the line's share, at least one. A week that was drawn stays. Returns how many."""
    one_at_a_time(f"sample {line.pk} {monday}")
    if not line.sample_percent or Pick.objects.filter(line=line, week=monday).exists():
        return 0
    start, end = (datetime.combine(day, time(), VIETNAM) for day in (monday, monday + timedelta(days=7)))
    picks = []
    for agent in Agent.objects.filter(line=line).order_by("pk"):
        calls = Call.objects.filter(agent=agent, state=Call.State.ENDED, started_at__gte=start, started_at__lt=end)
        written = Conversation.objects.filter(agent=agent, answered_at__gte=start, answered_at__lt=end)
        of_calls, of_written = _ids(calls), _ids(written)
        drawn = [(Pick.call.field.attname, pk) for pk in of_calls] + [(Pick.conversation.field.attname, pk) for pk in of_written]
        for number in choose(range(len(drawn)), ceil(len(drawn) * line.sample_percent / 100)):
            column, pk = drawn[number]
            picks.append(Pick(line=line, agent=agent, week=monday, **{column: pk}))
    Pick.objects.bulk_create(picks, ignore_conflicts=True)
    record("hotline.sample_drawn", by=None, on=line, agency=line.agency, week=monday.isoformat(), picks=len(picks))
    return len(picks)


def _ids(rows: QuerySet[Any]) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))


# ---- what people say ----


@action
def ask_satisfaction(source: Call | Conversation, *, at: datetime, choose: Callable[[int], int] = _LOT.randrange) -> None:
    """Ask whoever was served how content they are, once, and nobody twice in a week. `choose(100)` is the lot.

    By text message or e-mail; who chats is asked on the page.
    """
    if not _was_served(source) or Survey.objects.filter(**of(source)).exists() or choose(100) >= source.line.survey_percent:
        return
    contact = source.email or (national(source.number) if is_mobile(source.number) else "")
    chat = isinstance(source, Conversation) and source.channel == Conversation.Channel.CHAT
    if contact:
        one_at_a_time(f"survey {contact}")
        if Survey.objects.filter(contact=contact, asked_at__gt=at - _NOT_AGAIN).exists():
            return
    elif not chat:
        return
    survey = Survey.objects.create(
        line=source.line, agent=source.agent, code=readable_code(_CODE_LENGTH), contact=contact, asked_at=at, **of(source)
    )
    record("hotline.satisfaction_asked", by=None, on=survey, agency=source.line.agency)
    if contact:
        language = source.language if isinstance(source, Conversation) else ""
        about, link = f"hotline.survey:{survey.pk}", page_of_survey(survey)
        send("hotline_survey", to=contact, context={"line": source.line.title}, about=about, link=link, language=language)


def _was_served(source: Call | Conversation) -> bool:
    if source.answered_at is None or source.disposition not in _SERVED:
        return False
    if isinstance(source, Conversation):
        return True
    return source.state == Call.State.ENDED and source.direction == Call.Direction.IN and not source.entered_later


def page_of_survey(survey: Survey) -> str:
    return f"/tong-dai/danh-gia/{survey.code}/"


@action
def mark_service(survey: Survey, mark: int | None, *, comment: str = "", at: datetime | None = None) -> Survey:
    """Say how content one is; said again it replaces what was said.

    Raises:
        Invalid: no mark from 1 to 5.
        WrongState: it was asked too long ago.
    """
    at = at or now()
    fresh = Survey.objects.select_for_update(of=("self",)).select_related("line__agency").get(pk=survey.pk)
    if fresh.asked_at < at - _OPEN:
        raise WrongState(_("Đã hết hạn đánh giá. Cảm ơn bạn."))
    if mark is None or not 1 <= mark <= HAPPIEST:
        problem = _("Hãy chọn một mức.")
        raise Invalid(problem, fields={"mark": problem})
    fresh.mark, fresh.marked_at = mark, at
    fresh.comment = " ".join(comment.split())[:500] or fresh.comment
    fresh.save(update_fields=["mark", "marked_at", "comment"])
    record("hotline.satisfaction_told", by=None, on=fresh, agency=fresh.line.agency, mark=mark)
    return fresh
