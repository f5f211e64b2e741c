"""E-mail through a mail server."""

from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from tinhso.blocks.messaging.adapters.base import Envelope
from tinhso.kernel.manifest import Check

_TIMEOUT = 20  # seconds


class Smtp:
    """`url`: smtp://user:password@host:port (STARTTLS; `?tls=no` for a server without) or smtps://… (TLS from the start)."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)

    def _connection(self) -> EmailBackend:
        url = self._url
        return EmailBackend(
            host=url.hostname,
            port=url.port or (465 if url.scheme == "smtps" else 587),
            username=unquote(url.username or ""),
            password=unquote(url.password or ""),
            use_tls=url.scheme == "smtp" and "tls=no" not in url.query,
            use_ssl=url.scheme == "smtps",
            timeout=_TIMEOUT,
        )

    def send(self, envelope: Envelope) -> None:
        message = EmailMessage(
            envelope.subject,
            envelope.body,
            settings.MAIL_FROM,
            [envelope.address],
            headers={"Message-ID": f"<{envelope.key}@tinhso.invalid>", "Content-Language": envelope.language},
            connection=self._connection(),
        )
        message.send()

    def check(self) -> Check:
        connection = self._connection()
        try:
            connection.open()
        except OSError as error:
            return Check("e-mail", "failed", type(error).__name__, "check TINHSO_SMTP_URL and that the server answers")
        connection.close()
        return Check("e-mail", "ok", f"{self._url.hostname}")
