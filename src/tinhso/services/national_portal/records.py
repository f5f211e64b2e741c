"""The records the portal is sent, made from the case at the moment of sending, in the field names of its interface.

Moments are `yyyyMMddHHmmss` in Viet Nam's time, everything is text, what is not known is empty.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.signing import TimestampSigner
from django.urls import reverse
from django.utils.translation import override

from tinhso.blocks.cases.clock import first_due
from tinhso.blocks.cases.kept import CONTENTS
from tinhso.blocks.cases.models import Case, CaseInvoice, PartFile, Party, Status, Step, Supplement, TimelineEntry
from tinhso.blocks.cases.queries import all_cases
from tinhso.blocks.cases.timeline import TITLES
from tinhso.blocks.directory.models import Person
from tinhso.blocks.directory.queries import persons_posts
from tinhso.blocks.papers.render import verification_address
from tinhso.blocks.payments.models import Invoice
from tinhso.kernel.time import local
from tinhso.services.national_portal.models import Kind, Message, PortalProcedure
from tinhso.services.national_portal.options import Options

FILE_SIGNER = TimestampSigner(salt="tinhso.national_portal.file")
_ENDED = {Status.REFUSED, Status.WITHDRAWN, Status.STOPPED, Status.DONE, Status.RETURNED}


def moment(at: datetime | None) -> str:
    return f"{local(at):%Y%m%d%H%M%S}" if at else ""


@override("vi")
def record_of(message: Message, *, portal_code: str, options: Options) -> dict[str, Any]:
    """The record of a message, as it would be sent now."""
    case = all_cases().select_related("procedure", "version", "agency", "business").defer(*CONTENTS).get(pk=message.case_id)
    if message.kind == Kind.PROGRESS:
        return _progress(message, case, portal_code)
    return _case(message, case, portal_code, options)


def _case(message: Message, case: Case, portal_code: str, options: Options) -> dict[str, Any]:
    definition = case.version.definition
    party = case.parties.filter(role=Party.Role.APPLICANT).first() or Party(name=case.applicant_name)
    listed = PortalProcedure.objects.filter(pk=case.procedure.code).first()
    status = Status(message.status)
    invoice = _invoice(case)
    files = list(PartFile.objects.filter(part__case=case).select_related("part", "file").order_by("pk"))
    accepted = case.received_at is not None and status not in (Status.SUBMITTED, Status.REFUSED)
    return {
        "MaHoSo": portal_code,
        "MaTTHC": case.procedure.code,
        "TenTTHC": listed.name if listed else definition["name"],
        "MaLinhVuc": (listed.field_code if listed else "") or definition.get("field_code", ""),
        "TenLinhVuc": (listed.field if listed else "") or definition["field"],
        "SoBienNhan": case.code,
        "ChuHoSo": case.business.name if case.business else party.name,
        "LoaiDoiTuong": options.business if case.business else options.citizen,
        "MaDoiTuong": case.business.tax_code if case.business else party.identity_number,
        "ThongTinKhac": "",
        "Email": party.email,
        "Fax": "",
        "SoDienThoai": party.phone,
        "TrichYeuHoSo": definition["name"],
        "NgayTiepNhan": moment(case.received_at if accepted else case.submitted_at),
        "NgayHenTra": moment(case.due_at or first_due(case)) if accepted else "",
        "TrangThaiHoSo": str(int(status)),
        "NgayTra": moment(case.returned_at) if status == Status.RETURNED else "",
        "ThongTinTra": "",
        "HinhThuc": "0",
        "NgayKetThucXuLy": moment(case.ended_at) if status in _ENDED else "",
        "DonViXuLy": case.agency.name,
        "GhiChu": "",
        "KenhThucHien": str(case.channel),
        "DuocThanhToanTrucTuyen": "1" if invoice and invoice.method == Invoice.Method.ONLINE else "2",
        "DuocSoHoa": "1" if files else "0",
        "TaiLieuNop": [_file(row) for row in files] if options.send_files else [],
        "DanhSachLePhi": _fees(invoice, case),
        "DanhSachTepDinhKemKhac": [],
        "DanhSachHoSoBoSung": _supplements(case, message.at),
        "DanhSachGiayToKetQua": _results(case) if status in (Status.DONE, Status.RETURNED) else [],
    }


def _invoice(case: Case) -> Invoice | None:
    fee = CaseInvoice.objects.select_related("invoice").filter(case=case).first()
    return fee.invoice if fee else None


def _fees(invoice: Invoice | None, case: Case) -> list[dict[str, str]]:
    return [
        {
            "TenPhiLePhi": str(line.get("text") or "")[:300],
            "MaPhiLePhi": f"{case.procedure.code}-{number}",
            "HinhThucThu": "1" if invoice and invoice.method == Invoice.Method.ONLINE else "0",
            "Gia": str(int(line.get("amount") or 0)),
            "LoaiPhiLePhi": "1",
        }
        for number, line in enumerate(invoice.lines if invoice else (), 1)
    ]


def _file(row: PartFile) -> dict[str, str]:
    path = reverse("national_portal:file", args=[FILE_SIGNER.sign(str(row.pk))])
    return {
        "TepDinhKemId": str(row.pk),
        "TenTepDinhKem": row.file.name,
        "IsDeleted": "False",
        "MaThanhPhanHoSo": row.part.code,
        "DuongDanTaiTepTin": f"{settings.PUBLIC_URL}{path}",
    }


def _supplements(case: Case, until: datetime) -> list[dict[str, Any]]:
    asked = case.supplements.select_related("asked_by").filter(asked_at__lte=until).order_by("asked_at", "pk")
    return [_supplement(case, request, first=number == 0, until=until) for number, request in enumerate(asked)]


def _supplement(case: Case, request: Supplement, *, first: bool, until: datetime) -> dict[str, Any]:
    answered = request.answered_at if request.answered_at and request.answered_at <= until else None
    return {
        "HoSoBoSungId": str(request.pk),
        "NguoiYeuCauBoSung": request.asked_by.full_name,
        "NoiDungBoSung": request.content,
        "NgayBoSung": moment(request.asked_at),
        "NguoiTiepNhanBoSung": "",
        "ThongTinTiepNhan": "",
        "NgayTiepNhanBoSung": moment(answered),
        "TrangThaiBoSung": "1" if answered else "0",
        "DanhSachGiayToBoSung": [],
        "DanhSachLePhiBoSung": [],
        "NgayHenTraTruoc": moment(_promised_before(case)) if first else "",
        "NgayHenTraMoi": moment(case.due_at) if answered else "",
    }


def _promised_before(case: Case) -> datetime | None:
    """The day told at first, as it was written down when another took its place."""
    replaced = case.reappointments.filter(at__gte=case.received_at).order_by("at", "pk") if case.received_at else None
    first = replaced.first() if replaced is not None else None
    return first.before if first else first_due(case)


def _results(case: Case) -> list[dict[str, str]]:
    return [
        {
            "TenGiayTo": row.paper.title,
            "MaThanhPhanHoSo": "",
            "GiayToId": row.paper.verification_code,
            "DuongDanTepTinKetQua": verification_address(row.paper.verification_code),
        }
        for row in case.papers.select_related("paper").filter(is_result=True)
    ]


def _progress(message: Message, case: Case, portal_code: str) -> dict[str, Any]:
    entry = TimelineEntry.objects.select_related("actor").filter(pk=message.entry or 0).first()
    step = _step_of(entry, case) if entry and entry.event == "step_done" else None
    actor = entry.actor if entry else None
    return {
        "MaHoSo": portal_code,
        "NguoiXuLy": actor.full_name if actor else case.agency.name,
        "ChucDanh": _title_of(actor, case, message.at),
        "ThoiDiemXuLy": moment(message.at),
        "PhongBanXuLy": case.agency.name,
        "NoiDungXuLy": _what(message, step),
        "TrangThai": str(int(message.status)),
        "NgayBatDau": moment(step.opened_at if step else None),
        "NgayKetThucTheoQuyDinh": moment(step.due_at if step else None),
    }


def _step_of(entry: TimelineEntry, case: Case) -> Step | None:
    """The step an entry tells of. Steps done at the very same moment are told one after the other."""
    same = TimelineEntry.objects.filter(case=case, event=entry.event, at=entry.at)
    place = same.filter(pk__lt=entry.pk).count()
    return case.steps.filter(done_at=entry.at).order_by("pk")[place : place + 1].first()


def _what(message: Message, step: Step | None) -> str:
    """What was done. Notes are written for colleagues and stay in the house."""
    title = str(TITLES.get(message.event, message.event))
    return f"{title}: {step.name}" if step else title


def _title_of(actor: Person | None, case: Case, at: datetime) -> str:
    posts = persons_posts(actor, local(at).date()) if actor else []
    return next((post.title for post in posts if post.agency_id == case.agency_id), "")


# what a screen shows of a record: enough to recognise it, not enough to copy it
_PERSONAL = {"ChuHoSo", "MaDoiTuong", "Email", "SoDienThoai", "Fax", "NguoiXuLy", "NguoiYeuCauBoSung", "NguoiTiepNhanBoSung"}
_HIDDEN = {
    "NoiDungBoSung",
    "ThongTinKhac",
    "ThongTinTra",
    "GhiChu",
    "TenTepDinhKem",
    "DuongDanTaiTepTin",
    "DuongDanTepTinKetQua",
    "GiayToId",
}


def masked(record: Any, name: str = "") -> Any:
    """The record with personal values made unreadable."""
    if isinstance(record, dict):
        return {key: masked(value, key) for key, value in record.items()}
    if isinstance(record, list):
        return [masked(value, name) for value in record]
    if not record or name not in _PERSONAL | _HIDDEN:
        return record
    if name in _HIDDEN:
        return "•••"
    return " ".join(f"{word[0]}•••" for word in str(record).split()) if name != "MaDoiTuong" else f"•••{str(record)[-3:]}"
