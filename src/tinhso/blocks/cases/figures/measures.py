"""What is counted. A measure is a condition on the facts of a case, for a period and the moment it is judged at.

The words of Decision 766/QĐ-TTg: a case is judged by its end (done, then returned, stopped or refused); one that waits for a
supplement by the moment that was asked for; one without an end by the end of the period. A period that is not over ends now.

All but that is the clock's to say (`clock.py`): its conditions fit the facts, which have the same columns. While the clock stands
still there is no due date, unless the case was late before; so a case that waits is judged by the moment it began to wait.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases import clock
from tinhso.blocks.cases.figures.period import Period
from tinhso.blocks.cases.models import Channel

DISLIKED = 2  # stars, at most


@dataclass(frozen=True)
class Judged:
    """A period, judged at a moment."""

    period: Period
    now: datetime

    @property
    def start(self) -> datetime:
        return self.period.start

    @property
    def end(self) -> datetime:
        return self.period.end

    @property
    def until(self) -> datetime:
        """Until when an open case could be late."""
        return min(self.end, self.now)


Condition = Callable[[Judged], Q]


@dataclass(frozen=True)
class Measure:
    """Cases that fulfil `holds` and not `unless`. Both are told apart because SQL's NOT of an unknown is unknown."""

    title: str | Promise
    holds: Condition
    unless: Condition | None = None


def handled(judged: Judged) -> Q:
    """Received in the period, or carried over into it. Every measure counts among these, and says only what is special to it."""
    return Q(received_at__lt=judged.end) & clock.open_at(judged.start)


def _all(_judged: Judged) -> Q:
    return Q(pk__isnull=False)


def _received(judged: Judged) -> Q:
    return Q(received_at__gte=judged.start)


def _carried_over(judged: Judged) -> Q:
    return Q(received_at__lt=judged.start)


def _ended(judged: Judged) -> Q:
    return Q(ended_at__lt=judged.end)


def _open(judged: Judged) -> Q:
    return clock.open_at(judged.end)


def _ended_late(judged: Judged) -> Q:
    return _ended(judged) & clock.ended_late()


def _open_late(judged: Judged) -> Q:
    return _open(judged) & clock.past_due(judged.until)


def _late_766(judged: Judged) -> Q:
    """As the clock says, but stopping and refusing are ends too, and a second supplement makes late."""
    return Q(counts_late_766=True) | (_ended(judged) & clock.ended_past_due()) | _open_late(judged)


def _with_result(judged: Judged) -> Q:
    return _ended(judged) & Q(status__in=clock.DECIDED)


def _without_electronic_result(judged: Judged) -> Q:
    return _with_result(judged) & Q(signed=False)


def _by(channel: Channel) -> Condition:
    return lambda judged: _received(judged) & Q(channel=channel)


MEASURES: dict[str, Measure] = {
    "handled": Measure(_("Tiếp nhận, xử lý trong kỳ"), _all),
    "received": Measure(_("Tiếp nhận trong kỳ"), _received),
    "carried_over": Measure(_("Từ kỳ trước chuyển sang"), _carried_over),
    "ended": Measure(_("Đã giải quyết"), _ended),
    "ended_late": Measure(_("Giải quyết quá hạn"), _ended_late),
    "open": Measure(_("Đang giải quyết"), _open),
    "open_late": Measure(_("Đang quá hạn"), _open_late),
    "late": Measure(_("Trễ hạn"), lambda judged: _ended_late(judged) | _open_late(judged)),
    "late_766": Measure(_("Tính là trễ hạn theo Bộ chỉ số"), _late_766),
    "on_time_766": Measure(_("Đúng hạn theo Bộ chỉ số"), _all, unless=_late_766),
    "ended_on_time": Measure(_("Giải quyết đúng hạn"), lambda judged: _ended(judged) & clock.ended_on_time()),
    "with_result": Measure(_("Kết thúc có kết quả"), _with_result),
    "online": Measure(_("Nộp trực tuyến"), _by(Channel.ONLINE)),
    "counter": Measure(_("Nộp trực tiếp"), _by(Channel.COUNTER)),
    "post": Measure(_("Nộp qua bưu chính"), _by(Channel.POST)),
    "online_766": Measure(
        _("Trực tuyến, không có kết quả chỉ bằng giấy"), _by(Channel.ONLINE), unless=_without_electronic_result
    ),
    "with_fee": Measure(_("Có phí, lệ phí"), lambda judged: _received(judged) & Q(fee__gt=0)),
    "paid_online": Measure(_("Thanh toán trực tuyến"), lambda judged: _received(judged) & Q(paid_online=True)),
    "signed": Measure(_("Có kết quả điện tử"), lambda judged: _with_result(judged) & Q(signed=True)),
    "digitised": Measure(
        _("Số hóa cả thành phần và kết quả"), lambda judged: _with_result(judged) & Q(signed=True, digital_parts=True)
    ),
    "content": Measure(
        _("Đúng hạn và không bị đánh giá không hài lòng"),
        _all,
        unless=lambda judged: _late_766(judged) | Q(stars__lte=DISLIKED),
    ),
}
