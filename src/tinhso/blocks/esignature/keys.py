"""Where private keys live. A key never leaves its store: others name it and have it sign.

The soft store keeps keys encrypted on disk and serves the sample authority. A PKCS#11 token or a remote signing service (CSC) is
another class with the same members, added to `_STORES`.
"""

import os
import secrets
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from django.conf import settings

# RSA 2048 rather than EC: the tokens in use by Vietnamese offices, Adobe Reader and poppler's pdfsig all accept it
KEY_SIZE = 2048
SIGNATURE_SIZE = KEY_SIZE // 8
_DIGESTS: dict[str, hashes.HashAlgorithm] = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


class KeyStore(Protocol):
    """A place of keys. References are opaque text, kept in `Certificate.key_reference`."""

    def generate(self, reference: str = "") -> str:
        """Make a key and return its reference (the one given, or a new one)."""

    def holds(self, reference: str) -> bool:
        """Whether the key is still there: a token may have been exchanged, a folder lost."""

    def public_key(self, reference: str) -> RSAPublicKey: ...

    def sign(self, reference: str, data: bytes, digest: str = "sha256") -> bytes:
        """PKCS#1 v1.5 signature of `data`; may wait for a person (PIN, second device)."""


class SoftKeys:
    """Keys in encrypted PKCS#8 files that only the product's user can read."""

    def __init__(self, folder: Path, passphrase: bytes) -> None:
        self._folder = folder
        self._passphrase = passphrase
        self._loaded: dict[str, RSAPrivateKey] = {}

    def generate(self, reference: str = "") -> str:
        reference = reference or secrets.token_hex(16)
        key = generate_private_key(65537, KEY_SIZE)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(self._passphrase),
        )
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._path(reference)
        unfinished = path.with_suffix(f".{secrets.token_hex(4)}")
        with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        self._loaded[reference] = key
        return reference

    def holds(self, reference: str) -> bool:
        return self._path(reference).exists()

    def public_key(self, reference: str) -> RSAPublicKey:
        return self.private_key(reference).public_key()

    def sign(self, reference: str, data: bytes, digest: str = "sha256") -> bytes:
        return self.private_key(reference).sign(data, padding.PKCS1v15(), _DIGESTS[digest])

    def private_key(self, reference: str) -> RSAPrivateKey:
        """The key itself; only for the sample authority, which lives on this store."""
        if reference not in self._loaded:
            key = serialization.load_pem_private_key(
                self._path(reference).read_bytes(), self._passphrase, unsafe_skip_rsa_key_validation=True
            )
            if not isinstance(key, RSAPrivateKey):
                raise TypeError(f"key {reference} is not RSA")
            self._loaded[reference] = key
        return self._loaded[reference]

    def _path(self, reference: str) -> Path:
        if not reference.isalnum():
            raise ValueError("a key reference has letters and digits only")
        return self._folder / f"{reference}.key"


@cache
def _soft(folder: Path) -> SoftKeys:
    return SoftKeys(folder, settings.KEYS_PASSPHRASE)


def soft_keys() -> SoftKeys:
    """The installation's soft store."""
    return _soft(Path(settings.DATA_DIR) / "ca" / "keys")


_STORES: dict[str, Callable[[], KeyStore]] = {"soft": soft_keys}


def key_store(adapter: str = "soft") -> KeyStore:
    """The store of an adapter's name (`Certificate.adapter`)."""
    return _STORES[adapter]()
