"""Demo adapters: messages become files in a folder, for an installation with nothing outside it."""

import os
from email.policy import SMTP
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from tinhso.blocks.messaging.adapters.base import Envelope
from tinhso.blocks.messaging.adapters.mail import mail_of
from tinhso.kernel.manifest import Check


class MailFolder:
    """E-mail as .eml files, which every mail program opens."""

    def send(self, envelope: Envelope) -> None:
        _write(Path(settings.MAIL_DIR), f"{envelope.key}.eml", mail_of(envelope).as_bytes(policy=SMTP))

    def check(self) -> Check:
        return _check("e-mail", Path(settings.MAIL_DIR), "TINHSO_SMTP_URL")


class SmsFolder:
    """SMS as text files: the number on the first line, the text below."""

    def send(self, envelope: Envelope) -> None:
        _write(Path(settings.SMS_DIR), f"{envelope.key}.txt", f"{envelope.address}\n\n{envelope.body}\n".encode())

    def check(self) -> Check:
        return _check("sms", Path(settings.SMS_DIR), "TINHSO_SMS_GATEWAY")


def _write(folder: Path, name: str, content: bytes) -> None:
    """Whole or not at all; readable to nobody else, since messages are personal."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = folder / f".{name}.part"
    with os.fdopen(os.open(half, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    half.replace(folder / name)


def _check(part: str, folder: Path, variable: str) -> Check:
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(nearest, os.W_OK):
        return Check(
            part,
            "failed",
            _("không ghi được vào {folder}").format(folder=folder),
            _("cấp quyền ghi thư mục đó cho tài khoản chạy dịch vụ"),
        )
    return Check(
        part,
        "ok: demo",
        _("tin được ghi vào {folder}").format(folder=folder),
        _("đặt {variable} để gửi thật").format(variable=variable),
    )
