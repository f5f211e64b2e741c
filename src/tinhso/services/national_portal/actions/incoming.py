"""Cases handed in at the portal are taken in by the house's own action, once each."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.files.base import ContentFile
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.intake import Applicant, HandedIn, submit_case
from tinhso.blocks.cases.models import Channel
from tinhso.blocks.cases.queries import procedure_in_force
from tinhso.blocks.directory.models import Person
from tinhso.blocks.directory.queries import agency_by_code, person_by_identity_number
from tinhso.blocks.files.actions import store_upload
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.services.national_portal.models import Arrival, CaseExchange

_TEXTS = ("MaHoSo", "MaTTHC", "MaDonVi", "ChuHoSo", "MaDoiTuong", "Email", "SoDienThoai", "DiaChi", "TaiKhoanDuocXacThucVoiVNeID")
_NEEDED = ("MaHoSo", "MaTTHC", "MaDonVi", "ChuHoSo")
_LONGEST = 300


@action
def take_in(said: Mapping[str, Any], *, at: datetime | None = None) -> Arrival:
    """Make a case of what was handed in at the portal. The same case again is answered with the first one.

    Raises:
        Invalid: something is missing or wrong; `fields` names it.
        NotFound: no such procedure in force, no such agency.
        WrongState: another case was sent under this code, or the agency does not handle the procedure.
    """
    moment = at or now()
    texts = _texts(said)
    code = texts["MaHoSo"]
    digest = sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    if known := Arrival.objects.select_related("case").filter(portal_code=code).first():
        return _same(known, digest)
    answers = said.get("DuLieuBieuMau")
    if not isinstance(answers, dict):
        raise Invalid(_("Thiếu dữ liệu biểu mẫu."), fields={"DuLieuBieuMau": _("thiếu")})
    version = procedure_in_force(texts["MaTTHC"], moment)
    agency = agency_by_code(texts["MaDonVi"])
    applicant = Applicant(
        name=texts["ChuHoSo"],
        identity_number=texts["MaDoiTuong"],
        phone=texts["SoDienThoai"],
        email=texts["Email"],
        address=texts["DiaChi"],
        person=_person(texts),
    )
    case = submit_case(
        version,
        answers,
        agency=agency,
        applicant=applicant,
        by=None,
        channel=Channel.ONLINE,
        parts=_parts(said.get("TaiLieuNop") or []),
        submission_key=f"dvcqg:{sha256(code.encode()).hexdigest()[:48]}",
        at=moment,
    )
    exchange, _new = CaseExchange.objects.update_or_create(
        case=case, defaults={"portal_code": code, "from_portal": True, "registered": True, "status": case.status}
    )
    arrival, _new = Arrival.objects.get_or_create(portal_code=code, defaults={"digest": digest, "case": case, "at": moment})
    record("national_portal.taken_in", by=None, on=exchange, agency=agency, code=case.code, portal_code=code)
    return _same(arrival, digest)


def _same(known: Arrival, digest: str) -> Arrival:
    if known.digest != digest:
        raise WrongState(_("Đã nhận hồ sơ khác mang mã %(code)s.") % {"code": known.portal_code})
    return known


def _texts(said: Mapping[str, Any]) -> dict[str, str]:
    wrong: dict[str, object] = {}
    for name in _TEXTS:
        value = said.get(name, "")
        if not isinstance(value, str) or len(value) > _LONGEST or "\0" in value:
            wrong[name] = _("sai kiểu dữ liệu")
        elif name in _NEEDED and not value.strip():
            wrong[name] = _("thiếu")
    if len(str(said.get("MaHoSo", ""))) > 60:
        wrong["MaHoSo"] = _("quá dài")
    if wrong:
        raise Invalid(_("Hồ sơ còn thiếu hoặc chưa đúng."), fields=wrong)
    return {name: str(said.get(name, "")).strip() for name in _TEXTS}


def _person(texts: Mapping[str, str]) -> Person | None:
    """The person of the register, where the portal vouches for who they are; a number alone proves nothing."""
    if texts["TaiKhoanDuocXacThucVoiVNeID"] != "1" or not texts["MaDoiTuong"]:
        return None
    return person_by_identity_number(None, texts["MaDoiTuong"])


def _parts(said: object) -> dict[str, HandedIn]:
    """Documents by part. They are judged by content like any upload."""
    if not isinstance(said, list):
        raise Invalid(_("Giấy tờ gửi kèm chưa đúng."), fields={"TaiLieuNop": _("sai kiểu dữ liệu")})
    found: dict[str, list[Any]] = {}
    for place, row in enumerate(said):
        try:
            content = base64.b64decode(row["NoiDungTep"], validate=True)
            name, part = str(row["TenTepDinhKem"]), str(row["MaThanhPhanHoSo"])
        except (TypeError, KeyError, binascii.Error, ValueError) as error:
            raise Invalid(_("Giấy tờ gửi kèm chưa đúng."), fields={f"TaiLieuNop.{place}": _("không hợp lệ")}) from error
        upload: Any = ContentFile(content, name=name)
        found.setdefault(part, []).append(store_upload(upload, by=None))
    return {part: HandedIn(files=files) for part, files in found.items()}
