"""The indicators of Decision 766/QĐ-TTg (23/06/2022): what each means, over what it is divided, and which cannot be told yet."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.figures.counting import Cell, Tally, tally_all
from tinhso.blocks.cases.models import Procedure

Text = str | Promise
_DAY = 86_400
_HUNDRED = 100


@dataclass(frozen=True)
class Definition:
    """What an indicator means. `above` and `below` name the measures divided, where they are of cases."""

    code: str
    title: Text
    meaning: Text
    numerator: Text
    denominator: Text
    above: str = ""
    below: str = ""


@dataclass(frozen=True)
class Value:
    """An indicator of a scope and period. `above` by `below`; without a denominator there is no value."""

    definition: Definition
    above: float
    below: int
    days: bool = False

    @property
    def value(self) -> float | None:
        """In percent, or in days; None where nothing can be divided (N/A)."""
        if not self.below:
            return None
        return round(self.above / self.below * (1 if self.days else _HUNDRED), 2)

    @property
    def share(self) -> float:
        """For bars."""
        return 0 if self.value is None or self.days else self.value


@dataclass(frozen=True)
class NotYet:
    """An indicator that cannot be told from the cases, and why."""

    code: str
    title: Text
    why: Text


ON_TIME = Definition(
    "2.1",
    _("Tỷ lệ hồ sơ giải quyết đúng hạn"),
    _(
        "Hồ sơ kết thúc không sau ngày hẹn trả. Kết thúc là lúc xử lý xong, trả kết quả, dừng hoặc từ chối; hồ sơ đang chờ "
        "bổ sung lần đầu tính theo lúc yêu cầu; hồ sơ chưa kết thúc tính đến cuối kỳ. Yêu cầu bổ sung quá một lần tính là trễ."
    ),
    _("Hồ sơ đúng hạn"),
    _("Hồ sơ tiếp nhận, xử lý trong kỳ"),
    "on_time_766",
    "handled",
)
MEAN_TIME = Definition(
    "2.2",
    _("Thời gian giải quyết trung bình (ngày)"),
    _("Từ lúc tiếp nhận đến lúc xử lý xong, trừ thời gian tạm dừng; đếm cả ngày nghỉ."),
    _("Tổng thời gian giải quyết (ngày)"),
    _("Hồ sơ kết thúc có kết quả trong kỳ"),
    below="with_result",
)
ONLINE_SERVICES = Definition(
    "3.1",
    _("Tỷ lệ thủ tục cung cấp dịch vụ công trực tuyến"),
    _("Thủ tục cung cấp toàn trình hoặc một phần trên tổng số thủ tục của danh mục."),
    _("Thủ tục toàn trình hoặc một phần"),
    _("Thủ tục trong danh mục"),
)
USED_SERVICES = Definition(
    "3.2",
    _("Tỷ lệ dịch vụ công trực tuyến có phát sinh hồ sơ"),
    _("Dịch vụ công trực tuyến có ít nhất một hồ sơ nộp trực tuyến được tiếp nhận trong kỳ."),
    _("Dịch vụ có hồ sơ trực tuyến"),
    _("Thủ tục toàn trình hoặc một phần"),
)
ONLINE = Definition(
    "3.3",
    _("Tỷ lệ hồ sơ nộp trực tuyến"),
    _("Hồ sơ nộp trực tuyến; hồ sơ đã kết thúc chỉ tính khi có kết quả điện tử."),
    _("Hồ sơ trực tuyến được tính"),
    _("Hồ sơ tiếp nhận trong kỳ"),
    "online_766",
    "received",
)
COUNTER = Definition(
    "3.3a",
    _("Tỷ lệ hồ sơ nộp trực tiếp"),
    _("Hồ sơ nộp tại bộ phận một cửa."),
    _("Hồ sơ nộp trực tiếp"),
    _("Hồ sơ tiếp nhận trong kỳ"),
    "counter",
    "received",
)
POST = Definition(
    "3.3b",
    _("Tỷ lệ hồ sơ nộp qua bưu chính"),
    _("Hồ sơ nộp qua dịch vụ bưu chính công ích."),
    _("Hồ sơ nộp qua bưu chính"),
    _("Hồ sơ tiếp nhận trong kỳ"),
    "post",
    "received",
)
PAYABLE_SERVICES = Definition(
    "3.5",
    _("Tỷ lệ thủ tục có giao dịch thanh toán trực tuyến"),
    _("Trong các thủ tục có hồ sơ phải nộp phí, lệ phí trong kỳ: thủ tục có ít nhất một hồ sơ thanh toán trực tuyến."),
    _("Thủ tục có thanh toán trực tuyến"),
    _("Thủ tục có hồ sơ phải nộp phí, lệ phí"),
)
PAID_ONLINE = Definition(
    "3.6",
    _("Tỷ lệ hồ sơ thanh toán trực tuyến"),
    _("Hồ sơ đã thanh toán trực tuyến trên số hồ sơ phải nộp phí, lệ phí; không tính hồ sơ miễn phí."),
    _("Hồ sơ thanh toán trực tuyến"),
    _("Hồ sơ phải nộp phí, lệ phí"),
    "paid_online",
    "with_fee",
)
ELECTRONIC_RESULT = Definition(
    "4.1",
    _("Tỷ lệ hồ sơ có kết quả điện tử"),
    _("Kết quả là văn bản điện tử đã ký số."),
    _("Hồ sơ có kết quả điện tử"),
    _("Hồ sơ kết thúc có kết quả trong kỳ"),
    "signed",
    "with_result",
)
DIGITISED = Definition(
    "4.2",
    _("Tỷ lệ số hóa hồ sơ, kết quả"),
    _("Hồ sơ có tệp điện tử cả trong thành phần hồ sơ và trong kết quả."),
    _("Hồ sơ số hóa cả hai phần"),
    _("Hồ sơ kết thúc có kết quả trong kỳ"),
    "digitised",
    "with_result",
)
SATISFIED = Definition(
    "5.4",
    _("Mức độ hài lòng"),
    _(
        "100 % trừ tỷ lệ trễ hạn và tỷ lệ bị đánh giá không hài lòng (1 hoặc 2 sao). Hồ sơ vừa trễ vừa bị đánh giá không hài "
        "lòng chỉ trừ một lần. Chưa có phản ánh, kiến nghị nên chưa trừ phần này."
    ),
    _("Hồ sơ đúng hạn và không bị đánh giá không hài lòng"),
    _("Hồ sơ tiếp nhận, xử lý trong kỳ"),
    "content",
    "handled",
)

_NATIONAL = _("Theo việc công bố, công khai trên Cổng Dịch vụ công quốc gia; hồ sơ không cho biết.")
_FEEDBACK = _("Hệ thống tiếp nhận phản ánh, kiến nghị chưa được đưa vào.")
_SHARED_STORE = _("Chưa có kho dữ liệu điện tử của tổ chức, cá nhân để dùng lại giấy tờ.")
NOT_YET = (
    NotYet("1.1–1.4", _("Công khai, minh bạch"), _NATIONAL),
    NotYet("4.3", _("Tỷ lệ khai thác, sử dụng lại thông tin, dữ liệu số hóa"), _SHARED_STORE),
    NotYet("4.4", _("Tỷ lệ chia sẻ dữ liệu"), _SHARED_STORE),
    NotYet("4.5", _("Tỷ lệ xác thực, dùng dữ liệu dân cư"), _("Chưa kết nối Cơ sở dữ liệu quốc gia về dân cư.")),
    NotYet("5.1–5.3", _("Tiếp nhận, xử lý phản ánh, kiến nghị"), _FEEDBACK),
)


def indicators(cells: Iterable[Cell], procedures: Collection[Procedure]) -> list[Value]:
    """All that can be told of some cells, `procedures` being those of the scope."""
    cells = list(cells)
    tally = tally_all(cells)
    online = {one.pk for one in procedures if one.grade != Procedure.Grade.INFORMATION}
    used = {cell.procedure for cell in cells if cell.tally["online"]}
    payable = {cell.procedure for cell in cells if cell.tally["with_fee"]}
    paid = {cell.procedure for cell in cells if cell.tally["paid_online"]}
    return [
        of_cases(ON_TIME, tally),
        mean_time(tally),
        Value(ONLINE_SERVICES, len(online), len(procedures)),
        Value(USED_SERVICES, len(used & online), len(online)),
        of_cases(ONLINE, tally),
        of_cases(COUNTER, tally),
        of_cases(POST, tally),
        Value(PAYABLE_SERVICES, len(paid & payable), len(payable)),
        of_cases(PAID_ONLINE, tally),
        of_cases(ELECTRONIC_RESULT, tally),
        of_cases(DIGITISED, tally),
        of_cases(SATISFIED, tally),
    ]


def of_cases(definition: Definition, tally: Tally) -> Value:
    """An indicator that divides one measure by another."""
    return Value(definition, tally[definition.above], tally[definition.below])


def mean_time(tally: Tally) -> Value:
    return Value(MEAN_TIME, round(tally.elapsed.total_seconds() / _DAY, 2), tally["with_result"], days=True)
