"""Cases handed in at the portal come in once, by the house's own action."""

import base64
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.conf import settings as configured
from django.test import Client

from tinhso.blocks.cases.models import Case, ProcedureVersion
from tinhso.blocks.cases.tests.conftest import Town
from tinhso.services.national_portal.models import Arrival, CaseExchange
from tinhso.services.national_portal.tests.conftest import Line

ADDRESS = "/tich-hop/cong-quoc-gia/nhan-ho-so/"


def _pdf() -> bytes:
    out = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


PDF = _pdf()


def _handed_in(**changes: Any) -> dict[str, Any]:
    return {
        "MaHoSo": "G22.99-261116-000123",
        "MaTTHC": "9.000001",
        "MaDonVi": "H20.70",
        "ChuHoSo": "Đặng Thị Ánh",
        "MaDoiTuong": "082190000123",
        "TaiKhoanDuocXacThucVoiVNeID": "1",
        "Email": "anh@example.com",
        "SoDienThoai": "0900000001",
        "DuLieuBieuMau": {"applicant": {"full_name": "Đặng Thị Ánh", "copies": 2}},
        "TaiLieuNop": [_document(PDF)],
        **changes,
    }


def _document(content: bytes) -> dict[str, str]:
    return {"MaThanhPhanHoSo": "don", "TenTepDinhKem": "don.pdf", "NoiDungTep": base64.b64encode(content).decode()}


def _send(said: object, key: str | None = None) -> Any:
    key = str(configured.NATIONAL_PORTAL["inbound_key"]) if key is None else key
    return Client().post(ADDRESS, said, content_type="application/json", headers={"authorization": f"Bearer {key}"})


@pytest.fixture(autouse=True)
def ready(version: ProcedureVersion, settings: Any) -> None:
    settings.NATIONAL_PORTAL = {**settings.NATIONAL_PORTAL, "accepts": True}


def test_a_case_from_the_portal_becomes_a_case_here(town: Town) -> None:
    answer = _send(_handed_in()).json()
    case = Case.objects.get()
    assert answer == {"error_code": "0", "error_message": "", "MaHoSo": "G22.99-261116-000123", "SoBienNhan": case.code}
    assert (case.applicant, case.agency, case.channel) == (town.citizen, town.agency, 2)
    assert case.parts.get(code="don").files.count() == 1
    assert CaseExchange.objects.get(case=case).from_portal


def test_the_same_case_again_is_answered_the_same() -> None:
    assert _send(_handed_in()).json() == _send(_handed_in()).json()
    assert (Case.objects.count(), Arrival.objects.count()) == (1, 1)


def test_another_case_under_the_same_code_is_refused() -> None:
    _send(_handed_in())
    assert _send(_handed_in(ChuHoSo="Người Khác")).status_code == 409
    assert Case.objects.count() == 1


def test_a_number_the_portal_does_not_vouch_for_gives_nobody_a_case() -> None:
    _send(_handed_in(TaiKhoanDuocXacThucVoiVNeID="0"))
    assert Case.objects.get().applicant is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ChuHoSo": ""}, "ChuHoSo"),
        ({"MaHoSo": 7}, "MaHoSo"),
        ({"DuLieuBieuMau": None}, "DuLieuBieuMau"),
        ({"TaiLieuNop": [{"MaThanhPhanHoSo": "don"}]}, "TaiLieuNop.0"),
        ({"TaiLieuNop": []}, "parts.don"),
    ],
)
def test_what_is_missing_or_wrong_is_named(changes: dict[str, Any], field: str) -> None:
    answer = _send(_handed_in(**changes))
    assert answer.status_code == 422
    assert field in answer.json()["fields"]
    assert not Case.objects.exists()


def test_without_the_key_nothing_is_taken_in() -> None:
    assert _send(_handed_in(), key="wrong").status_code == 401
    assert not Case.objects.exists()


def test_where_the_own_portal_takes_applications_the_door_is_not_there(settings: Any) -> None:
    settings.NATIONAL_PORTAL = {**settings.NATIONAL_PORTAL, "accepts": False}
    assert _send(_handed_in()).status_code == 404


def test_its_progress_goes_back_under_the_portal_s_code(line: Line) -> None:
    from tinhso.services.national_portal.actions.queueing import queue_case
    from tinhso.services.national_portal.models import DemoCase, Message

    _send(_handed_in())
    case = Case.objects.get()
    DemoCase.objects.create(portal_code="G22.99-261116-000123", status=1, record={})
    queue_case(case.pk, at=line.now)
    line.send()
    assert Message.objects.get(case=case).state == "sent"
    assert DemoCase.objects.get().record["SoBienNhan"] == case.code
