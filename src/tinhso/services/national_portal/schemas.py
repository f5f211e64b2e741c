"""What a record must look like, as JSON Schema, written from what is known of the portal's interface.

Which fields may be empty follows the notes in a public adapter of the interface; where those say nothing a field is asked for.
The portal itself stays the judge: a schema saves a useless call and names what is missing.
"""

from functools import cache
from typing import Any

import jsonschema_rs
from django.utils.translation import gettext as _

from tinhso.services.national_portal.models import Kind

_TEXT = {"type": "string", "maxLength": 4000}
_FILLED = {"type": "string", "minLength": 1, "maxLength": 4000}
_MOMENT = {"type": "string", "pattern": "^([0-9]{14})?$"}
_FILLED_MOMENT = {"type": "string", "pattern": "^[0-9]{14}$"}
_STATUS = {"type": "string", "enum": [str(number) for number in range(1, 11)]}
_ZERO_ONE = {"type": "string", "enum": ["0", "1"]}


def _list(required: list[str], **fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "object", "properties": fields, "required": required}}


def _status_is(*numbers: int) -> dict[str, Any]:
    return {"properties": {"TrangThaiHoSo": {"enum": [str(number) for number in numbers]}}}


CASE: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "MaHoSo": {**_FILLED, "maxLength": 60, "pattern": "^[A-Z0-9.-]+$"},
        "MaTTHC": {**_FILLED, "maxLength": 60},
        "TenTTHC": _FILLED,
        "MaLinhVuc": _FILLED,
        "TenLinhVuc": _FILLED,
        "SoBienNhan": _TEXT,
        "ChuHoSo": _FILLED,
        "LoaiDoiTuong": {"type": "string", "pattern": "^[0-9]$"},
        "MaDoiTuong": _TEXT,
        "ThongTinKhac": _TEXT,
        "Email": {"type": "string", "pattern": "^([^@ ]+@[^@ ]+)?$"},
        "Fax": _TEXT,
        "SoDienThoai": {"type": "string", "pattern": "^([0-9+ .()-]{8,20})?$"},
        "TrichYeuHoSo": _FILLED,
        "NgayTiepNhan": _FILLED_MOMENT,
        "NgayHenTra": _MOMENT,
        "TrangThaiHoSo": _STATUS,
        "NgayTra": _MOMENT,
        "ThongTinTra": _TEXT,
        "HinhThuc": _ZERO_ONE,
        "NgayKetThucXuLy": _MOMENT,
        "DonViXuLy": _FILLED,
        "GhiChu": _TEXT,
        "KenhThucHien": {"type": "string", "enum": ["1", "2", "3"]},
        "DuocThanhToanTrucTuyen": {"type": "string", "enum": ["1", "2"]},
        "DuocSoHoa": _ZERO_ONE,
        "TaiLieuNop": _list(
            ["TepDinhKemId", "TenTepDinhKem", "IsDeleted", "MaThanhPhanHoSo", "DuongDanTaiTepTin"],
            TepDinhKemId=_FILLED,
            TenTepDinhKem=_FILLED,
            IsDeleted={"type": "string", "enum": ["True", "False"]},
            MaThanhPhanHoSo=_FILLED,
            DuongDanTaiTepTin={"type": "string", "pattern": "^https?://"},
        ),
        "DanhSachLePhi": _list(
            ["TenPhiLePhi", "MaPhiLePhi", "HinhThucThu", "Gia", "LoaiPhiLePhi"],
            TenPhiLePhi=_FILLED,
            MaPhiLePhi=_TEXT,
            HinhThucThu=_FILLED,
            Gia={"type": "string", "pattern": "^[0-9]+$"},
            LoaiPhiLePhi=_FILLED,
        ),
        "DanhSachTepDinhKemKhac": {"type": "array"},
        "DanhSachHoSoBoSung": _list(
            ["HoSoBoSungId", "NguoiYeuCauBoSung", "NoiDungBoSung", "NgayBoSung", "TrangThaiBoSung"],
            HoSoBoSungId=_FILLED,
            NguoiYeuCauBoSung=_FILLED,
            NoiDungBoSung=_FILLED,
            NgayBoSung=_FILLED_MOMENT,
            NgayTiepNhanBoSung=_MOMENT,
            TrangThaiBoSung=_ZERO_ONE,
            NgayHenTraTruoc=_MOMENT,
            NgayHenTraMoi=_MOMENT,
        ),
        "DanhSachGiayToKetQua": _list(
            ["TenGiayTo", "MaThanhPhanHoSo", "GiayToId", "DuongDanTepTinKetQua"],
            TenGiayTo=_FILLED,
            GiayToId=_FILLED,
            DuongDanTepTinKetQua={"type": "string", "pattern": "^https?://"},
        ),
    },
    "required": [
        "MaHoSo",
        "MaTTHC",
        "TenTTHC",
        "MaLinhVuc",
        "TenLinhVuc",
        "ChuHoSo",
        "LoaiDoiTuong",
        "TrichYeuHoSo",
        "NgayTiepNhan",
        "NgayHenTra",
        "TrangThaiHoSo",
        "HinhThuc",
        "DonViXuLy",
    ],
    "allOf": [
        {"if": _status_is(2, 4), "then": {"properties": {"NgayHenTra": _FILLED_MOMENT}}},
        {
            "if": _status_is(5),
            "then": {"properties": {"DanhSachHoSoBoSung": {"minItems": 1}}, "required": ["DanhSachHoSoBoSung"]},
        },
        {"if": _status_is(9, 10), "then": {"properties": {"NgayKetThucXuLy": _FILLED_MOMENT}, "required": ["NgayKetThucXuLy"]}},
        {"if": _status_is(10), "then": {"properties": {"NgayTra": _FILLED_MOMENT}, "required": ["NgayTra"]}},
    ],
}

