"""What the system-status page says about signing."""

from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from django.conf import settings
from django.utils.translation import gettext as _

from tinhso.blocks.esignature.authority import authority
from tinhso.blocks.esignature.keys import soft_keys
from tinhso.kernel.manifest import Check

_PROBE = b"tinhso"


def signing_checks() -> list[Check]:
    """The signing authority (makes it when there is none yet) and the source of timestamps."""
    return [_authority_check(), _timestamp_check()]


def _authority_check() -> Check:
    part = "signing authority"
    try:
        house = authority()
        key = soft_keys()
        key.public_key("issuing").verify(key.sign("issuing", _PROBE), _PROBE, padding.PKCS1v15(), hashes.SHA256())
        fits = house.issuing.public_key() == key.public_key("issuing")
    except (OSError, ValueError, TypeError, InvalidSignature) as error:
        folder = settings.DATA_DIR / "ca"
        return Check(
            part, "failed", str(error), _("khôi phục {folder} và TINHSO_SECRET_KEYS từ bản sao lưu").format(folder=folder)
        )
    if not fits:
        return Check(part, "failed", _("khóa cấp phát không khớp chứng thư"), _("khôi phục thư mục ca từ bản sao lưu"))
    return Check(
        part,
        "ok: demo",
        _("đơn vị cấp chứng thư mẫu, đến {day}; chữ ký không có giá trị pháp lý").format(
            day=f"{house.issuing.not_valid_after_utc:%d/%m/%Y}"
        ),
        _("nối thiết bị ký số của cơ quan trước khi dùng thật"),
    )


def _timestamp_check() -> Check:
    part = "timestamps"
    if settings.TSA_URL:
        valid = settings.TSA_URL.startswith(("http://", "https://"))
        advice = "" if valid else _("TINHSO_TSA_URL phải bắt đầu bằng http:// hoặc https://")
        return Check(part, "ok" if valid else "failed", settings.TSA_URL, advice)
    left = (authority().tsa.not_valid_after_utc - datetime.now(UTC)).days
    return Check(part, "ok: demo" if left > 0 else "failed", _("dấu thời gian mẫu"), _("đặt TINHSO_TSA_URL khi dùng thật"))
