"""Putting signatures into a PDF, each as an incremental update that leaves the earlier ones valid (PAdES, EN 319 142-1)."""

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from threading import get_ident
from typing import Any, TypeVar

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography.x509 import load_pem_x509_certificate
from django.utils.timezone import localtime
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, PdfTimeStamper
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, Signer
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko.stamp import BaseStampStyle, NoOpStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tinhso.blocks.esignature.authority import as_asn1, as_der, authority
from tinhso.blocks.esignature.keys import SIGNATURE_SIZE, key_store
from tinhso.blocks.esignature.models import Certificate
from tinhso.blocks.esignature.timestamps import timestamper, uses_sample_authority

T = TypeVar("T")

_DIGEST = "sha256"
# hexadecimal digits kept free for a signature with its certificates and the sample authority's timestamp (about 5 kB used)
_ROOM = 2 * 8 * 1024


@dataclass(frozen=True)
class Place:
    """Where a visible signature goes: page from 0, box x1 y1 x2 y2 in points from the lower left corner."""

    page: int
    box: tuple[float, float, float, float]


class StoreSigner(Signer):
    """Has a key store sign for one certificate."""

    def __init__(self, certificate: Certificate) -> None:
        super().__init__(
            signing_cert=_loaded(certificate.pem),
            cert_registry=_issuing_in(get_ident(), as_der(authority().issuing)),
            embed_roots=False,
        )
        self._certificate = certificate

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run:
            return bytes(SIGNATURE_SIZE)
        return key_store(self._certificate.adapter).sign(self._certificate.key_reference, data, digest_algorithm)


def _loaded(pem: str) -> asn1_x509.Certificate:
    return _loaded_in(get_ident(), pem)


@lru_cache(maxsize=512)
def _loaded_in(thread: int, pem: str) -> asn1_x509.Certificate:
    """Kept for each thread: asn1crypto parses lazily, so that two threads must not share its objects."""
    return as_asn1(load_pem_x509_certificate(pem.encode()))


@lru_cache(maxsize=64)
def _issuing_in(thread: int, der: bytes) -> SimpleCertificateStore:
    return SimpleCertificateStore.from_certs([asn1_x509.Certificate.load(der)])


def sign_pdf(
    pdf: bytes,
    *,
    certificate: Certificate,
    field: str,
    at: datetime,
    reason: str = "",
    location: str = "",
    place: Place | None = None,
    look: BaseStampStyle | None = None,
    label: str = "",
) -> bytes:
    """Sign with a certificate of this installation: PAdES B-T.

    Args:
        field: name of the signature field, made when it is not there.
        at: the signer's claimed time; the timestamp proves the real one (with the sample authority both are `at`).
        place, look: where and how the signature shows; invisible without them.
        label: the field's name for people (screen readers).
    """
    at = localtime(at)
    signer = PdfSigner(
        PdfSignatureMetadata(
            field_name=field,
            md_algorithm=_DIGEST,
            subfilter=SigSeedSubFilter.PADES,
            reason=reason or None,
            location=location or None,
        ),
        StoreSigner(certificate),
        timestamper=timestamper(at),
        stamp_style=look or NoOpStampStyle(),
        new_field_spec=SigFieldSpec(
            sig_field_name=field,
            on_page=place.page if place else 0,
            box=place.box if place else None,
            readable_field_name=label or None,
        ),
    )
    return _run(_sign(pdf, signer, at))


async def _sign(pdf: bytes, signer: PdfSigner, at: datetime) -> bytes:
    session = signer.init_signing_session(IncrementalPdfFileWriter(BytesIO(pdf)))
    session.system_time = at
    room = _ROOM if uses_sample_authority() else await session.estimate_signature_container_size(None)
    document = session.prepare_tbs_document(validation_info=None, bytes_reserved=room)
    prepared, output = document.digest_tbs_document(in_place=False)
    await document.perform_signature(
        document_digest=prepared.document_digest,
        pdf_cms_signed_attrs=PdfCMSSignedAttributes(signing_time=at),
    )
    content: bytes = output.getvalue()
    return content


def add_long_term_proof(
    pdf: bytes, *, certificates: Sequence[Certificate], revocation_lists: Sequence[asn1_crl.CertificateList], at: datetime
) -> bytes:
    """Add what is needed to judge the signatures in decades, under a document timestamp: PAdES B-LTA."""
    return _run(_prove(pdf, certificates, revocation_lists, at))


async def _prove(
    pdf: bytes, certificates: Sequence[Certificate], revocation_lists: Sequence[asn1_crl.CertificateList], at: datetime
) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        sig_contents=None,
        certs=[*(_loaded(certificate.pem) for certificate in certificates), *authority().chain],
        crls=list(revocation_lists),
    )
    output = await PdfTimeStamper(timestamper(localtime(at))).async_timestamp_pdf(writer, _DIGEST, bytes_reserved=_ROOM)
    content: bytes = output.getvalue()
    return content


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end, also when the caller itself runs inside an event loop (an ASGI process, a test in the browser)."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as other:
        return other.submit(asyncio.run, work).result()
