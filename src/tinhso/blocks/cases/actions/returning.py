"""What shows that a result was returned."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.models import Case, ResultReturn
from tinhso.blocks.files.models import StoredFile
from tinhso.kernel.errors import Invalid

Way = ResultReturn.Way
_TRACKING = re.compile(r"[A-Z0-9-]{6,40}")


@dataclass(frozen=True)
class Receipt:
    """How a result is returned, and what shows it.

    receiver: who takes it at the counter; signature: drawn by them on a pad; on_paper: they sign on paper instead.
    tracking: the number the post gave.
    """

    way: str
    receiver: str = ""
    signature: StoredFile | None = None
    on_paper: bool = False
    tracking: str = ""


def proven(receipt: Receipt, *, ways: Collection[str] = Way.values) -> Receipt:
    """The receipt with only what its way needs.

    Raises:
        Invalid: no such way; at the counter nobody acknowledges; by post without a number.
    """
    receiver, tracking = " ".join(receipt.receiver.split())[:150], "".join(receipt.tracking.split()).upper()
    problems: dict[str, object] = {}
    if receipt.way not in ways:
        problems["way"] = _("Hãy chọn cách trả kết quả.")
    if receipt.way == Way.COUNTER and not receiver:
        problems["receiver"] = _("Hãy nhập tên người nhận.")
    if receipt.way == Way.COUNTER and not (receipt.signature or receipt.on_paper):
        problems["signature"] = _("Người nhận ký trên màn hình, hoặc đánh dấu đã ký nhận trên giấy.")
    if receipt.way == Way.POST and not _TRACKING.fullmatch(tracking):
        problems["tracking"] = _("Hãy nhập mã bưu gửi, từ 6 chữ và số.")
    if problems:
        raise Invalid(" ".join(map(str, problems.values())), fields=problems)
    if receipt.way == Way.COUNTER:
        return replace(receipt, receiver=receiver, tracking="")
    return Receipt(receipt.way, tracking=tracking if receipt.way == Way.POST else "")


def keep_receipt(case: Case, receipt: Receipt, *, at: datetime) -> ResultReturn:
    """Write it down; called while the case is being returned.

    Raises:
        Invalid: it proves nothing.
    """
    shown = proven(receipt)
    return ResultReturn.objects.create(
        case=case,
        way=shown.way,
        at=at,
        receiver=shown.receiver,
        signature=shown.signature,
        on_paper=shown.on_paper,
        tracking=shown.tracking,
    )
