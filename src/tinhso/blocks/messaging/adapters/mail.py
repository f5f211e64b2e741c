"""An e-mail as it stands in the folder and as it goes to the server."""

from email.message import EmailMessage
from email.utils import format_datetime

from django.conf import settings
from django.utils.timezone import localtime

from tinhso.blocks.messaging.adapters.base import Envelope


def mail_of(envelope: Envelope) -> EmailMessage:
    """The Message-ID follows from the envelope's key, so that a mail sent twice is recognised as one."""
    mail = EmailMessage()
    mail["From"] = settings.MAIL_FROM
    mail["To"] = envelope.address
    mail["Subject"] = envelope.subject
    mail["Date"] = format_datetime(localtime())
    mail["Message-ID"] = f"<{envelope.key}@tinhso.invalid>"
    mail["Content-Language"] = envelope.language
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
    mail.set_content(envelope.body)
    return mail
