"""A letter as it lies in a mailbox."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """validity, uid: where the mailbox stands after it. place: where people find it there. cut: only its beginning was read.

    refused: the server does not give it out.
    """

    validity: int
    uid: int
    place: str
    content: bytes
    cut: bool = False
    refused: bool = False
