"""A mailbox on a server, over IMAP (RFC 9051). Nothing is changed there: what was read is remembered here, by UID."""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from tinhso.kernel.manifest import Check
from tinhso.services.hotline.mail.found import Found

_TIMEOUT = 20  # seconds
_PORTS = {"imap": 143, "imaps": 993}
_MOST = 200  # letters at once; the next minute takes the next
_NEW, _AGAIN = timedelta(days=1), timedelta(days=7)
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class Imap:
    """`url`: imaps://user:password@host:port/folder (TLS from the start) or imap://… (STARTTLS; `?tls=no` for a server without).

    The server's certificate is checked, and no password shown to a server that cannot encrypt.

    Raises:
        ValueError: the address is not of this form.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("TINHSO_MAILBOX_URL is not like imaps://user:password@host:993/INBOX")
        self._host, self._port = parts.hostname, parts.port or _PORTS[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._folder = unquote(parts.path.strip("/")) or "INBOX"
        self._tls_at_once = parts.scheme == "imaps"
        self._tls = "tls=no" not in parts.query

    @contextmanager
    def _opened(self) -> Iterator[imaplib.IMAP4]:
        """The folder, open for reading.

        Raises:
            OSError: the server cannot be reached, or refuses.
        """
        context = ssl.create_default_context()
        try:
            if self._tls_at_once:
                server: imaplib.IMAP4 = imaplib.IMAP4_SSL(self._host, self._port, timeout=_TIMEOUT, ssl_context=context)
            else:
                server = imaplib.IMAP4(self._host, self._port, timeout=_TIMEOUT)
            try:
                if self._tls and not self._tls_at_once:
                    server.starttls(context)
                server.login(self._user, self._password)
                _checked(server.select(f'"{self._folder}"', readonly=True))
                yield server
            finally:
                with suppress(imaplib.IMAP4.error, OSError):
                    server.logout()
        except imaplib.IMAP4.error as error:  # its words may hold what the server was told
            raise OSError(type(error).__name__) from None

    def letters(self, validity: int, last_uid: int, today: date) -> Iterator[Found]:
        """Those after `last_uid`. A mailbox joined for the first time gives what came since yesterday.

        One whose numbers have begun anew gives what came in a week: those known are recognised by their Message-ID.
        """
        with self._opened() as server:
            current = _number(server.response("UIDVALIDITY")[1])
            if current == validity and last_uid:
                wanted = f"UID {last_uid + 1}:*"
            else:
                last_uid = 0
                wanted = f"SINCE {_imap_date(today - (_AGAIN if validity else _NEW))}"
            answer = _checked(server.uid("SEARCH", wanted))
            uids = sorted(int(one) for one in b" ".join(part for part in answer if part).split())
            for uid in [one for one in uids if one > last_uid][:_MOST]:  # n:* gives the last one even where it is older
                yield self._fetched(server, current, uid)

    def _fetched(self, server: imaplib.IMAP4, validity: int, uid: int) -> Found:
        limit = settings.MAX_REQUEST_SIZE
        try:
            answer = _checked(server.uid("FETCH", str(uid), f"(RFC822.SIZE BODY.PEEK[]<0.{limit}>)"))
        except imaplib.IMAP4.abort:  # the connection, not this letter
            raise
        except imaplib.IMAP4.error:
            return Found(validity, uid, f"{self._folder} {uid}"[:250], b"", refused=True)
        parts = [part for part in answer if isinstance(part, tuple)]
        if not parts:  # deleted meanwhile
            return Found(validity, uid, f"{self._folder} {uid}", b"")
        size = _SIZE.search(b" ".join(part if isinstance(part, bytes) else part[0] for part in answer if part))
        return Found(validity, uid, f"{self._folder} {uid}"[:250], parts[0][1], bool(size and int(size.group(1)) > limit))

    def done(self, found: Found) -> None:
        """The mailbox stays as it is; how far it was read is kept in a table."""

    def check(self) -> Check:
        try:
            with self._opened():
                return Check("mailbox", "ok", f"{self._host}: {self._folder}")
        except (OSError, ValueError) as error:  # ValueError: a password that is not ASCII
            detail = f"{self._host}: {type(error).__name__} {error}"[:200]
            return Check("mailbox", "failed", detail, _("xem lại TINHSO_MAILBOX_URL và máy chủ thư"))


def _checked(answer: tuple[str, list[Any]]) -> list[Any]:
    """The data of an answer that says OK."""
    if answer[0] != "OK":
        raise imaplib.IMAP4.error(answer[0])
    return answer[1]


def _number(values: list[Any] | None) -> int:
    first = values[0] if values else None
    return int(first) if isinstance(first, bytes) and first.isdigit() else 0


def _imap_date(day: date) -> str:
    """`22-Nov-2026`, in English whatever the locale."""
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[day.month - 1]
    return f"{day.day}-{month}-{day.year}"
