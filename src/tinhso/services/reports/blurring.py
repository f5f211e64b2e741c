"""Making faces and number plates unreadable: what lies in a box becomes a few coarse squares, which nothing brings back."""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps

from tinhso.kernel.errors import Invalid

MOST_BOXES = 40
_SQUARES = 6
_LARGEST = 2_048
_NUMBER = re.compile(r"\d{1,3}(?:[.,]\d{1,3})?")


@dataclass(frozen=True)
class Box:
    """Left, top, width and height in percent of the picture as it is shown."""

    left: float
    top: float
    width: float
    height: float


def boxes_in(text: str) -> list[Box]:
    """One box a line: "12 30 8 10".

    Raises:
        Invalid: a line is not four numbers from 0 to 100, there is none, or there are too many; `fields` names "boxes".
    """
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        numbers = [float(one.replace(",", ".")) for one in _NUMBER.findall(line)]
        if len(numbers) != 4 or max(numbers) > 100 or not (numbers[2] and numbers[3]):
            problem = _("Dòng “%(line)s” không đúng; ghi bốn số từ 0 đến 100: trái, trên, rộng, cao.") % {"line": line[:40]}
            raise Invalid(problem, fields={"boxes": problem})
        found.append(Box(*numbers))
    if not 0 < len(found) <= MOST_BOXES:
        problem = _("Hãy kéo ít nhất một ô, nhiều nhất %(limit)s ô.") % {"limit": MOST_BOXES}
        raise Invalid(problem, fields={"boxes": problem})
    return found


def as_lines(boxes: Iterable[Box]) -> str:
    """As `boxes_in` reads them."""
    return "\n".join(f"{box.left:g} {box.top:g} {box.width:g} {box.height:g}" for box in boxes)


def blurred(content: bytes, boxes: Sequence[Box]) -> bytes:
    """A JPEG of the picture, no larger than a screen, with the boxes made unreadable."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as opened:
        opened.draft("RGB", (_LARGEST, _LARGEST))
        image = ImageOps.exif_transpose(opened).convert("RGB")
    image.thumbnail((_LARGEST, _LARGEST))
    for area in _areas(image.size, boxes):
        part = image.crop(area)
        coarse = part.resize((_SQUARES, _SQUARES), Image.Resampling.BOX)
        image.paste(coarse.resize(part.size, Image.Resampling.NEAREST), area)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def _areas(size: tuple[int, int], boxes: Iterable[Box]) -> Iterable[tuple[int, int, int, int]]:
    width, height = size
    for box in boxes:
        left, top = int(width * box.left / 100), int(height * box.top / 100)
        right = min(width, left + max(1, round(width * box.width / 100)))
        bottom = min(height, top + max(1, round(height * box.height / 100)))
        if right > left and bottom > top:
            yield left, top, right, bottom
