"""Which mailbox the desk reads, as the settings say."""

from collections.abc import Iterator
from datetime import date
from typing import Protocol

from django.conf import settings

from tinhso.kernel.manifest import Check
from tinhso.services.hotline.mail.folder import Folder
from tinhso.services.hotline.mail.found import Found
from tinhso.services.hotline.mail.imap import Imap


class Box(Protocol):
    def letters(self, validity: int, last_uid: int, today: date) -> Iterator[Found]:
        """What came after `last_uid`, oldest first. Raises OSError when the mailbox cannot be read."""

    def done(self, found: Found) -> None:
        """It was dealt with."""

    def check(self) -> Check:
        """The state shown on the system-status page."""


def mailbox() -> Box:
    """
    Raises:
        ValueError: TINHSO_MAILBOX_URL cannot be read.
    """
    return Imap(settings.MAILBOX_URL) if settings.MAILBOX_URL else Folder()
