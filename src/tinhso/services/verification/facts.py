"""What the public may know of a paper: nothing that tells more than the paper's own holder already showed.

Never the holder's name: initials at most.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from tinhso.blocks.esignature.models import SignatureRole
from tinhso.blocks.esignature.verify import Verdict, VerificationReport
from tinhso.blocks.files.models import StoredFile
from tinhso.blocks.files.reading import read_file
from tinhso.blocks.papers.models import Kind, Paper
from tinhso.blocks.papers.queries import initials
from tinhso.blocks.papers.render import grouped
from tinhso.services.verification.judging import judged_again

_SLIPS = {Kind.RECEIPT, Kind.SUPPLEMENT, Kind.REFUSAL, Kind.APOLOGY}


@dataclass(frozen=True)
class PaperFacts:
    """A paper as the public sees it. `verdict` follows from the stored bytes, read and judged now."""

    verdict: Verdict
    sentence: str
    code: str
    kind: str
    title: str
    number: str
    agency: str
    issued_at: datetime
    holder_initials: str
    signer: str
    authority: str
    signed_at: datetime | None
    withdrawn_at: datetime | None
    sha256: str
    report: VerificationReport | None

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        facts = {name: value for name, value in vars(self).items() if name != "report"}
        for name in ("issued_at", "signed_at", "withdrawn_at"):
            facts[name] = facts[name] and localtime(facts[name]).isoformat()
        return facts | {"signatures": self.report.as_dict()["signatures"] if self.report else []}


def facts_of(paper: Paper) -> PaperFacts:
    """Read the stored paper again and say what holds of it."""
    stored = paper.signed_file or paper.file
    verdict, sentence, digest, report = _state_of(paper, stored)
    signature = next((row for row in paper.signatures.all() if row.role == SignatureRole.PERSON), None)
    return PaperFacts(
        verdict=verdict,
        sentence=sentence,
        code=grouped(paper.verification_code),
        kind=str(Kind(paper.kind).label),
        title=str(Kind(paper.kind).label) if paper.kind in _SLIPS else paper.title,
        number=paper.number,
        agency=paper.issued_by_agency.name,
        issued_at=paper.issued_at,
        holder_initials=initials(paper.holder),
        signer=signature.signer_name if signature else "",
        authority=signature.authority if signature else "",
        signed_at=paper.signed_at,
        withdrawn_at=paper.withdrawn_at,
        sha256=digest,
        report=report,
    )


def _state_of(paper: Paper, stored: StoredFile | None) -> tuple[Verdict, str, str, VerificationReport | None]:
    if paper.withdrawn_at:
        sentence = _("Giấy tờ này đã bị cơ quan ban hành thu hồi, không còn giá trị.")
        return Verdict.INVALID, sentence, stored.sha256 if stored else "", None
    if stored is None:
        return Verdict.UNKNOWN, _("Giấy tờ này đã được ban hành nhưng chưa có bản PDF để đối chiếu."), "", None
    try:
        content = read_file(stored)
    except OSError:
        return Verdict.UNKNOWN, _("Tạm thời không đọc được bản lưu của giấy tờ này. Hãy thử lại sau."), stored.sha256, None
    digest = hashlib.sha256(content).hexdigest()
    if digest != stored.sha256:
        return Verdict.INVALID, _("Bản lưu không còn giống bản đã ban hành. Hãy liên hệ cơ quan ban hành."), digest, None
    if not paper.signed_file:
        return (
            Verdict.VALID,
            _("Giấy tờ này do cơ quan dưới đây ban hành, bản lưu không bị thay đổi. Giấy này không có chữ ký số."),
            digest,
            None,
        )
    report = judged_again(content, digest=digest)
    if report is None:
        return Verdict.UNKNOWN, _("Đang có nhiều người kiểm tra cùng lúc. Hãy thử lại sau ít phút."), digest, None
    return report.ok, report.sentence, digest, report


@dataclass(frozen=True)
class Comparison:
    """Whether an uploaded file is the very paper that was issued."""

    same: bool
    sentence: str


def compare(paper: Paper, content: bytes) -> Comparison:
    """Compare an uploaded file with the issued paper, byte for byte."""
    digest = hashlib.sha256(content).hexdigest()
    if paper.signed_file and digest == paper.signed_file.sha256:
        return Comparison(True, _("Tệp bạn gửi giống hệt bản đã ký và ban hành."))
    if digest == paper.sha256:
        if paper.signed_file:
            return Comparison(True, _("Tệp bạn gửi đúng nội dung nhưng là bản chưa ký; bản có giá trị là bản đã ký."))
        return Comparison(True, _("Tệp bạn gửi giống hệt bản đã ban hành."))
    return Comparison(
        False,
        _("Tệp bạn gửi khác với bản đã ban hành. Có thể đó là bản quét, bản in lại hoặc đã bị sửa; đừng dựa vào tệp này."),
    )


def paper_with_content(digest: str) -> Paper | None:
    """The paper of which these are the bytes, signed or not."""
    papers = Paper.objects.select_related("issued_by_agency", "file", "signed_file").prefetch_related("signatures")
    return papers.filter(signed_file__sha256=digest).first() or papers.filter(sha256=digest).first()
