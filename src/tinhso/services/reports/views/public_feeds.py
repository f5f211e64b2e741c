"""The released reports for programs: RSS, and open data as CSV and GeoJSON. Neither who sent one nor photos are in them."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from tinhso.blocks.identity.throttle import client_address
from tinhso.services.reports.limits import spend_download
from tinhso.services.reports.models import Report
from tinhso.services.reports.published import Selection, selected

_NEWEST = 50
_MOST = 100_000
COLUMNS = (
    "code",
    "field",
    "kind",
    "text",
    "agency",
    "unit",
    "lon",
    "lat",
    "submitted",
    "due",
    "answered",
    "answer",
    "me_too",
    "stars",
)
# what a spreadsheet would take for a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_safe
@cache_control(public=True, max_age=300)
def rss(request: HttpRequest) -> HttpResponse:
    """The newest reports of a selection."""
    home = settings.PUBLIC_URL + reverse("reports:list")
    feed = Rss201rev2Feed(
        title=_("Phản ánh hiện trường – %(province)s") % {"province": settings.PROVINCE_NAME},
        link=home,
        description=_("Phản ánh của người dân đã được công khai."),
        language="vi",
        feed_url=settings.PUBLIC_URL + request.get_full_path(),
    )
    for report in selected(Selection.of(request.GET.dict()), now())[:_NEWEST]:
        address = settings.PUBLIC_URL + reverse("reports:page", args=[report.case.code])
        feed.add_item(
            title=f"{report.case.procedure.name}: {report.text[:80]}",
            link=address,
            description=report.text,
            pubdate=report.shown_at,
            unique_id=address,
            unique_id_is_permalink=True,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/rss+xml; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=300)
def csv_file(request: HttpRequest) -> StreamingHttpResponse:
    """The dataset as a table, UTF-8 with the mark spreadsheets look for."""
    spend_download(address=client_address(request), at=now())

    def lines() -> Iterator[str]:
        yield "\ufeff" + _line(COLUMNS)
        for row in _rows(request):
            yield _line([_harmless(row[name]) for name in COLUMNS])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="phan-anh.csv"'
    return response


def _line(cells: Any) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


@require_safe
@cache_control(public=True, max_age=300)
def geojson(request: HttpRequest) -> StreamingHttpResponse:
    """The dataset as points."""
    spend_download(address=client_address(request), at=now())

    def parts() -> Iterator[str]:
        yield '{"type":"FeatureCollection","features":['
        for number, row in enumerate(row for row in _rows(request) if row["lon"] is not None):
            place = {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
            facts = {name: row[name] for name in COLUMNS if name not in {"lon", "lat"}}
            feature = {"type": "Feature", "id": row["code"], "geometry": place, "properties": facts}
            yield ("," if number else "") + json.dumps(feature, ensure_ascii=False)
        yield "]}"

    return StreamingHttpResponse(parts(), content_type="application/geo+json")


def _rows(request: HttpRequest) -> Iterator[dict[str, Any]]:
    found = selected(Selection.of(request.GET.dict()), now()).select_related(
        "case__procedure", "case__agency", "case__place__unit", "case__rating"
    )
    for report in found[:_MOST].iterator(chunk_size=2000):
        yield _row(report)


def _row(report: Report) -> dict[str, Any]:
    case = report.case
    place, rating = getattr(case, "place", None), getattr(case, "rating", None)
    point = place.point if place else None
    return {
        "code": case.code,
        "field": case.procedure.code,
        "kind": report.kind,
        "text": report.text,
        "agency": case.agency.name,
        "unit": place.unit.name if place and place.unit else "",
        "lon": round(point.x, 5) if point else None,
        "lat": round(point.y, 5) if point else None,
        "submitted": _when(case.submitted_at),
        "due": _when(case.due_at),
        "answered": _when(report.answered_at),
        "answer": report.answer,
        "me_too": report.me_too,
        "stars": rating.stars if rating else None,
    }


def _when(moment: Any) -> str:
    return localtime(moment).isoformat(timespec="seconds") if moment else ""
