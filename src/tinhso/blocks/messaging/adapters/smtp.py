"""E-mail through a mail server."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _

from tinhso.blocks.messaging.adapters.base import Envelope
from tinhso.blocks.messaging.adapters.mail import mail_of
from tinhso.kernel.manifest import Check

_TIMEOUT = 20  # seconds
_PORTS = {"smtp": 587, "smtps": 465}


class Smtp:
    """`url`: smtp://user:password@host:port (STARTTLS; `?tls=no` for a server without) or smtps://… (TLS from the start).

    The server's certificate is checked. Nothing is sent, and no password shown, to a server that cannot encrypt.

    Raises:
        ValueError: the address is not of this form.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("TINHSO_SMTP_URL is not like smtp://user:password@host:587")
        self._host, self._port = parts.hostname, parts.port or _PORTS[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._tls_at_once = parts.scheme == "smtps"
        self._tls = "tls=no" not in parts.query

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        context = ssl.create_default_context()
        if self._tls_at_once:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=_TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=_TIMEOUT)
        with server:
            if self._tls and not self._tls_at_once:
                server.starttls(context=context)
            if self._user:
                server.login(self._user, self._password)
            yield server

    def send(self, envelope: Envelope) -> None:
        with self._connected() as server:
            server.send_message(mail_of(envelope))

    def check(self) -> Check:
        try:
            with self._connected():
                return Check("e-mail", "ok", self._host)
        except (OSError, ValueError) as error:  # SMTPException is an OSError; ValueError: a password that is not ASCII
            code = getattr(error, "smtp_code", "")
            detail = f"{self._host}: {type(error).__name__} {code}".rstrip()
            return Check("e-mail", "failed", detail, _("xem lại TINHSO_SMTP_URL và máy chủ thư"))
