"""Checking a password. Tries are counted before the password is looked at, and every answer takes the time of one hash."""

from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from tinhso.blocks.identity.actions import note_refused_sign_in
from tinhso.blocks.identity.models import Account
from tinhso.blocks.identity.queries import account_named, counted_name
from tinhso.blocks.identity.throttle import forget_tries, spend_try
from tinhso.kernel.errors import Invalid

# an office shares one address, so its limit is wide; the account's own is a brake on guessing from many addresses
_PER_ACCOUNT_AND_ADDRESS = 5
_PER_ACCOUNT = 50
_PER_ADDRESS = 200
_WINDOW = timedelta(minutes=15)


def check_credentials(name: str, password: str, *, address: str, at: datetime) -> Account:
    """The account that `name` (username or e-mail) and `password` open. Call it outside an action.

    Raises:
        TooManyTries: too many tries for this account from this address, for this account, or from this address.
        Invalid: they open none; the message does not say whether the account exists.
    """
    key = counted_name(name)
    spend_try("sign-in", key, address, limit=_PER_ACCOUNT_AND_ADDRESS, window=_WINDOW, at=at)
    spend_try("sign-in", key, limit=_PER_ACCOUNT, window=_WINDOW, at=at)
    spend_try("sign-in-from", address, limit=_PER_ADDRESS, window=_WINDOW, at=at)
    account = account_named(name.strip())
    if account is None:
        make_password(password)  # the same work as a check
        fits = False
    else:
        fits = account.check_password(password) and account.is_active
    if account is None or not fits:
        if account is not None:
            note_refused_sign_in(account)
        raise Invalid(_("Tên đăng nhập hoặc mật khẩu không đúng. Hãy kiểm tra lại, kể cả phím Caps Lock và bộ gõ tiếng Việt."))
    forget_tries("sign-in", key, address)
    return account
