"""What the sample portal keeps."""

from collections.abc import Mapping
from typing import Any

from tinhso.blocks.directory.models import Person
from tinhso.kernel.actions import action, record
from tinhso.kernel.permissions import require
from tinhso.services.national_portal.demo_server import CATALOGUE, Refused, check_envelope, check_step, checked_records
from tinhso.services.national_portal.models import DemoBehaviour, DemoCase, Kind


@action
def behave(fault: DemoBehaviour.Fault, times: int, *, by: Person | None) -> DemoBehaviour:
    """Let the sample portal misbehave for the next calls."""
    require(by, "national_portal.manage")
    behaviour, _new = DemoBehaviour.objects.update_or_create(
        pk=1, defaults={"fault": fault, "times": min(times, 100) if fault else 0}
    )
    record("national_portal.demo_behaviour", by=by, on=behaviour, fault=behaviour.fault, times=behaviour.times)
    return behaviour


@action
def next_fault() -> DemoBehaviour.Fault:
    """The fault that befalls this call."""
    behaviour = DemoBehaviour.objects.select_for_update().filter(times__gt=0).first()
    if behaviour is None:
        return DemoBehaviour.Fault.NONE
    behaviour.times -= 1
    behaviour.save(update_fields=["times"])
    return DemoBehaviour.Fault(behaviour.fault)


def answer_call(said: Mapping[str, Any]) -> dict[str, Any]:
    """What the sample portal answers to a call; it takes all of the data or nothing."""
    try:
        return {"error_code": "0", "error_message": "", **_serve(check_envelope(said), said)}
    except Refused as refusal:
        return {"error_code": refusal.code, "error_message": refusal.text}


@action
def _serve(service: str, said: Mapping[str, Any]) -> dict[str, Any]:
    match service:
        case Kind.CASE.value:
            if said.get("isUpdating") not in ("True", "False"):
                raise Refused("24", 'isUpdating phải là "True" hoặc "False"')
            for row in checked_records(said, Kind.CASE):
                _take_case(row, updating=said["isUpdating"] == "True")
            return {"result": []}
        case Kind.PROGRESS.value:
            for row in checked_records(said, Kind.PROGRESS):
                _take_progress(row)
            return {"result": []}
        case "TraCuuHoSo":
            found = DemoCase.objects.filter(pk=str(said.get("mahoso") or "")).first()
            return {"result": [{**found.record, "TrangThaiHoSo": str(found.status)}] if found else []}
        case "LayDanhSachTTHC":
            return {"result": [{"MATTHC": row["MATTHC"], "TENTTHC": row["TENTTHC"]} for row in CATALOGUE]}
        case "LayThuTuc":
            return {"result": [row for row in CATALOGUE if row["MATTHC"] == said.get("maTTHC")]}
    raise Refused("25", f"Không có dịch vụ {service[:40]}")


def _take_case(row: dict[str, Any], *, updating: bool) -> None:
    code, status = row["MaHoSo"], int(row["TrangThaiHoSo"])
    known = DemoCase.objects.select_for_update().filter(pk=code).first()
    check_step(code, known.status if known else None, status, updating=updating)
    DemoCase.objects.update_or_create(pk=code, defaults={"status": status, "record": row})


def _take_progress(row: dict[str, Any]) -> None:
    code, status = row["MaHoSo"], int(row["TrangThai"])
    known = DemoCase.objects.select_for_update().filter(pk=code).first()
    check_step(code, known.status if known else None, status, updating=None)
    assert known is not None  # noqa: S101 - check_step has refused otherwise
    if row not in known.progress:
        known.progress.append(row)
    known.status = status
    known.save(update_fields=["progress", "status"])
