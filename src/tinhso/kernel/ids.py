"""Identifiers people and machines are given."""

import hmac
import secrets
from hashlib import sha256

# without 0/O, 1/I/L, 5/S, 2/Z, 8/B: read aloud and typed on a phone
_ALPHABET = "34679ACDEFGHJKMNPQRTUVWXY"


def readable_code(length: int) -> str:
    """A random code of unambiguous capital letters and digits."""
    return _letters(secrets.randbelow(len(_ALPHABET) ** length), length)


def derived_code(key: bytes, text: str, length: int) -> str:
    """A code that follows from `text` and a secret key, so that it never needs to be stored and never changes."""
    return _letters(int.from_bytes(hmac.digest(key, text.encode(), sha256), "big"), length)


def _letters(number: int, length: int) -> str:
    """The last digits of a number, written in the alphabet, the lowest first."""
    letters = [""] * length
    for place in range(length):
        letters[place] = _ALPHABET[number % len(_ALPHABET)]
        number //= len(_ALPHABET)
    return "".join(letters)
