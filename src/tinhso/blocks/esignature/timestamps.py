"""Timestamps (RFC 3161): from the sample authority inside the product, or from the authority at `settings.TSA_URL`."""

import asyncio
import hashlib
import secrets
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from threading import get_ident

from asn1crypto import algos, cms, core, tsp, x509
from django.conf import settings
from pyhanko.sign.general import as_signing_certificate_v2, simple_cms_attribute
from pyhanko.sign.timestamps import TimeStamper

from tinhso.blocks.esignature.authority import as_der, authority
from tinhso.blocks.esignature.keys import soft_keys

# "any policy": the sample authority promises none
_POLICY = "2.5.29.32.0"
_DIGEST = "sha256"
_TIMEOUT_SECONDS = 20


class SampleTimeStamper(TimeStamper):
    """Answers requests in the process, with the time it is told: sample cases are signed as of their day."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self._at = at

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        imprint = req["message_imprint"]
        if imprint["hash_algorithm"]["algorithm"].native != _DIGEST:
            raise ValueError("the sample timestamp authority knows SHA-256 only")
        facts = {
            "version": "v1",
            "policy": _POLICY,
            "message_imprint": imprint,
            "serial_number": secrets.randbits(120),
            "gen_time": self._at,
        }
        if req["nonce"].native is not None:
            facts["nonce"] = req["nonce"]
        content = tsp.TSTInfo(facts).dump()
        fixed = _fixed_parts(get_ident(), as_der(authority().tsa))
        attributes = cms.CMSAttributes(
            [
                *fixed.attributes,
                simple_cms_attribute("signing_time", cms.Time({"utc_time": core.UTCTime(self._at)})),
                simple_cms_attribute("message_digest", hashlib.sha256(content).digest()),
            ]
        )
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": fixed.signer,
                "digest_algorithm": fixed.digest,
                "signature_algorithm": fixed.mechanism,
                "signed_attrs": attributes,
                "signature": soft_keys().sign("tsa", attributes.dump(), _DIGEST),
            }
        )
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [fixed.digest],
                "encap_content_info": {"content_type": "tst_info", "content": cms.ParsableOctetString(content)},
                "certificates": [fixed.certificate],
                "signer_infos": [signer],
            }
        )
        token = cms.ContentInfo({"content_type": "signed_data", "content": signed})
        return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})


@dataclass(frozen=True)
class _Fixed:
    """What is the same in every token; encoding it anew took half the time of a signature."""

    certificate: x509.Certificate
    signer: cms.SignerIdentifier
    digest: algos.DigestAlgorithm
    mechanism: algos.SignedDigestAlgorithm
    attributes: tuple[cms.CMSAttribute, ...]


@lru_cache(maxsize=64)
def _fixed_parts(thread: int, der: bytes) -> _Fixed:
    """Kept for each thread: asn1crypto parses lazily, so that two threads must not share its objects."""
    certificate = x509.Certificate.load(der)
    identifier = cms.IssuerAndSerialNumber({"issuer": certificate.issuer, "serial_number": certificate.serial_number})
    attributes = (
        simple_cms_attribute("content_type", "tst_info"),
        simple_cms_attribute("signing_certificate_v2", as_signing_certificate_v2(certificate)),
    )
    return _Fixed(
        certificate,
        cms.SignerIdentifier.load(cms.SignerIdentifier("issuer_and_serial_number", identifier).dump()),
        algos.DigestAlgorithm({"algorithm": _DIGEST}),
        algos.SignedDigestAlgorithm({"algorithm": "rsassa_pkcs1v15"}),
        tuple(cms.CMSAttribute.load(attribute.dump()) for attribute in attributes),
    )


class HttpTimeStamper(TimeStamper):
    """Asks a timestamp authority over HTTP."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return tsp.TimeStampResp.load(await asyncio.to_thread(self._ask, req.dump()))

    def _ask(self, body: bytes) -> bytes:
        request = urllib.request.Request(  # noqa: S310 - the operator's own setting, checked to be http(s)
            self._url, body, {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        )
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
            content: bytes = answer.read()
        return content


def timestamper(at: datetime) -> TimeStamper:
    """The configured authority. The sample one stamps `at`; a real one its own time."""
    return _http(settings.TSA_URL) if settings.TSA_URL else SampleTimeStamper(at)


def uses_sample_authority() -> bool:
    return not settings.TSA_URL


@lru_cache(maxsize=2)
def _http(url: str) -> HttpTimeStamper:
    if not url.startswith(("http://", "https://")):
        raise ValueError("TINHSO_TSA_URL must begin with http:// or https://")
    return HttpTimeStamper(url)
