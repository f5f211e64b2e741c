"""The portal's catalogue of procedures, downloaded."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.timezone import now

from tinhso.blocks.cases.queries import catalogue
from tinhso.kernel.actions import action, record
from tinhso.services.national_portal.client import Portal
from tinhso.services.national_portal.models import PortalProcedure
from tinhso.services.national_portal.options import Options


def download(options: Options, *, clock: Callable[[], datetime] = now) -> int:
    """Fetch the list, and all about the procedures that we handle; returns how many the portal lists.

    Raises:
        Unreachable: the portal does not answer; what was fetched before stays.
    """
    portal = Portal(options)
    listed = {code: row for row in _rows(portal, "LayDanhSachTTHC") if (code := _code(row))}
    ours = set(catalogue().values_list("code", flat=True)) & listed.keys()
    for code in sorted(ours):
        listed[code] = next((row for row in _rows(portal, "LayThuTuc", maTTHC=code) if _code(row) == code), listed[code])
    return keep(listed, at=clock()) if listed else 0


def _rows(portal: Portal, service: str, **content: str) -> list[dict[str, Any]]:
    answer = portal.call(service, **content)
    rows = answer.result if answer.good and isinstance(answer.result, list) else []
    return [row for row in rows if isinstance(row, dict)]


def _code(row: dict[str, Any]) -> str:
    return str(row.get("MATTHC") or row.get("MaTTHC") or "")[:60]


@action
def keep(listed: dict[str, dict[str, Any]], *, at: datetime) -> int:
    """Keep the catalogue as downloaded; procedures no longer listed go."""
    PortalProcedure.objects.exclude(pk__in=listed).delete()
    for code, row in listed.items():
        fields = row.get("LINHVUCTHUCHIEN")
        field = fields[0] if isinstance(fields, list) and fields and isinstance(fields[0], dict) else {}
        values = {
            "name": str(row.get("TENTTHC") or row.get("TenTTHC") or code)[:1000],
            "field_code": str(field.get("MALINHVUC") or "")[:60],
            "field": str(field.get("TENLINHVUC") or "")[:300],
            "content": row,
            "fetched_at": at,
        }
        last, _new = PortalProcedure.objects.update_or_create(pk=code, defaults=values)
    record("national_portal.catalogue", by=None, on=last, count=len(listed))
    return len(listed)
