"""The rules of the sample portal: what it refuses, and with which words. It speaks the interface of the real one as far as known.

The codes other than "0" are this sample's own: of the real portal only "0" and "00" are known. Pure: rows are the matter of
the actions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core import signing

from tinhso.services.national_portal.models import Kind
from tinhso.services.national_portal.schemas import problems_of

USER = PASSWORD = "mau"  # noqa: S105 - the sample's own, open to everybody
_SESSION_SECONDS = 600
_SIGNER = signing.TimestampSigner(salt="tinhso.national_portal.demo")

# where a case may go from each status; staying is always allowed. Ended cases can be reopened after a complaint.
NEXT: Mapping[int, frozenset[int]] = {
    1: frozenset({2, 3, 4, 5, 7}),
    2: frozenset({4, 5, 6, 7, 8, 9}),
    3: frozenset({4}),
    4: frozenset({5, 6, 7, 8, 9}),
    5: frozenset({1, 2, 4, 7, 8}),
    6: frozenset({4, 5, 7, 8}),
    7: frozenset(),
    8: frozenset({4}),
    9: frozenset({4, 10}),
    10: frozenset({4}),
}
FIRST = frozenset({1, 2, 4})


@dataclass(frozen=True)
class Refused(Exception):
    """A refusal with its code."""

    code: str
    text: str


def new_session(said: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a request for a session."""
    if said.get("username") != USER or said.get("password") != PASSWORD:
        return {"error_code": "10", "error_message": "Sai tên đăng nhập hoặc mật khẩu", "session": ""}
    return {"error_code": 0, "session": _SIGNER.sign("mau")}


def check_envelope(said: Mapping[str, Any]) -> str:
    """The service asked for.

    Raises:
        Refused: the session is none of ours or old, or a part of the envelope is missing.
    """
    try:
        _SIGNER.unsign(str(said.get("session") or ""), max_age=_SESSION_SECONDS)
    except signing.BadSignature as error:
        raise Refused("11", "Phiên không hợp lệ hoặc đã hết hạn") from error
    for name in ("service", "madonvi", "dstcode"):
        if not isinstance(said.get(name), str) or (name != "dstcode" and not said[name]):
            raise Refused("20", f"Thiếu {name}")
    return str(said["service"])


def checked_records(said: Mapping[str, Any], kind: Kind) -> list[dict[str, Any]]:
    """The records of a call, each of the right form.

    Raises:
        Refused: the list is empty, a field is missing, of a wrong type or form, or not known at all.
    """
    data = said.get("data")
    if not isinstance(data, list) or not data or not all(isinstance(row, dict) for row in data):
        raise Refused("21", "data phải là danh sách hồ sơ")
    for row in data:
        if wrong := problems_of(kind, row):
            raise Refused("22", "; ".join(f"{field}: {text}" for field, text in wrong))
        if kind == Kind.PROGRESS and (unknown := row.keys() - _PROGRESS_FIELDS):
            raise Refused("23", f"Không có trường {', '.join(sorted(unknown))}")
    return data


_PROGRESS_FIELDS = {
    "MaHoSo",
    "NguoiXuLy",
    "ChucDanh",
    "ThoiDiemXuLy",
    "PhongBanXuLy",
    "NoiDungXuLy",
    "TrangThai",
    "NgayBatDau",
    "NgayKetThucTheoQuyDinh",
}


def check_step(code: str, before: int | None, after: int, *, updating: bool | None) -> None:
    """Whether a case may go from one status to another.

    Args:
        before: None when the portal has no such case.
        updating: what the sender says it does; None for progress.
    """
    if before is None:
        if updating is not False:
            raise Refused("30", f"Chưa có hồ sơ {code}")
        if after not in FIRST:
            raise Refused("31", f"Hồ sơ mới không thể ở trạng thái {after}")
        return
    if updating is False:
        raise Refused("32", f"Đã có hồ sơ {code}")
    if after != before and after not in NEXT[before]:
        raise Refused("33", f"Không thể chuyển từ trạng thái {before} sang {after}")


CATALOGUE: list[dict[str, Any]] = [
    {
        "MATTHC": code,
        "TENTTHC": name,
        "LINHVUCTHUCHIEN": [{"MALINHVUC": field_code, "TENLINHVUC": field}],
        "COQUANTHUCHIEN": [{"TENDONVI": "Ủy ban nhân dân cấp xã"}],
    }
    for code, name, field_code, field in (
        ("1.001193", "Đăng ký khai sinh", "G15-HT02", "Hộ tịch"),
        ("2.000635", "Cấp bản sao trích lục hộ tịch", "G15-HT02", "Hộ tịch"),
        ("1.004873", "Cấp Giấy xác nhận tình trạng hôn nhân", "G15-HT02", "Hộ tịch"),
        ("2.000815", "Chứng thực bản sao từ bản chính giấy tờ, văn bản", "G15-CT01", "Chứng thực"),
        ("1.000894", "Đăng ký kết hôn", "G15-HT02", "Hộ tịch"),
    )
]
