"""Registering and getting back in, by a code sent to an address.

None of it tells a stranger who has an account: whatever is entered, the next page asks for the code, and only the owner of the
address learns more. A self-registered account does not get the personal number or the business it declares, so that nobody
takes over another's cases by knowing a number; that takes a card shown at a counter (`identity.verify_citizen`).
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from tinhso.blocks.directory.actions import register_person
from tinhso.blocks.identity.actions import check_new_password, open_account, set_password
from tinhso.blocks.identity.models import Account
from tinhso.blocks.identity.queries import account_named, counted_name, is_sample, sample_loaded, verified_accounts_of
from tinhso.blocks.identity.throttle import spend_try
from tinhso.blocks.messaging.actions import send
from tinhso.blocks.messaging.channels import stays_inside
from tinhso.kernel.actions import action, record
from tinhso.kernel.errors import Invalid, WrongState
from tinhso.services.accounts.fields import Registration
from tinhso.services.accounts.models import Challenge

_LIVES = timedelta(minutes=15)
_TRIES = 5
_HOUR = timedelta(hours=1)


def begin_registration(registration: Registration, password: str, *, language: str, network: str, at: datetime) -> Challenge:
    """Send a code to the contact of somebody who wants to register.

    Args:
        network: the caller's address, for counting.

    Raises:
        Invalid: the password is too weak.
        TooManyTries: too many codes for this contact or from this address.
    """
    check_new_password(password, Account(username=registration.contact, email=registration.contact))
    _spend(registration.contact, network, at)
    data = {
        "kind": registration.kind,
        "full_name": registration.full_name,
        "number": registration.number,
        "business_name": registration.business_name,
        "language": language,
        "password": make_password(password),  # also for a known contact, so that both answers take as long
    }
    return _begin_registration(registration.contact, data, language=language, at=at)


@action
def _begin_registration(contact: str, data: dict[str, str], *, language: str, at: datetime) -> Challenge:
    known = account_named(contact) is not None
    challenge = _challenge(Challenge.Purpose.REGISTER, contact, is_open=not known, data=data, at=at)
    if known:
        send("accounts.already_registered", to=contact, context={}, link="/dang-nhap/", language=language)
    else:
        _send_code(challenge, language)
    return challenge


def confirm_registration(key: str, code: str, *, at: datetime) -> Account:
    """Open the account whose contact the code has proved.

    Raises:
        Invalid: the code is wrong.
        WrongState: it has expired or was tried too often; begin again.
    """
    return _open_registered(_met(key, Challenge.Purpose.REGISTER, code, at=at))


@action
def _open_registered(challenge: Challenge) -> Account:
    said, contact = challenge.data, challenge.address
    email = contact if "@" in contact else ""
    person = register_person(full_name=said["full_name"], email=email, phone="" if email else contact, by=None)
    others = verified_accounts_of(said["number"])
    account = open_account(
        kind=Account.Kind(said["kind"]),
        person=person,
        username=contact,
        email=email,
        password_hash=said["password"],
        declared_number=said["number"],
        declared_name=said["business_name"],
        language=said["language"],
        by=None,
    )
    for other in others:
        send("accounts.number_claimed", to=other.person, context={"at": account.created_at}, link="/tai-khoan/")
    challenge.delete()
    return account


def begin_reset(name: str, *, language: str, network: str, at: datetime) -> Challenge:
    """Send a code to the owner of the account `name` (username, e-mail or telephone), if there is one.

    Raises:
        TooManyTries: too many codes for this name or from this address.
    """
    _spend(counted_name(name), network, at)
    return _begin_reset(name.strip(), language=language, at=at)


@action
def _begin_reset(name: str, *, language: str, at: datetime) -> Challenge:
    account = account_named(name) or account_named(name.replace(" ", ""))
    address = _address_of(account) if account and account.is_active else ""
    data = {"account": account.pk} if account and address else {}
    challenge = _challenge(Challenge.Purpose.RESET, address or name[:254], is_open=bool(data), data=data, at=at)
    if account and data:
        _send_code(challenge, account.language or language)
        record("accounts.reset_asked", by=None, on=account)
    return challenge


def confirm_reset(key: str, code: str, password: str, *, at: datetime) -> Account:
    """Give the account of the challenge a new password.

    Raises:
        Invalid: the code is wrong, or the password too weak (the code can then be used again).
        WrongState: the code has expired or was tried too often; begin again.
    """
    check_new_password(password)
    return _reset(_met(key, Challenge.Purpose.RESET, code, at=at), password)


@action
def _reset(challenge: Challenge, password: str) -> Account:
    account = Account.objects.select_related("person").get(pk=challenge.data["account"])
    account = set_password(account, password, by=None)
    challenge.delete()
    return account


@action
def forget_old_challenges(*, at: datetime) -> int:
    """Drop what nobody answered; it holds personal data that nobody needs any more."""
    return Challenge.objects.filter(expires_at__lte=at).delete()[0]


# -------------------------------------------------------------------------------------------------------------- codes


def code_of(challenge: Challenge) -> str:
    """The six digits that meet the challenge."""
    digest = salted_hmac("tinhso.accounts.code", challenge.key, secret=settings.SECRET_KEY, algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def sample_code(challenge: Challenge) -> str:
    """The code, where the page itself may show it; else empty.

    With sample data loaded nothing need leave the house to register, and a sample account is open to everybody anyway. The
    account of anybody else is got back by the message alone.
    """
    if not challenge.open or not sample_loaded():
        return ""
    if challenge.purpose == Challenge.Purpose.RESET:
        return code_of(challenge) if is_sample(challenge.data["account"]) else ""
    return code_of(challenge) if stays_inside(challenge.address) else ""


def _challenge(purpose: str, address: str, *, is_open: bool, data: Mapping[str, object], at: datetime) -> Challenge:
    return Challenge.objects.create(
        key=secrets.token_urlsafe(32), purpose=purpose, address=address, open=is_open, data=data, expires_at=at + _LIVES
    )


def _send_code(challenge: Challenge, language: str) -> None:
    context = {"code": code_of(challenge), "minutes": int(_LIVES.total_seconds() // 60), "purpose": challenge.purpose}
    send("accounts.code", to=challenge.address, context=context, language=language, secret=True)


def _met(key: str, purpose: str, code: str, *, at: datetime) -> Challenge:
    """The challenge, met by `code`. A wrong code is counted before it is refused."""
    challenge = _try(key, purpose, at=at)
    if challenge is None:
        raise WrongState(_("Mã đã hết hạn hoặc đã nhập sai quá nhiều lần. Hãy làm lại từ đầu để nhận mã mới."))
    given = "".join(code.split())
    fits = compare_digest(sha256(given.encode()).digest(), sha256(code_of(challenge).encode()).digest())
    if not fits or not challenge.open:
        raise Invalid(
            _("Mã chưa đúng."), fields={"code": _("Mã có 6 chữ số, nằm trong tin chúng tôi vừa gửi. Hãy kiểm tra lại.")}
        )
    return challenge


@action
def _try(key: str, purpose: str, *, at: datetime) -> Challenge | None:
    challenge = Challenge.objects.select_for_update().filter(key=key, purpose=purpose, expires_at__gt=at).first()
    if challenge is None or challenge.attempts >= _TRIES:
        return None
    challenge.attempts += 1
    challenge.save(update_fields=["attempts"])
    return challenge


def _address_of(account: Account) -> str:
    if account.email:
        return account.email
    return account.username if account.username.isdigit() else account.person.email or account.person.phone


def _spend(contact: str, network: str, at: datetime) -> None:
    spend_try("code", contact, limit=5, window=_HOUR, at=at)
    spend_try("code-from", network, limit=60, window=_HOUR, at=at)
