"""The sample signing authority: root → issuing authority → certificates; root → timestamp authority.

It is made at first need in the data folder, so that the product runs with nothing outside it. Everything it signs is marked as a
sample without legal force. Its certificates begin in the past, so that sample cases of past years can be signed as of their day.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings

from tinhso.blocks.esignature.asn1 import read_lengths_rightly
from tinhso.blocks.esignature.keys import SoftKeys, soft_keys

read_lengths_rightly()

SAMPLE_MARK = "MẪU – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
SHORT_MARK = " (MẪU)"
SAMPLE_START = datetime(2020, 1, 1, tzinfo=UTC)
_ROOT_END = datetime(2050, 1, 1, tzinfo=UTC)
_ISSUING_END = datetime(2045, 1, 1, tzinfo=UTC)
_CERTIFICATE_LIFE = timedelta(days=5 * 365)
_CRL_LIFE = timedelta(days=7)
_CN_LIMIT = 64  # bytes, as the cryptography library counts

Revoked = tuple[int, datetime]


@dataclass(frozen=True)
class Authority:
    """The authority's certificates. Their keys are in the soft store under the names "root", "issuing" and "tsa"."""

    root: x509.Certificate
    issuing: x509.Certificate
    tsa: x509.Certificate

    @property
    def chain(self) -> list[asn1_x509.Certificate]:
        """Issuing, timestamp and root certificate, as pyHanko wants them."""
        return [as_asn1(self.issuing), as_asn1(self.tsa), as_asn1(self.root)]


def authority() -> Authority:
    """The installation's sample authority; made now if there is none yet."""
    return _authority(_folder())


@cache
def _authority(folder: Path) -> Authority:
    bundle = folder / "authority.pem"
    if not bundle.exists():
        with _locked(folder):
            if not bundle.exists():
                _make(folder, bundle)
    return Authority(*x509.load_pem_x509_certificates(bundle.read_bytes()))


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(folder: Path, bundle: Path) -> None:
    """Make keys and certificates; the bundle is written last, so that a half-made authority is made anew."""
    keys = SoftKeys(folder / "keys", settings.KEYS_PASSPHRASE)
    for name in ("root", "issuing", "tsa"):
        keys.generate(name)
    root_name = _name(f"Tỉnh Số Root ({SAMPLE_MARK})")
    issuing_name = _name(f"Tỉnh Số CA ({SAMPLE_MARK})")
    tsa_name = _name(f"Tỉnh Số TSA ({SAMPLE_MARK})")
    root = _certificate(root_name, keys.public_key("root"), root_name, keys.public_key("root"), _ROOT_END, ca_depth=1)
    issuing = _certificate(issuing_name, keys.public_key("issuing"), root_name, keys.public_key("root"), _ISSUING_END, ca_depth=0)
    tsa = _certificate(tsa_name, keys.public_key("tsa"), root_name, keys.public_key("root"), _ISSUING_END).add_extension(
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
    )
    signed = [_sign(root, keys, "root"), _sign(issuing, keys, "root"), _sign(tsa, keys, "root")]
    unfinished = bundle.with_suffix(f".{secrets.token_hex(4)}")
    with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644), "wb") as file:
        file.write(b"".join(certificate.public_bytes(serialization.Encoding.PEM) for certificate in signed))
        file.flush()
        os.fsync(file.fileno())
    (folder / "root.pem").write_bytes(signed[0].public_bytes(serialization.Encoding.PEM))
    unfinished.replace(bundle)


def issue_certificate(public_key: RSAPublicKey, *, name: str, organization: str = "", now: datetime) -> x509.Certificate:
    """A sample certificate for signing documents.

    Args:
        name: the person's or the agency's name.
        organization: for an agency its whole name; a person's certificate has none.
    """
    house = authority()
    end = min(now + _CERTIFICATE_LIFE, _ISSUING_END)
    subject = _name(f"{_shortened(name, _CN_LIMIT - len(SHORT_MARK.encode()))}{SHORT_MARK}", organization)
    return _sign(_certificate(subject, public_key, house.issuing.subject, _rsa(house.issuing), end), soft_keys(), "issuing")


def revocation_lists(moment: datetime, revoked: tuple[Revoked, ...]) -> list[asn1_crl.CertificateList]:
    """The authority's revocation lists as of the hour before `moment`: the root's, and the issuing authority's."""
    return [root_list(moment), _parsed(_issuing_list(_folder(), _hour(moment), revoked))]


def root_list(moment: datetime) -> asn1_crl.CertificateList:
    """The root's list alone: it revokes nothing and needs no database."""
    return _parsed(_root_list(_folder(), _hour(moment)))


@lru_cache(maxsize=64)
def _root_list(folder: Path, since: datetime) -> bytes:
    root = _authority(folder).root
    return _revocation_list(root.subject, "root", root, since, ())


@lru_cache(maxsize=64)
def _issuing_list(folder: Path, since: datetime, revoked: tuple[Revoked, ...]) -> bytes:
    issuing = _authority(folder).issuing
    return _revocation_list(issuing.subject, "issuing", issuing, since, revoked)


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "ca"


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _parsed(der: bytes) -> asn1_crl.CertificateList:
    return asn1_crl.CertificateList.load(der)


def _revocation_list(
    issuer: x509.Name, key: str, certificate: x509.Certificate, since: datetime, revoked: tuple[Revoked, ...]
) -> bytes:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer)
        .last_update(since)
        .next_update(since + _CRL_LIFE)
        .add_extension(x509.CRLNumber(int(since.timestamp())), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(_rsa(certificate)), critical=False)
    )
    for serial, when in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(when).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(soft_keys().private_key(key), hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _certificate(
    subject: x509.Name,
    public_key: RSAPublicKey,
    issuer: x509.Name,
    issuer_key: RSAPublicKey,
    end: datetime,
    *,
    ca_depth: int | None = None,
) -> x509.CertificateBuilder:
    is_ca = ca_depth is not None
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(SAMPLE_START)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=ca_depth), critical=True)
        .add_extension(_key_usage(is_ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def _key_usage(is_ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=not is_ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )


def _sign(builder: x509.CertificateBuilder, keys: SoftKeys, key: str) -> x509.Certificate:
    return builder.sign(keys.private_key(key), hashes.SHA256())


def _name(common_name: str, organization: str = "") -> x509.Name:
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, SAMPLE_MARK),
        x509.NameAttribute(NameOID.COMMON_NAME, common_name),
    ]
    if organization:
        parts.insert(1, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    return x509.Name(parts)


def _shortened(text: str, limit: int) -> str:
    """`text` cut to `limit` bytes without breaking a letter."""
    return text.encode()[:limit].decode(errors="ignore").rstrip()


def _rsa(certificate: x509.Certificate) -> RSAPublicKey:
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        raise TypeError("the sample authority uses RSA keys")
    return key


def as_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """The same certificate as pyHanko's library reads it."""
    return asn1_x509.Certificate.load(as_der(certificate))


def as_der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)
