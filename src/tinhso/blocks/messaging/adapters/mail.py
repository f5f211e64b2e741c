"""An e-mail as it stands in the folder and as it goes to the server."""

import hmac
import re
from email.message import EmailMessage
from email.utils import format_datetime

from django.conf import settings
from django.utils.timezone import localtime

from tinhso.blocks.messaging.adapters.base import Envelope
from tinhso.kernel.ids import derived_code

_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,240}>")
_OURS = re.compile(r"<(message-(\d{1,18}))\.([A-Z0-9]{16})@tinhso\.invalid>")


def message_number(message_id: str) -> int | None:
    """Which of our messages a Message-ID is of. One that was guessed is of none: its code follows from a secret."""
    match = _OURS.fullmatch(message_id)
    return int(match.group(2)) if match and hmac.compare_digest(_code(match.group(1)), match.group(3)) else None


def message_id_of(key: str) -> str:
    """The Message-ID of the envelope with this key: always the same, and nobody else can make it."""
    return f"<{key}.{_code(key)}@tinhso.invalid>"


def _code(key: str) -> str:
    return derived_code(settings.LOOKUP_KEY, f"mail {key}", 16)


def mail_of(envelope: Envelope) -> EmailMessage:
    """The Message-ID follows from the envelope's key, so that a mail sent twice is recognised as one."""
    mail = EmailMessage()
    mail["From"] = settings.MAIL_FROM
    mail["To"] = envelope.address
    mail["Subject"] = envelope.subject
    mail["Date"] = format_datetime(localtime())
    mail["Message-ID"] = message_id_of(envelope.key)
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
