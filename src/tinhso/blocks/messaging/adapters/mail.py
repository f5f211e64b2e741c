"""An e-mail as it stands in the folder and as it goes to the server."""

import re
from email.message import EmailMessage
from email.utils import format_datetime

from django.conf import settings
from django.utils.timezone import localtime

from tinhso.blocks.messaging.adapters.base import Envelope

_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,240}>")
_OURS = re.compile(r"<message-(\d{1,18})@tinhso\.invalid>")


def message_number(message_id: str) -> int | None:
    """Which of our messages a Message-ID is of."""
    match = _OURS.fullmatch(message_id)
    return int(match.group(1)) if match else None


def mail_of(envelope: Envelope) -> EmailMessage:
    """The Message-ID follows from the envelope's key, so that a mail sent twice is recognised as one."""
    mail = EmailMessage()
    mail["From"] = settings.MAIL_FROM
    mail["To"] = envelope.address
    mail["Subject"] = envelope.subject
    mail["Date"] = format_datetime(localtime())
    mail["Message-ID"] = f"<{envelope.key}@tinhso.invalid>"
    mail["Content-Language"] = envelope.language
    thread = envelope.thread
    if thread.reply_to:
        mail["Reply-To"] = thread.reply_to
    if _MESSAGE_ID.fullmatch(thread.in_reply_to):  # it came from outside: nothing else gets into our head lines
        mail["In-Reply-To"] = mail["References"] = thread.in_reply_to
    if not thread.personal:  # RFC 3834: no out-of-office answers, please
        mail["Auto-Submitted"] = "auto-replied" if thread.in_reply_to else "auto-generated"
    mail.set_content(envelope.body)
    return mail
