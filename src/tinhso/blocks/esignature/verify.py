"""Judging a signed PDF, ours or anybody's.

"valid" is said only when everything is known: the bytes are those that were signed, nothing but signatures was added
afterwards, the certificate leads to a trusted root, and it was neither expired nor revoked at a time that is proven (by a
trusted timestamp; without one, now). What cannot be known is "unknown".
"""

import asyncio
import hashlib
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from io import BytesIO
from typing import Any, cast

from asn1crypto import x509 as asn1_x509
from django.utils.timezone import localtime, now
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import (
    DocumentSecurityStore,
    EmbeddedPdfSignature,
    PdfSignatureStatus,
    SignatureCoverageLevel,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko_certvalidator import ValidationContext

from tinhso.blocks.esignature.authority import SAMPLE_MARK, SHORT_MARK
from tinhso.blocks.esignature.trust import Trust, current_trust
from tinhso.kernel.deadline import TooSlow, within

# a forged file is an answer here, not an error
for _name in ("pyhanko.sign.diff_analysis", "pyhanko.sign.validation", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


class Verdict(StrEnum):
    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class SignatureReport:
    """One signature, in facts and in one sentence (`reason`).

    Attributes:
        role: "person" or "agency".
        time: when it was made; `time_proven` says whether a trusted timestamp proves it, else the signer claims it.
        level: PAdES level reached: B-B, B-T, B-LT or B-LTA.
        trusted: None when the chain or the revocation is not known.
        sample: made by the sample authority, without legal force.
    """

    verdict: Verdict
    signer: str
    role: str
    issuer: str
    time: datetime | None
    time_proven: bool
    level: str
    intact: bool
    trusted: bool | None
    covers_whole_document: bool
    modified_after: bool
    sample: bool
    reason: str
    field_name: str = ""


@dataclass(frozen=True)
class VerificationReport:
    """The judgement of a file: `sentence` is for people."""

    ok: Verdict
    sentence: str
    signatures: list[SignatureReport] = field(default_factory=list)
    sha256: str = ""

    def as_dict(self) -> dict[str, Any]:
        """JSON values; times in ISO 8601 with the zone of Viet Nam."""
        facts = asdict(self)
        for signature in facts["signatures"]:
            signature["time"] = signature["time"] and localtime(signature["time"]).isoformat()
        return facts


_PATIENCE = 15  # seconds; an honest paper takes one

# whatever a hostile or broken file can make the parser raise
_BROKEN = (PdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, RecursionError, NotImplementedError)


def verify_pdf(pdf: bytes, *, at: datetime | None = None) -> VerificationReport:
    """Judge a PDF as of `at` (now). Never raises for a bad file: the report says what is wrong."""
    digest = hashlib.sha256(pdf).hexdigest()
    at = (at or now()).astimezone(UTC)
    if b"%PDF-" not in pdf[:1024]:
        return VerificationReport(Verdict.UNKNOWN, _("Tệp này không phải là PDF nên không kiểm tra được chữ ký số."), [], digest)
    try:
        # in a thread of its own: a loop of its own, whoever calls
        signatures, strict = within(_PATIENCE, _judge_in, get_language(), pdf, current_trust(at), at)
    except _Unreadable as error:
        return VerificationReport(error.verdict, error.sentence, [], digest)
    except TooSlow:
        sentence = _("Tệp PDF này quá phức tạp nên không kiểm tra được ở đây.")
        return VerificationReport(Verdict.UNKNOWN, sentence, [], digest)
    if _has_tail(pdf):
        signatures = [_with_tail(signature) for signature in signatures]
    verdict, sentence = _conclude(signatures, strict=strict)
    return VerificationReport(verdict, sentence, signatures, digest)


def _judge_in(language: str | None, pdf: bytes, trust: Trust, at: datetime) -> tuple[list[SignatureReport], bool]:
    with override(language):
        return asyncio.run(_judge_all(pdf, trust, at))


def _has_tail(pdf: bytes) -> bool:
    """Bytes after the end of the file: no signature covers them, and a forgiving viewer may take them for content."""
    return bool(pdf[pdf.rfind(b"%%EOF") + len(b"%%EOF") :].strip())


def _with_tail(signature: SignatureReport) -> SignatureReport:
    if signature.verdict is Verdict.INVALID:
        return signature
    reason = _("Có dữ liệu lạ nối vào sau phần đã ký của tệp.")
    return replace(signature, verdict=Verdict.INVALID, covers_whole_document=False, modified_after=True, reason=reason)


class _Unreadable(Exception):
    """The file gives no signatures to judge."""

    def __init__(self, verdict: Verdict, sentence: str) -> None:
        super().__init__(sentence)
        self.verdict, self.sentence = verdict, sentence


async def _judge_all(pdf: bytes, trust: Trust, at: datetime) -> tuple[list[SignatureReport], bool]:
    reader, strict = _open(pdf)
    try:
        signatures = list(reader.embedded_regular_signatures)
        timestamps = list(reader.embedded_timestamp_signatures)
    except _BROKEN as error:
        raise _damaged(pdf) from error
    if not signatures:
        raise _no_signature(pdf)
    file = _File(reader, trust, at, timestamps)
    return [await _judge(signature, file) for signature in signatures], strict


def _open(pdf: bytes) -> tuple[PdfFileReader, bool]:
    """The file, and whether it keeps strictly to the standard."""
    for strict in (True, False):
        try:
            reader = PdfFileReader(BytesIO(pdf), strict=strict)
            encrypted = reader.encrypted
            reader.root  # noqa: B018 - a broken file fails here
        except _BROKEN as error:
            if not strict:
                raise _damaged(pdf) from error
            continue
        if encrypted:
            raise _Unreadable(
                Verdict.UNKNOWN, _("Tệp PDF đang đặt mật khẩu nên không kiểm tra được. Hãy gửi bản không có mật khẩu.")
            )
        return reader, strict
    raise _damaged(pdf)


def _damaged(pdf: bytes) -> _Unreadable:
    if b"/ByteRange" in pdf:
        sentence = _("Không hợp lệ: tệp đã ký nhưng bị cắt bớt hoặc bị hỏng, không còn là tệp ban đầu.")
        return _Unreadable(Verdict.INVALID, sentence)
    return _Unreadable(Verdict.UNKNOWN, _("Tệp PDF bị hỏng, không đọc được."))


def _no_signature(pdf: bytes) -> _Unreadable:
    """A file whose tail with the signature was cut off still opens now and then."""
    if b"/ByteRange" in pdf and b"/Contents" in pdf:
        return _damaged(pdf)
    return _Unreadable(Verdict.UNKNOWN, _("Tệp PDF này không có chữ ký số, nên không biết ai đã ban hành."))


class _File:
    """What all signatures of a file share: proofs inside it, the roots, and the moment of judgement."""

    def __init__(self, reader: PdfFileReader, trust: Trust, at: datetime, timestamps: list[EmbeddedPdfSignature]) -> None:
        self.trust, self.at, self.timestamps = trust, at, timestamps
        self.certificates: list[asn1_x509.Certificate] = []
        self.lists: list[Any] = list(trust.lists)
        self.answers: list[Any] = []
        self.has_proofs = False
        try:
            store = DocumentSecurityStore.read_dss(reader)
        except NoDSSFoundError:
            return
        except _BROKEN:
            return
        context = store.as_validation_context({"trust_roots": trust.all_roots, "allow_fetching": False})
        self.certificates = list(store.load_certs())
        self.lists += list(context.crls)
        self.answers += list(context.ocsps)
        self.has_proofs = bool(context.crls or context.ocsps)

    def context(self, moment: datetime, *, revocation: bool = True) -> ValidationContext:
        """How certificates are judged as of `moment`. `revocation`: it must be known for each, from lists in the file or our own.

        A list newer than `moment` serves as well: it says when each certificate was revoked.
        """
        return ValidationContext(
            trust_roots=self.trust.all_roots,
            other_certs=self.certificates,
            moment=moment,
            crls=self.lists,
            ocsps=self.answers,
            allow_fetching=False,
            revocation_mode="require" if revocation else "none",
            retroactive_revinfo=True,
        )


async def _judge(signature: EmbeddedPdfSignature, file: _File) -> SignatureReport:
    try:
        file.certificates += signature.other_embedded_certs
        status = await async_validate_pdf_signature(signature, file.context(file.at))
        proven = await _proven_time(signature, status, file)
        if proven:  # what was changed after signing is known by now: no second search
            status = await async_validate_pdf_signature(signature, file.context(proven), file.context(file.at), skip_diff=True)
        known = status.trusted or _is_revoked(status)
        if not known:  # for want of a list, or for a reason that shows without one
            unlisted = file.context(proven or file.at, revocation=False)
            status = await async_validate_pdf_signature(signature, unlisted, file.context(file.at), skip_diff=True)
        return _report(signature, status, file, proven=proven, revocation_known=known)
    except _BROKEN:
        return _unreadable_signature(signature)


async def _proven_time(signature: EmbeddedPdfSignature, status: PdfSignatureStatus, file: _File) -> datetime | None:
    """The earliest time at which the signature demonstrably existed."""
    own = status.timestamp_validity
    if own and own.intact and own.valid and own.trusted:
        return cast(datetime, own.timestamp)
    for timestamp in file.timestamps:
        if timestamp.signed_revision > signature.signed_revision:
            proof = await async_validate_pdf_timestamp(timestamp, file.context(file.at))
            if proof.intact and proof.valid and proof.trusted:
                return cast(datetime, proof.timestamp)
    return None


def _report(
    signature: EmbeddedPdfSignature, status: PdfSignatureStatus, file: _File, *, proven: datetime | None, revocation_known: bool
) -> SignatureReport:
    intact = bool(status.intact and status.valid)
    modified = (
        status.modification_level
        not in {
            ModificationLevel.NONE,
            ModificationLevel.LTA_UPDATES,
            ModificationLevel.FORM_FILLING,
        }
        or not status.docmdp_ok
    )
    covers = status.coverage in {SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION} and not modified
    sample = _is_sample(status, file.trust)
    trusted, reason, verdict = _trust_of(status, proven=proven, revocation_known=revocation_known)
    if not intact:
        verdict, reason = Verdict.INVALID, _("Nội dung đã ký không còn nguyên vẹn: tệp đã bị sửa.")
    elif modified or not covers:
        verdict, reason = Verdict.INVALID, _("Tệp đã bị thêm hoặc sửa nội dung sau khi ký.")
    certificate = signature.signer_cert
    return SignatureReport(
        verdict=verdict,
        signer=_holder(certificate),
        role="agency" if _has_organization(certificate) else "person",
        issuer=_common_name(certificate.issuer),
        time=proven or status.signer_reported_dt,
        time_proven=proven is not None,
        level=_level(signature, status, file, proven=proven),
        intact=intact,
        trusted=trusted,
        covers_whole_document=covers,
        modified_after=modified,
        sample=sample,
        reason=reason,
        field_name=signature.field_name,
    )


_Judgement = tuple[bool | None, str, Verdict]


def _trust_of(status: PdfSignatureStatus, *, proven: datetime | None, revocation_known: bool) -> _Judgement:
    """Whether the certificate was good at the time of signing, why, and what follows for an intact signature."""
    if status.trusted:
        return _good(proven) if revocation_known else _doubtful(_("không kiểm tra được chứng thư số có bị thu hồi hay không."))
    problem = status.trust_problem_indic
    if _is_revoked(status):
        before = _("Chứng thư số đã bị thu hồi trước khi ký.")
        unproven = _("Chứng thư số đã bị thu hồi và không có dấu thời gian chứng minh chữ ký được tạo trước đó.")
        return (False, before, Verdict.INVALID) if proven else (None, unproven, Verdict.UNKNOWN)
    if problem in {
        AdESIndeterminate.EXPIRED,
        AdESIndeterminate.OUT_OF_BOUNDS_NO_POE,
        AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED,
    }:
        before = _("Chứng thư số đã hết hạn trước khi ký.")
        unproven = _("Chứng thư số đã hết hạn và không có dấu thời gian chứng minh chữ ký được tạo khi còn hạn.")
        return (False, before, Verdict.INVALID) if proven else (None, unproven, Verdict.UNKNOWN)
    if problem in {AdESFailure.NOT_YET_VALID, AdESIndeterminate.NOT_YET_VALID}:
        return False, _("Chứng thư số chưa có hiệu lực lúc ký."), Verdict.INVALID
    return _doubtful(_("không xác định được chứng thư số do tổ chức tin cậy nào cấp."))


def _good(proven: datetime | None) -> _Judgement:
    if proven:
        reason = _("Nội dung còn nguyên như khi ký; chứng thư số có hiệu lực lúc ký, có dấu thời gian chứng minh.")
    else:
        reason = _("Nội dung còn nguyên như khi ký; chứng thư số đang có hiệu lực. Thời gian ký do người ký tự khai.")
    return True, reason, Verdict.VALID


def _doubtful(why: str) -> _Judgement:
    return None, _("Nội dung còn nguyên, nhưng %(why)s") % {"why": why}, Verdict.UNKNOWN


def _is_revoked(status: PdfSignatureStatus) -> bool:
    revoked = {AdESFailure.REVOKED, AdESIndeterminate.REVOKED_NO_POE, AdESIndeterminate.REVOKED_CA_NO_POE}
    return status.revoked or status.trust_problem_indic in revoked


def _level(signature: EmbeddedPdfSignature, status: PdfSignatureStatus, file: _File, *, proven: datetime | None) -> str:
    if status.timestamp_validity is None and proven is None:
        return "B-B"
    if not file.has_proofs:
        return "B-T"
    later = any(timestamp.signed_revision > signature.signed_revision for timestamp in file.timestamps)
    return "B-LTA" if later else "B-LT"


def _is_sample(status: PdfSignatureStatus, trust: Trust) -> bool:
    path = status.validation_path
    if path is None or trust.sample_root is None:
        return False
    anchor = getattr(path.trust_anchor, "certificate", None)
    return anchor is not None and anchor.dump() == trust.sample_root.dump()


def _unreadable_signature(signature: EmbeddedPdfSignature) -> SignatureReport:
    return SignatureReport(
        verdict=Verdict.INVALID,
        signer="",
        role="person",
        issuer="",
        time=None,
        time_proven=False,
        level="B-B",
        intact=False,
        trusted=None,
        covers_whole_document=False,
        modified_after=True,
        sample=False,
        reason=_("Chữ ký số bị hỏng, không đọc được."),
        field_name=str(getattr(signature, "field_name", "")),
    )


def _conclude(signatures: Iterable[SignatureReport], *, strict: bool) -> tuple[Verdict, str]:
    signatures = list(signatures)
    for verdict, opening in ((Verdict.INVALID, _("Không hợp lệ.")), (Verdict.UNKNOWN, _("Chưa kết luận được."))):
        for signature in signatures:
            if signature.verdict is verdict:
                return verdict, f"{opening} {signature.reason}"
    if not strict:
        return Verdict.UNKNOWN, _(
            "Chưa kết luận được. Chữ ký đúng, nhưng tệp có cấu trúc không chuẩn nên có thể hiện khác với lúc ký."
        )
    count = len(signatures)
    sentence = ngettext(
        "Hợp lệ: tệp có %(count)d chữ ký số và không bị sửa đổi sau khi ký.",
        "Hợp lệ: tệp có %(count)d chữ ký số và không bị sửa đổi sau khi ký.",
        count,
    ) % {"count": count}
    if any(signature.sample for signature in signatures):
        sentence += " " + _("Đây là chữ ký mẫu của hệ thống trình diễn, không có giá trị pháp lý.")
    return Verdict.VALID, sentence


def _holder(certificate: asn1_x509.Certificate) -> str:
    facts = certificate.subject.native
    name = facts.get("organization_name") if _has_organization(certificate) else facts.get("common_name")
    return str(name or certificate.subject.human_friendly).removesuffix(SHORT_MARK)


def _has_organization(certificate: asn1_x509.Certificate) -> bool:
    """Whether it belongs to an organisation: O and CN are one name. A person's CN differs from the O of their office."""
    facts = certificate.subject.native
    organization, common = str(facts.get("organization_name") or ""), str(facts.get("common_name") or "")
    bare = common.removesuffix(SHORT_MARK)
    is_ours = SAMPLE_MARK in str(facts.get("organizational_unit_name") or "")
    return bool(organization) and (is_ours or bare.casefold() == organization.casefold())


def _common_name(name: asn1_x509.Name) -> str:
    return str(name.native.get("common_name") or name.human_friendly)
