"""Finding papers."""

import re

from tinhso.blocks.papers.models import Paper

_NOT_CODE = re.compile(r"[^0-9A-Z]")


def paper_by_code(code: str) -> Paper | None:
    """The paper with this verification code, however people type it (dashes, spaces, small letters)."""
    clean = clean_code(code)
    papers = Paper.objects.select_related("issued_by_agency", "file", "signed_file")
    return papers.filter(verification_code=clean).first() if clean else None


def clean_code(code: str) -> str:
    """A code as it is stored: capital letters and digits only."""
    return _NOT_CODE.sub("", code.upper())


def initials(name: str) -> str:
    """ "N. V. A." for "Nguyễn Văn An"."""
    return " ".join(f"{word[0].upper()}." for word in name.split())
