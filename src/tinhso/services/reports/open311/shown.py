"""A report as a service request: what the public page shows, and no more."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import FloatField, Func, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from tinhso.blocks.cases.queries import procedure_titles
from tinhso.kernel.fixed_query import Among, FixedQuery, Param
from tinhso.kernel.time import local
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.models import Photo, Report
from tinhso.services.reports.open311.catalogue import service_code
from tinhso.services.reports.open311.keys import came_by
from tinhso.services.reports.open311.selection import Selection
from tinhso.services.reports.open311.tables import ApiKey
from tinhso.services.reports.queries import kind_titles


class _Row(NamedTuple):
    """What is read of a report: by fifty and more, so that no objects are made. In the order of `_COLUMNS`."""

    pk: int
    code: str
    procedure: int
    field: str
    kind: str
    ended_at: datetime | None
    submitted_at: datetime
    due_at: datetime | None
    reopened: int
    submission_key: str | None
    agency: str
    shown: str
    shown_at: datetime | None
    text: str
    answer: str
    answered_at: datetime | None
    me_too: int
    where: str
    place: int | None
    unit: str | None
    unit_code: str | None
    long: float | None
    lat: float | None
    photos: Sequence[int]

    @property
    def public(self) -> bool:
        return self.shown == Report.Shown.PUBLIC


_COLUMNS = (
    *("pk", "case__code", "case__procedure", "case__procedure__code", "kind"),
    *("case__ended_at", "case__submitted_at", "case__due_at", "case__reopened", "case__submission_key", "case__agency__name"),
    *("shown", "shown_at", "text", "answer", "answered_at", "me_too"),
    *("where", "case__place", "case__place__unit__name", "case__place__unit__code", "long", "lat", "seen"),
)


def _rows() -> "QuerySet[Report, Any]":
    seen = Photo.objects.filter(report=OuterRef("pk"), public=True).order_by("pk").values("pk")
    long, lat = (Func("case__place__point", function=name, output_field=FloatField()) for name in ("ST_X", "ST_Y"))
    return Report.objects.annotate(long=long, lat=lat, seen=ArraySubquery(seen)).values_list(*_COLUMNS)


_BY_KEYS: FixedQuery[Report, tuple[Any, ...]] = FixedQuery(lambda: _rows().filter(Among("pk", Param("keys"))))
_BY_CODE: FixedQuery[Report, tuple[Any, ...]] = FixedQuery(lambda: _rows().filter(case__code=Param("code")))


def requests_shown(selection: Selection, at: datetime, *, more: bool) -> list[dict[str, Any]]:
    """Two queries, however many there are: which, planned anew for what is asked, and what they show, in a prepared statement."""
    keys = list(_selected(selection).values_list("pk", flat=True))
    if not keys:
        return []
    rows = {row.pk: row for row in map(_Row._make, _BY_KEYS.rows(keys=keys))}
    words = _Words.at(at)
    return [shown(rows[key], words, more=more) for key in keys if key in rows]


def _selected(selection: Selection) -> "QuerySet[Report]":
    found = Report.objects.filter(shown=Report.Shown.PUBLIC).order_by("-case__submitted_at", "-case")
    if selection.ids:
        return found.filter(case__code__in=selection.ids)
    span = (selection.since, selection.until)
    found = found.filter(selection.condition, case__family=REPORTS.code, case__submitted_at__range=span)  # as its index begins
    return found[selection.start : selection.start + selection.size]


def request_shown(code: str, at: datetime, key: ApiKey | None, *, more: bool) -> dict[str, Any] | None:
    """One of them. A report that is not public is shown without words, place and pictures to the key it came by."""
    found = _BY_CODE.first(code=code)
    if found is None:
        return None
    row = _Row._make(found)
    return shown(row, _Words.at(at), more=more) if row.public or came_by(row.submission_key, key) else None


class _Words(NamedTuple):
    """What stands in every answer alike, in the reader's language. services: by code; fields: by the procedure's key."""

    services: Mapping[str, str]
    fields: Mapping[int, str]
    working: str
    waiting: str
    hidden: str

    @classmethod
    def at(cls, moment: datetime) -> "_Words":
        states = _("Đang xử lý"), _("Chờ kiểm duyệt trước khi công khai"), _("Không công khai")
        return cls(kind_titles(moment), procedure_titles(), *states)


def shown(row: _Row, words: _Words, *, more: bool) -> dict[str, Any]:
    """
    Args:
        more: with `extended_attributes`.
    """
    public = row.public
    code = service_code(row.field, row.kind)
    placed = public and row.place is not None
    changes = (row.submitted_at, row.shown_at, row.answered_at, row.ended_at)
    found = {
        "service_request_id": row.code,
        "status": "open" if row.ended_at is None else "closed",
        "status_notes": _notes(row, words),
        "service_name": words.services.get(code) or words.fields.get(row.procedure),
        "service_code": code,
        "description": row.text if public else None,
        "agency_responsible": row.agency,
        "service_notice": None,
        "requested_datetime": _written(row.submitted_at),
        "updated_datetime": _written(max(change for change in changes if change)),
        "expected_datetime": _written(row.due_at),
        "address": (row.where or row.unit or "") if placed else None,
        "address_id": row.unit_code if placed else None,
        "zipcode": None,
        "lat": round(row.lat, 6) if public and row.lat is not None else None,
        "long": round(row.long, 6) if public and row.long is not None else None,
        "media_url": _picture(row.photos) if public else None,
    }
    return {**found, "extended_attributes": _more(row)} if more and public else found


def _notes(row: _Row, words: _Words) -> str:
    if not row.public:
        return words.waiting if row.shown == Report.Shown.WAITING else words.hidden
    return row.answer if row.ended_at else words.working


def _picture(photos: Iterable[int]) -> str | None:
    first = next(iter(photos), None)
    return f"{settings.PUBLIC_URL}{reverse('open311:picture', args=[first])}" if first else None


def _more(row: _Row) -> dict[str, Any]:
    return {
        "field": row.field,
        "me_too": row.me_too,
        "times_reopened": row.reopened,
        "published_datetime": _written(row.shown_at),
        "answered_datetime": _written(row.answered_at),
        "media_urls": " ".join(filter(None, (_picture([photo]) for photo in row.photos))) or None,
    }


def _written(moment: datetime | None) -> str | None:
    return local(moment).isoformat(timespec="seconds") if moment else None
