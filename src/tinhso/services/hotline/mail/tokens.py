"""What makes an answer by e-mail find its conversation again: a token in the subject that follows from the conversation."""

import hmac
import re
from email.utils import parseaddr

from django.conf import settings

from tinhso.kernel.ids import derived_code
from tinhso.services.hotline.conversation_tables import Conversation

_LENGTH = 6
_TOKEN = re.compile(r"\[\+?\d{3,15}-(\d{1,18})-([A-Z0-9]{6})\]")
_PREFIX = re.compile(r"^(?:\s*(?:re|aw|fw|fwd|tr|trả lời|chuyển tiếp)\s*:\s*)+", re.IGNORECASE)


def mailbox_address() -> str:
    """Where answers by e-mail go; without one of its own where all mail of the product comes from."""
    return settings.MAILBOX_ADDRESS or parseaddr(settings.MAIL_FROM)[1]


def token_of(conversation: Conversation) -> str:
    """`[1022-57-AC4KXY]`."""
    return f"[{conversation.line.number}-{conversation.pk}-{_code(conversation.pk)}]"


def reply_subject(conversation: Conversation) -> str:
    """The subject of an answer, with the token at the end."""
    return f"Re: {bare_subject(conversation.subject) or conversation.line.title} {token_of(conversation)}"


def bare_subject(subject: str) -> str:
    """Without `Re:` and tokens."""
    return " ".join(_PREFIX.sub("", _TOKEN.sub("", subject)).split())


def conversation_number(subject: str) -> int | None:
    """The conversation whose token the subject carries, if the token is a true one."""
    for number, code in _TOKEN.findall(subject):
        if hmac.compare_digest(_code(int(number)), code):
            return int(number)
    return None


def _code(number: int) -> str:
    return derived_code(settings.LOOKUP_KEY, f"hotline.mail {number}", _LENGTH)
