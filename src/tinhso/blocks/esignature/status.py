"""What the system-status page says about signing."""

from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from django.conf import settings

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
        return Check(part, "failed", str(error), f"restore {folder} and TINHSO_SECRET_KEYS from the backup")
    if not fits:
        return Check(part, "failed", "the issuing key is not that of the certificate", "restore the folder ca from the backup")
    return Check(
        part,
        "ok: demo",
        f"sample authority, until {house.issuing.not_valid_after_utc:%Y-%m-%d}; signatures have no legal force",
        "connect the agencies' own signing devices before real use",
    )


def _timestamp_check() -> Check:
    part = "timestamps"
    if settings.TSA_URL:
        valid = settings.TSA_URL.startswith(("http://", "https://"))
        advice = "" if valid else "TINHSO_TSA_URL must begin with http:// or https://"
        return Check(part, "ok" if valid else "failed", settings.TSA_URL, advice)
    left = (authority().tsa.not_valid_after_utc - datetime.now(UTC)).days
    return Check(part, "ok: demo" if left > 0 else "failed", "sample timestamp authority", "set TINHSO_TSA_URL for real use")
