"""Taking out of photos and videos where they were taken, and everything else a camera writes beside the picture.

Nothing is decoded: a photo keeps every pixel. Of the Exif only the way up is kept. What follows the end of the picture, where
phones put second pictures and films, is cut off.
"""

import re
import struct
from collections.abc import Iterator

from tinhso.blocks.files.boxes import boxes
from tinhso.blocks.files.content import JPEG, MP4, PNG, FileType
from tinhso.kernel.errors import Invalid

_ORIENTATION = 0x0112
_KEPT_SEGMENTS = frozenset({0xE0, 0xE2, 0xEE})
"""JFIF, colour profile (but for the index of second pictures, which has the same number), Adobe's way of keeping colours."""
_NEXT = re.compile(rb"\xff(?=[^\x00\xd0-\xd7\xff])", re.DOTALL)
_KEPT_CHUNKS = frozenset({
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs",
})  # fmt: skip
_BOXES_WITH_BOXES = frozenset({b"moov", b"trak", b"mdia", b"minf", b"edts"})
_TELLING_BOXES = frozenset({b"udta", b"meta", b"uuid"})


class Broken(Invalid):
    """The file is not built as its type says."""


def stripped(content: bytes, kind: FileType) -> bytes:
    """The content without where, when and by whom it was taken.

    Raises:
        Broken: it cannot be read to its end.
    """
    try:
        if kind == JPEG:
            return _jpeg(content)
        if kind == PNG:
            return _png(content)
        if kind == MP4:
            film = bytearray(content)
            _clear(film, 0, len(film))
            return bytes(film)
    except (ValueError, IndexError, struct.error) as error:
        raise Broken(str(kind.label)) from error
    return content


# --- JPEG


def _jpeg(content: bytes) -> bytes:
    kept = [b"\xff\xd8"]
    if way_up := _way_up(content):
        kept.append(_exif(way_up))
    for marker, start, end in _segments(content):
        about = 0xE0 <= marker <= 0xEF or marker == 0xFE
        second_pictures = content[start + 4 : start + 8] == b"MPF\x00"
        if not about or (marker in _KEPT_SEGMENTS and not second_pictures):
            kept.append(content[start:end])
    return b"".join(kept)


def _segments(content: bytes) -> Iterator[tuple[int, int, int]]:
    """The segments of the first picture: marker, start, end; a scan has its data with it."""
    if content[:2] != b"\xff\xd8":
        raise Broken("JPEG")
    at = 2
    while True:
        if content[at] != 0xFF:
            raise Broken("JPEG")
        while content[at + 1] == 0xFF:  # fill bytes
            at += 1
        marker = content[at + 1]
        if marker == 0xD9:
            yield marker, at, at + 2
            return
        end = at + 2 + struct.unpack_from(">H", content, at + 2)[0]
        if marker == 0xDA:
            end = _end_of_scan(content, end)
        yield marker, at, end
        at = end


def _end_of_scan(content: bytes, at: int) -> int:
    """The next marker that is neither part of the data nor a restart."""
    found = _NEXT.search(content, at)
    if found is None:
        raise Broken("JPEG")
    return found.start()


def _way_up(content: bytes) -> int:
    """2 to 8, or 0 where the picture stands as it is kept."""
    for marker, start, end in _segments(content):
        if marker == 0xE1 and content[start + 4 : start + 10] == b"Exif\x00\x00":
            return _orientation_in(content[start + 10 : end])
    return 0


def _orientation_in(tiff: bytes) -> int:
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return 0
    first = struct.unpack_from(f"{order}I", tiff, 4)[0]
    if first + 2 > len(tiff):
        return 0
    for number in range(struct.unpack_from(f"{order}H", tiff, first)[0]):
        entry = first + 2 + 12 * number
        if entry + 12 > len(tiff):
            return 0
        tag, _kind, _count, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
        if tag == _ORIENTATION:
            return int(value) if 2 <= value <= 8 else 0
    return 0


def _exif(orientation: int) -> bytes:
    """An Exif segment that says the way up and nothing else."""
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, orientation, 0)
    tiff = b"MM\x00\x2a" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    body = b"Exif\x00\x00" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


# --- PNG


def _png(content: bytes) -> bytes:
    kept, at = [content[:8]], 8
    while True:
        size, name = struct.unpack_from(">I4s", content, at)
        end = at + 12 + size
        if end > len(content):
            raise Broken("PNG")
        if name in _KEPT_CHUNKS:
            kept.append(content[at:end])
        if name == b"IEND":
            return b"".join(kept)
        at = end


# --- MP4


def _clear(film: bytearray, start: int, end: int) -> None:
    """Overwrite the boxes that tell about the film, in place: the others are found by their distance from the beginning."""
    for name, at, inside, ends in boxes(film, start, end):
        if name in _TELLING_BOXES:
            film[at + 4 : at + 8] = b"free"
            film[inside:ends] = bytes(ends - inside)
        elif name in _BOXES_WITH_BOXES:
            _clear(film, inside, ends)
