"""Somebody without an account proves a telephone or an e-mail address: a code is sent there, and then the device keeps a token.

The code follows from the address and the quarter of an hour, so that nothing has to be stored; the caller limits how often one is
asked for and tried (`limits`).
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.identity_numbers import normal_phone
from tinhso.blocks.messaging.actions import send
from tinhso.kernel.actions import action
from tinhso.kernel.errors import Invalid
from tinhso.kernel.ids import derived_code

_LENGTH = 6
_EVERY = 15 * 60
KEPT = timedelta(days=90)
_SALT = "reports.phone"


def address_of(text: str) -> str:
    """A telephone number or an e-mail address as it is kept.

    Raises:
        Invalid: neither, or a wrong one; `fields` names "phone".
    """
    text = text.strip()
    if not text:
        problem = _("Hãy ghi số điện thoại hoặc thư điện tử.")
        raise Invalid(problem, fields={"phone": problem})
    if "@" not in text:
        return normal_phone(text)
    try:
        validate_email(text)
    except ValidationError:
        problem = _("Địa chỉ thư điện tử chưa đúng.")
        raise Invalid(problem, fields={"phone": problem}) from None
    return text.lower()


@action
def send_code(phone: str, *, at: datetime | None = None) -> None:
    """Send the code to the number, or to the e-mail address.

    Raises:
        Invalid: not a Vietnamese number, nor an e-mail address; `fields` names "phone".
    """
    at, phone = at or now(), address_of(phone)
    send("reports_code", to=phone, context={"code": _code(phone, at)}, about="", secret=True)


def confirmed(phone: str, code: str, *, at: datetime | None = None) -> str:
    """The token for a number whose code is right; it lasts 90 days. A code lasts from 15 to 30 minutes.

    Raises:
        Invalid: another code, or an old one.
    """
    at, phone = at or now(), address_of(phone)
    given = "".join(code.split()).upper()
    if given not in (_code(phone, at), _code(phone, at - timedelta(seconds=_EVERY))):
        problem = _("Mã không đúng hoặc đã hết hạn.")
        raise Invalid(problem, fields={"code": problem})
    return signing.dumps(phone, salt=_SALT)


def phone_of(token: str) -> str:
    """The number that a token proves; empty for none."""
    try:
        return str(signing.loads(token, salt=_SALT, max_age=KEPT)) if token else ""
    except signing.BadSignature:
        return ""


def _code(phone: str, at: datetime) -> str:
    return derived_code(settings.LOOKUP_KEY, f"reports.phone {phone} {int(at.timestamp()) // _EVERY}", _LENGTH)
