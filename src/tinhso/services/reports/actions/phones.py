"""Somebody without an account proves a telephone: a code by SMS, and then a token the device keeps.

The code follows from the number and the quarter of an hour, so that nothing has to be stored; the caller limits how often one is
asked for and tried (`limits`).
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.identity_numbers import normal_phone
from tinhso.blocks.messaging.actions import send
from tinhso.kernel.actions import action
from tinhso.kernel.errors import Invalid
from tinhso.kernel.ids import derived_code

_LENGTH = 6
_EVERY = 15 * 60
_KEPT = timedelta(days=90)
_SALT = "reports.phone"


@action
def send_code(phone: str, *, at: datetime | None = None) -> None:
    """Send the code to the number.

    Raises:
        Invalid: not a Vietnamese number; `fields` names "phone".
    """
    at, phone = at or now(), normal_phone(phone)
    if not phone:
        problem = _("Hãy ghi số điện thoại.")
        raise Invalid(problem, fields={"phone": problem})
    send("reports_code", to=phone, context={"code": _code(phone, at)}, about="", secret=True)


def confirmed(phone: str, code: str, *, at: datetime | None = None) -> str:
    """The token for a number whose code is right; it lasts 90 days. A code lasts from 15 to 30 minutes.

    Raises:
        Invalid: another code, or an old one.
    """
    at, phone = at or now(), normal_phone(phone)
    given = "".join(code.split()).upper()
    if given not in (_code(phone, at), _code(phone, at - timedelta(seconds=_EVERY))):
        problem = _("Mã không đúng hoặc đã hết hạn.")
        raise Invalid(problem, fields={"code": problem})
    return signing.dumps(phone, salt=_SALT)


def phone_of(token: str) -> str:
    """The number that a token proves; empty for none."""
    try:
        return str(signing.loads(token, salt=_SALT, max_age=_KEPT)) if token else ""
    except signing.BadSignature:
        return ""


def _code(phone: str, at: datetime) -> str:
    return derived_code(settings.LOOKUP_KEY, f"reports.phone {phone} {int(at.timestamp()) // _EVERY}", _LENGTH)
