"""Finding papers."""

import re

from tinhso.blocks.papers.models import Paper

_NOT_CODE = re.compile(r"[^0-9A-Z]")


def paper_by_code(code: str) -> Paper | None:
    """The paper with this verification code, however people type it (dashes, spaces, small letters)."""
    clean = _NOT_CODE.sub("", code.upper())
    if not clean:
        return None
    return (
        Paper.objects.select_related("issued_by_agency", "file", "signed_file").filter(verification_code=clean).first()
    )


def initials(name: str) -> str:
    """ "N. V. A." for "Nguyễn Văn An"."""
    return " ".join(f"{word[0].upper()}." for word in name.split())
