"""How long a film is, by what its header says. Nothing is decoded."""

import struct
from collections.abc import Iterator

from django.utils.translation import gettext as _

from tinhso.blocks.files.boxes import boxes
from tinhso.kernel.errors import Invalid

FILM_SECONDS = 30
_GRACE = 1
_INSIDE = frozenset({b"moov", b"trak", b"mdia"})
_CLOCKS = frozenset({b"mvhd", b"mdhd"})  # the film's, each track's


def check_length(film: bytes) -> None:
    """
    Raises:
        Invalid: longer than FILM_SECONDS, or its header says no length, as with films made for streaming.
    """
    try:
        length = max(_lengths(film, 0, len(film)), default=0.0)
    except (ValueError, IndexError, struct.error):
        length = 0.0
    if not length:
        raise Invalid(_("Không đọc được độ dài của video. Hãy quay lại bằng máy ảnh của điện thoại."))
    if length > FILM_SECONDS + _GRACE:
        raise Invalid(_("Video dài hơn %(seconds)s giây.") % {"seconds": FILM_SECONDS})


def _lengths(film: bytes, start: int, end: int) -> Iterator[float]:
    """What the film's clock and each track's say, in seconds; the longest one is shown to its end."""
    for name, _at, inside, ends in boxes(film, start, end):
        if name in _INSIDE:
            yield from _lengths(film, inside, ends)
        elif name in _CLOCKS:
            wide = film[inside] == 1  # version 1: times of 64 bits
            scale, length = struct.unpack_from(">IQ" if wide else ">II", film, inside + (20 if wide else 12))
            yield length / scale if scale else 0.0
