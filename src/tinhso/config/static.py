"""How what browsers load is kept: fingerprinted, and compressed once."""

import hashlib
from collections.abc import Callable
from threading import Lock
from typing import Any

import brotli
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

# the last step, 11, takes more than twice as long and saves two hundredths
_QUALITY = 10


class OnceCompressor(Compressor):  # type: ignore[misc] # whitenoise says nothing of its types
    """Every file lies there under two names, with its fingerprint and without (scripts import each other so)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._guard = Lock()
        self._made: dict[tuple[str, bytes], tuple[Lock, list[bytes]]] = {}

    def compress_brotli(self, data: bytes) -> bytes:
        return self._once("br", data, lambda: brotli.compress(data, quality=_QUALITY))

    def compress_gzip(self, data: bytes) -> bytes:
        return self._once("gz", data, lambda: Compressor.compress_gzip(data))

    def _once(self, kind: str, data: bytes, work: Callable[[], bytes]) -> bytes:
        with self._guard:
            lock, made = self._made.setdefault((kind, hashlib.sha256(data).digest()), (Lock(), []))
        with lock:
            if not made:
                made.append(work())
        return made[0]


class BuiltStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    def create_compressor(self, **options: Any) -> Compressor:
        return OnceCompressor(**options)
