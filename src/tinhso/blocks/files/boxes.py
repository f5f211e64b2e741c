"""The boxes an MP4 film is made of (ISO/IEC 14496-12, 4.2)."""

import struct
from collections.abc import Iterator


def boxes(film: bytes | bytearray, start: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Each box between two places: its name, where it begins, where its contents begin, where it ends.

    Raises:
        ValueError: a box is smaller than its head, or ends beyond `end`.
    """
    at = start
    while at + 8 <= end:
        size, name = struct.unpack_from(">I4s", film, at)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", film, at + 8)[0], 16
        elif size == 0:
            size = end - at
        if size < head or at + size > end:
            raise ValueError(name)
        yield name, at, at + head, at + size
        at += size
