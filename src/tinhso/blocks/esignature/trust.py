"""Whom this installation trusts: its own sample authority, and the roots in `trust/*.pem` of the data folder."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from django.conf import settings
from django.db import DatabaseError

from tinhso.blocks.esignature.authority import as_asn1, revocation_lists, root_list
from tinhso.blocks.esignature.queries import revoked_until


@dataclass(frozen=True)
class Trust:
    """Roots trusted for official signatures, the sample root (None: not made yet), and our own lists of revoked certificates."""

    roots: tuple[asn1_x509.Certificate, ...]
    sample_root: asn1_x509.Certificate | None
    lists: tuple[asn1_crl.CertificateList, ...]

    @property
    def all_roots(self) -> list[asn1_x509.Certificate]:
        return [*self.roots, *([self.sample_root] if self.sample_root else [])]


def current_trust(now: datetime) -> Trust:
    """What can be relied on now.

    Without the database nothing is known, and nothing said, about revoked sample certificates; the lists inside a file, proven by
    its timestamp, may then be enough.
    """
    folder = Path(settings.DATA_DIR)
    roots = tuple(certificate for file in sorted((folder / "trust").glob("*.pem")) for certificate in _certificates(file))
    sample = folder / "ca" / "root.pem"
    if not (folder / "ca" / "authority.pem").exists():
        return Trust(roots, None, ())
    return Trust(roots, _certificates(sample)[0], _own_lists(now))


def _own_lists(now: datetime) -> tuple[asn1_crl.CertificateList, ...]:
    """Our lists of revoked certificates, as far as they can be made: judging a file must work when signing does not."""
    try:
        try:
            return tuple(revocation_lists(now, revoked_until(now)))
        except DatabaseError:
            return (root_list(now),)
    except (OSError, ValueError):  # the keys are lost or locked; the system-status page says so
        return ()


def _certificates(file: Path) -> list[asn1_x509.Certificate]:
    return [as_asn1(certificate) for certificate in x509.load_pem_x509_certificates(file.read_bytes())]
