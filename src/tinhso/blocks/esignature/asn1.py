"""A fault of asn1crypto 1.5.1, mended from outside until there is a release: https://github.com/wbond/asn1crypto/issues/249.

It takes every header that ends in 0x80 for BER's indefinite length and encodes anew all below it, what was just made several
times at each level. But a length of 128, 384, 640 … bytes ends so too: of one signature in 256, which then took half a minute
instead of a fiftieth of a second.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from asn1crypto import core

_Dump = Callable[..., bytes]


def read_lengths_rightly() -> None:
    """Have asn1crypto tell a length that ends in 0x80 from an indefinite one. Doing it twice changes nothing."""
    for kind in (core.Asn1Value, core.Choice, core.Primitive, core.Sequence, core.SequenceOf):
        if not hasattr(kind.dump, "__wrapped__"):
            kind.dump = _mended(kind.dump)


def _mended(dump: _Dump) -> _Dump:
    @wraps(dump)
    def mended(value: Any, force: bool = False) -> bytes:
        # only an indefinite length is ended by a trailer; a header that is not there is made from the contents, the same bytes
        if value._header is not None and value._header[-1:] == b"\x80" and not value._trailer:
            value._header = None
        return dump(value, force)

    return mended
