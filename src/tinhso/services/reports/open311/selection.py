"""Which requests a program asks for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from tinhso.kernel.time import VIETNAM
from tinhso.services.reports.open311.errors import wrong

MOST_DAYS, MOST = 90, 1000
_SPAN = timedelta(days=MOST_DAYS)
_MOST_ROWS = 200_000
_W3C = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_STATES = {"open": Q(case__ended_at=None), "closed": Q(case__ended_at__isnull=False)}


@dataclass(frozen=True)
class Selection:
    """ids: numbers of reports; they override all else. since, until: when it was handed in."""

    ids: tuple[str, ...]
    condition: Q
    since: datetime
    until: datetime
    start: int
    size: int

    @classmethod
    def of(cls, asked: Mapping[str, str], at: datetime) -> "Selection":
        """
        Raises:
            Refused: a date, a state or a page that is none, or a span of more than 90 days.
        """
        page, size = _number(asked, "page", 1, _MOST_ROWS), _number(asked, "page_size", MOST, MOST)
        if page * size > _MOST_ROWS:
            raise wrong("page", _("quá xa; hãy chọn khoảng ngày hẹp hơn"))
        since, until = _span(asked, at)
        return cls(
            ids=_listed(asked, "service_request_id"),
            condition=_services(_listed(asked, "service_code")) & _states(_listed(asked, "status")),
            since=since,
            until=until,
            start=(page - 1) * size,
            size=size,
        )


def _listed(asked: Mapping[str, str], name: str) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(value for text in asked.get(name, "").split(",") if (value := text.strip())))
    if len(values) > MOST:
        raise wrong(name, _("nhiều nhất %(limit)s giá trị") % {"limit": MOST})
    return values


def _services(codes: tuple[str, ...]) -> Q:
    """A field's code alone stands for all its services."""
    found = Q()
    for code in codes:
        field, _dot, kind = code.partition(".")
        found |= Q(case__procedure__code=field, kind=kind) if kind else Q(case__procedure__code=field)
    return found


def _states(names: tuple[str, ...]) -> Q:
    found = Q()
    for name in names:
        if name.lower() not in _STATES:
            raise wrong("status", "open, closed")
        found |= _STATES[name.lower()]
    return found


def _span(asked: Mapping[str, str], at: datetime) -> tuple[datetime, datetime]:
    since, until = moment(asked, "start_date"), moment(asked, "end_date")
    if since is None:
        until = until or at
        return until - _SPAN, until
    until = until or since + _SPAN
    if until < since:
        raise wrong("end_date", _("sớm hơn start_date"))
    if until - since > _SPAN:
        raise wrong("start_date, end_date", _("cách nhau nhiều nhất %(limit)s ngày") % {"limit": MOST_DAYS})
    return since, until


def moment(asked: Mapping[str, str], name: str) -> datetime | None:
    """A W3C date and time; without an offset it is Viet Nam's. A plus sign that came as a space is a plus sign."""
    text = asked.get(name, "").strip().replace(" ", "+")
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text) if _W3C.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or not 1990 <= found.year <= 2200:
        raise wrong(name, _("phải viết như 2026-01-31T08:00:00+07:00"))
    return found if found.tzinfo else found.replace(tzinfo=VIETNAM)


def _number(asked: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = asked.get(name, "").strip()
    if not text:
        return default
    if not re.fullmatch(r"\d{1,7}", text, re.ASCII) or not 1 <= int(text) <= most:
        raise wrong(name, _("phải là số từ 1 đến %(limit)s") % {"limit": most})
    return int(text)
