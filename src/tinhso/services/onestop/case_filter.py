"""What the list of cases is narrowed to: read from its address, shown in its filter bar, kept under a name."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from tinhso.blocks.cases.clock import overdue, standing_still
from tinhso.blocks.cases.models import Case, Status
from tinhso.blocks.cases.queries import catalogue, search_cases
from tinhso.kernel.text.numbers import whole_number
from tinhso.kernel.time import VIETNAM, local

NAMES = ("q", "trang_thai", "thu_tuc", "han", "tu", "den")
_LONGEST_SEARCH = 200
_FIRST_YEAR, _LAST_YEAR = 1900, 2200  # beyond, days cannot be reckoned with


@dataclass(frozen=True)
class CaseFilter:
    """What was asked for. Anything that makes no sense is passed over."""

    text: str = ""
    status: int | None = None
    procedure: str = ""
    term: str = ""
    first: date | None = None
    last: date | None = None

    @classmethod
    def read(cls, address: QueryDict) -> "CaseFilter":
        status, term = whole_number(address.get("trang_thai", "")), address.get("han", "")
        return cls(
            text=address.get("q", "").strip()[:_LONGEST_SEARCH],
            status=status if status in Status.values else None,
            procedure=address.get("thu_tuc", "")[:60],
            term=term if term in _TERMS else "",
            first=_day(address.get("tu", "")),
            last=_day(address.get("den", "")),
        )

    def __bool__(self) -> bool:
        return self != CaseFilter()

    @property
    def address(self) -> str:
        """The same as the end of an address: "?q=anh&han=qua-han"."""
        given = zip(NAMES, (self.text, self.status, self.procedure, self.term, self.first, self.last), strict=True)
        return "?" + urlencode({name: value for name, value in given if value})

    def of(self, cases: QuerySet[Case], now: datetime) -> QuerySet[Case]:
        """Those of `cases` that were asked for."""
        found = search_cases(cases, self.text) if self.text else cases
        if self.status:
            found = found.filter(status=self.status)
        if self.procedure:
            found = found.filter(procedure__code=self.procedure)
        if self.term:
            found = found.filter(_TERMS[self.term](now))
        if self.first:
            found = found.filter(submitted_at__gte=datetime.combine(self.first, time(), VIETNAM))
        if self.last:
            found = found.filter(submitted_at__lt=datetime.combine(self.last + timedelta(days=1), time(), VIETNAM))
        return found

    def bar(self) -> list[dict[str, object]]:
        """The fields above the list."""
        everything = ("", _("Tất cả"))
        procedures = catalogue().order_by("name", "pk").only("code", "name", "name_en")
        return [
            {
                "name": "q",
                "label": _("Tìm hồ sơ"),
                "kind": "search",
                "value": self.text,
                "placeholder": _("Mã hồ sơ, họ tên, số định danh, điện thoại"),
            },
            _select("trang_thai", _("Trạng thái"), self.status or "", [everything, *Status.choices]),
            _select("thu_tuc", _("Thủ tục"), self.procedure, [everything, *((one.code, one.title) for one in procedures)]),
            _select(
                "han",
                _("Thời hạn"),
                self.term,
                [
                    everything,
                    ("qua-han", _("Quá hạn")),
                    ("hom-nay", _("Hết hạn hôm nay")),
                    ("ba-ngay", _("Hết hạn trong 3 ngày")),
                    ("dung", _("Đang tạm dừng")),
                ],
            ),
            {"name": "tu", "label": _("Nộp từ ngày"), "kind": "date", "value": self.first.isoformat() if self.first else ""},
            {"name": "den", "label": _("Đến hết ngày"), "kind": "date", "value": self.last.isoformat() if self.last else ""},
        ]


def _select(name: str, label: str, value: object, options: list[tuple[object, object]]) -> dict[str, object]:
    return {"name": name, "label": label, "kind": "select", "value": value, "options": options}


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def _due_within(now: datetime, days: int) -> Q:
    """Due from now on until the end of the day that comes after so many."""
    end = local(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=days + 1)
    return Q(ended_at=None, due_at__gte=now, due_at__lt=end)


_TERMS: dict[str, Callable[[datetime], Q]] = {
    "qua-han": overdue,
    "hom-nay": lambda now: _due_within(now, 0),
    "ba-ngay": lambda now: _due_within(now, 3),
    "dung": lambda now: Q(ended_at=None) & standing_still(),
}