PROGRESS: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "MaHoSo": {**_FILLED, "maxLength": 60, "pattern": "^[A-Z0-9.-]+$"},
        "NguoiXuLy": _FILLED,
        "ChucDanh": _TEXT,
        "ThoiDiemXuLy": _FILLED_MOMENT,
        "PhongBanXuLy": _TEXT,
        "NoiDungXuLy": _FILLED,
        "TrangThai": _STATUS,
        "NgayBatDau": _MOMENT,
        "NgayKetThucTheoQuyDinh": _MOMENT,
    },
    "required": ["MaHoSo", "NguoiXuLy", "ThoiDiemXuLy", "NoiDungXuLy", "TrangThai"],
}

_SCHEMAS = {Kind.CASE: CASE, Kind.PROGRESS: PROGRESS}


@cache
def _validator(kind: Kind) -> Any:
    return jsonschema_rs.Draft202012Validator(_SCHEMAS[kind])


def problems_of(kind: Kind, record: dict[str, Any]) -> list[tuple[str, str]]:
    """What is missing or wrong, as (field, sentence). The sentences hold no values: they are kept and shown."""
    found = {}
    for error in _validator(kind).iter_errors(record):
        place = ".".join(str(part) for part in error.instance_path)
        rule = str(error.schema_path[-1]) if error.schema_path else ""
        if rule == "required":
            missing = [name for name in _required_of(error) if name not in (error.instance or {})]
            found.update({f"{place}.{name}".lstrip("."): _("thiếu") for name in missing})
        else:
            found.setdefault(place, _("để trống") if error.instance in ("", []) else _sentence(rule))
    return sorted(found.items())


def _required_of(error: Any) -> list[str]:
    return [str(getattr(error.kind, "property", ""))]


def _sentence(rule: str) -> str:
    sentences = {
        "pattern": _("sai dạng"),
        "enum": _("không thuộc các giá trị được phép"),
        "type": _("sai kiểu dữ liệu"),
        "maxLength": _("quá dài"),
    }
    return sentences.get(rule, _("không hợp lệ"))
