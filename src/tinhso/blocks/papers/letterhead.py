"""The head of a paper and the block above a signature, as Decree 30/2020 (Appendix I) lays them out."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypedDict

from tinhso.blocks.directory.models import AgencyKind

if TYPE_CHECKING:
    from tinhso.blocks.directory.models import Agency, Person, Post

_COMMITTEE = "ỦY BAN NHÂN DÂN"


class Letterhead(TypedDict):
    """`above`: the superior agency (light); `agency`: the issuing agency's lines (bold); `place`: where the paper is dated."""

    above: str
    agency: list[str]
    place: str


class SignatureBlock(TypedDict):
    """`authority`: the lines above the signature; `name` below it; `person_id`: who alone may sign (None: not yet known)."""

    authority: list[str]
    name: str
    person_id: int | None


def letterhead(agency: "Agency") -> Letterhead:
    """The head of papers of an agency. A people's committee stands alone, in two lines; others stand below their superior."""
    place = agency.unit.short_name if not agency.unit.short_name[-1:].isdigit() else agency.unit.name
    name = _capitals(agency.name)
    if agency.kind == AgencyKind.COMMITTEE:
        rest = name.removeprefix(_COMMITTEE).strip()
        return {"above": "", "agency": [_COMMITTEE, rest] if rest and rest != name else [name], "place": place}
    above = _capitals(agency.parent.name).replace(_COMMITTEE, "UBND") if agency.parent else ""
    return {"above": above, "agency": [name], "place": place}


def signature_of(person: "Person", post: "Post") -> SignatureBlock:
    """What is printed around the signature of `person` in `post`."""
    return {**printed_signature({"name": person.full_name, "title": post.title, "authority": post.signs}), "person_id": person.pk}


def printed_signature(signer: Mapping[str, str]) -> SignatureBlock:
    """What is printed around a signature: "KT. CHỦ TỊCH" (also TL., TUQ.) is followed by the signer's own title."""
    lines = [line.strip() for line in signer.get("authority", "").upper().split("\n") if line.strip()]
    own = _own_title(signer.get("title", ""))
    if own and (not lines or (len(lines) == 1 and re.match(r"(KT|TL|TUQ)\.", lines[0]))):
        lines.append(own)
    return {"authority": lines, "name": signer.get("name", ""), "person_id": None}


def _own_title(title: str) -> str:
    return re.split(r"\s+(?:UBND|ỦY BAN|UỶ BAN|PHƯỜNG|XÃ|TỈNH|HUYỆN|SỞ)\b", title.upper())[0]


def _capitals(name: str) -> str:
    return re.sub(r"^(UBND|UỶ BAN NHÂN DÂN)\b", _COMMITTEE, name.upper())
