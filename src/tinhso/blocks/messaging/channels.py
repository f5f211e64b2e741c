"""Which adapter carries which channel, as the settings say."""

from django.conf import settings

from tinhso.blocks.messaging.adapters.base import Adapter, email_adapters, sms_adapters
from tinhso.blocks.messaging.adapters.folder import MailFolder, SmsFolder
from tinhso.blocks.messaging.adapters.smtp import Smtp
from tinhso.blocks.messaging.models import Message
from tinhso.kernel.manifest import Check

email_adapters.register("demo", MailFolder)
email_adapters.register("smtp", lambda: Smtp(settings.SMTP_URL))
sms_adapters.register("demo", SmsFolder)


def adapter_for(channel: str) -> Adapter:
    """
    Raises:
        LookupError: the settings name an adapter that does not exist.
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
            found.append(Check(channel.value, "failed", str(error), "correct TINHSO_SMS_GATEWAY"))
    return found
