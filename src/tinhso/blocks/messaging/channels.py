"""Which adapter carries which channel, as the settings say."""

from datetime import timedelta

from django.conf import settings
from django.utils.timezone import now
from django.utils.translation import gettext as _

from tinhso.blocks.messaging.adapters.base import Adapter, email_adapters, sms_adapters
from tinhso.blocks.messaging.adapters.folder import MailFolder, SmsFolder
from tinhso.blocks.messaging.adapters.smtp import Smtp
from tinhso.blocks.messaging.models import Message
from tinhso.blocks.messaging.queries import undelivered
from tinhso.kernel.manifest import Check

_REMEMBERED = timedelta(days=14)

email_adapters.register("demo", MailFolder)
email_adapters.register("smtp", lambda: Smtp(settings.SMTP_URL))
sms_adapters.register("demo", SmsFolder)


def adapter_for(channel: str) -> Adapter:
    """
    Raises:
        LookupError: the settings name an adapter that does not exist.
        ValueError: the settings of the adapter cannot be read.
    """
    if channel == Message.Channel.SMS:
        return sms_adapters.get(settings.SMS_GATEWAY)
    return email_adapters.get("smtp" if settings.SMTP_URL else "demo")


def stays_inside(address: str) -> bool:
    """Whether a message to the address would only be written into a folder of this installation."""
    return not settings.SMTP_URL if "@" in address else settings.SMS_GATEWAY == "demo"


def check_channels() -> list[Check]:
    found = []
    for channel in (Message.Channel.EMAIL, Message.Channel.SMS):
        try:
            found.append(adapter_for(channel).check())
        except LookupError as error:
            found.append(Check(channel.value, "failed", str(error), _("sửa TINHSO_SMS_GATEWAY")))
        except ValueError:  # its words may hold the address with the password
            found.append(Check(channel.value, "failed", "TINHSO_SMTP_URL", _("viết như smtp://user:password@host:587")))
    return [*found, _check_undelivered()]


def _check_undelivered() -> Check:
    """The messages given up of late; those of long ago concern nobody any more."""
    part = "undelivered messages"
    if count := undelivered(since=now() - _REMEMBERED).count():
        return Check(part, "failed", str(count), _("xem bằng tinhso messages failed; sửa xong chạy tinhso messages retry"))
    return Check(part, "ok", _("không có"))
