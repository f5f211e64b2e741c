"""A report as a service request: what the public page shows, and no more."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from tinhso.kernel.fixed_query import FixedQuery, Param
from tinhso.kernel.time import local
from tinhso.services.reports.family import REPORTS
from tinhso.services.reports.models import Photo, Report
from tinhso.services.reports.open311.catalogue import service_code
from tinhso.services.reports.open311.keys import came_by
from tinhso.services.reports.open311.selection import Selection
from tinhso.services.reports.open311.tables import ApiKey
from tinhso.services.reports.queries import fields_open, public_reports

Titles = dict[str, str]


def requests_shown(selection: Selection, at: datetime, *, more: bool) -> list[dict[str, Any]]:
    """Three queries, however many there are."""
    found = _with_photos(public_reports()).order_by("-case__submitted_at", "-case")
    if selection.ids:
        rows = found.filter(case__code__in=selection.ids)
    else:
        span = (selection.since, selection.until)
        rows = found.filter(selection.condition, case__family=REPORTS.code, case__submitted_at__range=span)  # as its index begins
        rows = rows[selection.start : selection.start + selection.size]
    titles = _titles(at)
    return [shown(report, titles, more=more) for report in rows]


def request_shown(code: str, at: datetime, key: ApiKey | None, *, more: bool) -> dict[str, Any] | None:
    """One of them. A report that is not public is shown without words, place and pictures to the key it came by."""
    found = _BY_CODE.first(code=code)
    if found is None or not (found.public or came_by(found.case, key)):
        return None
    found.seen = _PHOTOS.rows(report=found.pk)  # type: ignore[attr-defined]
    return shown(found, _titles(at), more=more)


_BY_CODE = FixedQuery(
    lambda: Report.objects.select_related("case__procedure", "case__agency", "case__place__unit").filter(case__code=Param("code"))
)
_PHOTOS = FixedQuery(lambda: Photo.objects.filter(report=Param("report"), public=True).order_by("pk"))


def _with_photos(reports: QuerySet[Report]) -> QuerySet[Report]:
    return reports.prefetch_related(Prefetch("photos", Photo.objects.filter(public=True).order_by("pk"), "seen"))


def _titles(at: datetime) -> Titles:
    return {service_code(field.code, kind.code): kind.label for field in fields_open(at) for kind in field.kinds}


def shown(report: Report, titles: Titles, *, more: bool) -> dict[str, Any]:
    """
    Args:
        more: with `extended_attributes`.
    """
    case, public = report.case, report.public
    code = service_code(case.procedure.code, report.kind)
    place = getattr(case, "place", None) if public else None
    point = place.point if place else None
    changes = (case.submitted_at, report.shown_at, report.answered_at, case.ended_at)
    found = {
        "service_request_id": case.code,
        "status": "open" if case.ended_at is None else "closed",
        "status_notes": _notes(report),
        "service_name": titles.get(code, case.procedure.title),
        "service_code": code,
        "description": report.text if public else None,
        "agency_responsible": case.agency.name,
        "service_notice": None,
        "requested_datetime": _written(case.submitted_at),
        "updated_datetime": _written(max(change for change in changes if change)),
        "expected_datetime": _written(case.due_at),
        "address": (report.where or (place.unit.name if place.unit else "")) if place else None,
        "address_id": place.unit.code if place and place.unit else None,
        "zipcode": None,
        "lat": round(point.y, 6) if point else None,
        "long": round(point.x, 6) if point else None,
        "media_url": _picture(report.seen) if public else None,  # type: ignore[attr-defined]
    }
    return {**found, "extended_attributes": _more(report)} if more and public else found


def _notes(report: Report) -> str:
    if not report.public:
        return _("Chờ kiểm duyệt trước khi công khai") if report.shown == Report.Shown.WAITING else _("Không công khai")
    return report.answer if report.case.ended_at else _("Đang xử lý")


def _picture(photos: Iterable[Photo]) -> str | None:
    first = next(iter(photos), None)
    return f"{settings.PUBLIC_URL}{reverse('open311:picture', args=[first.pk])}" if first else None


def _more(report: Report) -> dict[str, Any]:
    return {
        "field": report.case.procedure.code,
        "me_too": report.me_too,
        "times_reopened": report.case.reopened,
        "published_datetime": _written(report.shown_at),
        "answered_datetime": _written(report.answered_at),
        "media_urls": " ".join(filter(None, (_picture([photo]) for photo in report.seen))) or None,  # type: ignore[attr-defined]
    }


def _written(moment: datetime | None) -> str | None:
    return local(moment).isoformat(timespec="seconds") if moment else None
