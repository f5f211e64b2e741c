"""Counting tries, so that nobody guesses passwords and codes by the thousand.

The count is kept in the database, because every worker must see the tries of the others, and outside the caller's transaction's
fate as far as the caller sees to it: call `spend_try` before the guarded work and outside an action.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import ngettext

from tinhso.kernel.errors import DomainError

_COUNT = """
    INSERT INTO identity_throttle AS t (key, count, window_ends) VALUES (%(key)s, 1, %(end)s)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN t.window_ends <= %(at)s THEN 1 ELSE t.count + 1 END,
        window_ends = CASE WHEN t.window_ends <= %(at)s THEN excluded.window_ends ELSE t.window_ends END
    RETURNING count, window_ends
"""


class TooManyTries(DomainError):
    """Something guarded was tried too often; the message says when it may be tried again."""

    status = 429
    code = "too_many_tries"


def spend_try(*what: str, limit: int, window: timedelta, at: datetime) -> None:
    """Count one try of `what` (any texts; only their keyed digest is kept).

    Raises:
        TooManyTries: more than `limit` tries in the running window.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"key": _key(what), "at": at, "end": at + window})
        count, ends = cursor.fetchone()
    if count > limit:
        raise _too_many(ends, at)


def refuse_spent(*what: str, limit: int, at: datetime) -> None:
    """Count nothing, but refuse where `limit` tries of `what` are spent.

    Raises:
        TooManyTries: they are.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT count, window_ends FROM identity_throttle WHERE key = %s", [_key(what)])
        row = cursor.fetchone()
    if row and row[0] >= limit and row[1] > at:
        raise _too_many(row[1], at)


def _too_many(ends: datetime, at: datetime) -> TooManyTries:
    minutes = max(1, ceil((ends - at) / timedelta(minutes=1)))
    return TooManyTries(
        ngettext(
            "Đã thử quá nhiều lần. Vì an toàn, hãy chờ %(minutes)d phút rồi thử lại.",
            "Đã thử quá nhiều lần. Vì an toàn, hãy chờ %(minutes)d phút rồi thử lại.",
            minutes,
        )
        % {"minutes": minutes}
    )


def forget_tries(*what: str) -> None:
    """Start counting `what` afresh, after a success."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM identity_throttle WHERE key = %s", [_key(what)])


def _key(what: tuple[str, ...]) -> str:
    return salted_hmac("tinhso.throttle", "\0".join(what), algorithm="sha256").hexdigest()


def client_address(request: HttpRequest) -> str:
    """The network address of the caller; of IPv6 the /64, which is what one household or office holds.

    Behind `TRUSTED_PROXIES` proxies the caller is that many places from the end of X-Forwarded-For; what stands before it was
    written by the caller and proves nothing.
    """
    text = request.META.get("REMOTE_ADDR", "")
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    if settings.TRUSTED_PROXIES and len(hops) >= settings.TRUSTED_PROXIES:
        text = hops[-settings.TRUSTED_PROXIES]
    try:
        address = ip_address(text)
    except ValueError:
        return sha256(text.encode()).hexdigest()[:16]
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)
