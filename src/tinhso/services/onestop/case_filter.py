"""What the list of cases is narrowed to: read from its address, shown in its filter bar, kept under a name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, reduce
from operator import and_
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from tinhso.blocks.cases.clock import Hands, overdue, standing_still
from tinhso.blocks.cases.models import Case, Status
from tinhso.blocks.cases.queries import Reach, all_cases, catalogue, fixed_search, fixed_ways, procedure_codes, search_shape
from tinhso.blocks.directory.calendars import agency_calendar_by_id
from tinhso.blocks.directory.models import Person
from tinhso.blocks.directory.queries import agency_codes
from tinhso.kernel.fixed_query import Param
from tinhso.kernel.paging import FixedPages, Page
from tinhso.kernel.text.numbers import whole_number
from tinhso.kernel.time import VIETNAM, Remaining, local

NAMES = ("q", "trang_thai", "thu_tuc", "han", "tu", "den")
LONGEST_SEARCH = 200
_FIRST_YEAR, _LAST_YEAR = 1900, 2200  # beyond, days cannot be reckoned with

Row = dict[str, Any]
"""What is read of a case for a list: `_ROW`."""


@dataclass(frozen=True)
class CaseFilter:
    """What was asked for. Anything that makes no sense is passed over."""

    text: str = ""
    status: int | None = None
    procedure: str = ""
    term: str = ""
    first: date | None = None
    last: date | None = None
    agency: str = ""
    """its code; asked for by programs alone"""

    @classmethod
    def read(cls, address: QueryDict) -> "CaseFilter":
        status, term = whole_number(address.get("trang_thai", "")), address.get("han", "")
        return cls(
            text=address.get("q", "").strip()[:LONGEST_SEARCH],
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

    def page(self, person: Person, moment: datetime, cursor: str | None = None) -> Page[Row]:
        """One page of the cases that somebody may see and that were asked for, newest first."""
        reach, (words, sought) = Reach.of(person), search_shape(self.text)
        values = {name: value for name, value in self._values(moment).items() if value is not None}
        rules = tuple(sorted(rule for rule in _RULES if rule in values or rule == self.term))
        return _PAGES.page(*reach.shape, words, rules, cursor=cursor, **reach.values, **sought, **values)

    def _values(self, moment: datetime) -> dict[str, object]:
        """None where nothing was asked for."""
        today = local(moment).replace(hour=0, minute=0, second=0, microsecond=0)
        last = self.last and self.last + timedelta(days=1)
        return {
            "status": self.status,
            "procedure": _key_of(self.procedure, procedure_codes()) if self.procedure else None,
            "agency": _key_of(self.agency, agency_codes()) if self.agency else None,
            "first": self.first and datetime.combine(self.first, time(), VIETNAM),
            "last": last and datetime.combine(last, time(), VIETNAM),
            "now": moment,
            "due_before": today + timedelta(days=_DUE_WITHIN.get(self.term, 0) + 1),
        }

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


def with_left(rows: Iterable[Row], moment: datetime) -> list[tuple[Row, Remaining | None]]:
    """Each with what is left of its term; None where no clock runs."""
    calendar = cache(agency_calendar_by_id)  # most lists are of few agencies
    return [(row, hands_of(row).left(moment, calendar(row["agency"]), row["term_version"] or row["version"])) for row in rows]


def hands_of(row: Row) -> Hands:
    return Hands(row["status"], row["received_at"], row["due_at"], row["ended_at"])


def _key_of(code: str, codes: Mapping[int, str | None]) -> int:
    return next((key for key, known in codes.items() if known == code), 0)


_ROW = (
    *("pk", "code", "procedure", "agency", "status", "applicant_name", "submitted_at", "received_at", "due_at", "ended_at"),
    *("version", "term_version"),
)
_DUE_WITHIN = {"hom-nay": 0, "ba-ngay": 3}
_DUE_SOON = Q(ended_at=None, due_at__gte=Param("now"), due_at__lt=Param("due_before"))
_TERMS: dict[str, Q] = {
    "qua-han": overdue(Param("now")),  # type: ignore[arg-type]
    "hom-nay": _DUE_SOON,
    "ba-ngay": _DUE_SOON,
    "dung": Q(ended_at=None) & standing_still(),
}
_RULES: dict[str, Q] = {
    "status": Q(status=Param("status")),
    "procedure": Q(procedure=Param("procedure")),
    "agency": Q(agency=Param("agency")),
    "first": Q(submitted_at__gte=Param("first")),
    "last": Q(submitted_at__lt=Param("last")),
    **_TERMS,
}


def _asked(
    one: bool, below: int, came_to: int, words: int, rules: tuple[str, ...]
) -> tuple[QuerySet[Case, Row], list[QuerySet[Case]]]:
    rule = reduce(and_, (_RULES[name] for name in rules), Q())
    return all_cases().values(*_ROW), [fixed_search(way.filter(rule), words) for way in fixed_ways(one, below, came_to)]


_PAGES = FixedPages(Case, _asked, order=("-submitted_at",))
