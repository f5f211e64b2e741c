"""How an e-mail stands in an exchange of letters."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Thread:
    """reply_to: where an answer goes, in place of the product's sender. in_reply_to: the Message-ID of the letter answered.
    personal: somebody wrote it; else it says of itself that a machine did."""

    reply_to: str = ""
    in_reply_to: str = ""
    personal: bool = False


ALONE = Thread()
"""An e-mail that answers none."""
