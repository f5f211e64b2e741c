"""Judging files so that the rest of the house stays awake: a judgement takes a processor for about a second."""

from threading import BoundedSemaphore

from django.core.cache import cache
from django.utils.translation import get_language

from tinhso.blocks.esignature.verify import VerificationReport, verify_pdf

_AT_ONCE = 2  # of the threads of a web process; others must be left for everybody else
_PATIENCE = 3  # seconds
_KEPT = 60  # seconds; by then a certificate may have been revoked
_at_work = BoundedSemaphore(_AT_ONCE)


def judged(content: bytes) -> VerificationReport | None:
    """The judgement of a file; None when too many are being made."""
    if not _at_work.acquire(timeout=_PATIENCE):
        return None
    try:
        return verify_pdf(content)
    finally:
        _at_work.release()


def judged_again(content: bytes, *, digest: str) -> VerificationReport | None:
    """The same for a paper of ours, whose page is looked at by many in a row: a fresh judgement is kept for a minute."""
    key = f"verification.{digest}.{get_language()}"
    report: VerificationReport | None = cache.get(key)
    if report is None and (report := judged(content)):
        cache.set(key, report, _KEPT)
    return report
