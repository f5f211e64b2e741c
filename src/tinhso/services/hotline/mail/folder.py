"""The demonstration mailbox: .eml files put into a folder; those read are moved below it."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from tinhso.kernel.manifest import Check
from tinhso.services.hotline.mail.found import Found


class Folder:
    """What mail programs save as .eml; also one that `TINHSO_SMTP_URL`'s absence wrote."""

    def letters(self, validity: int, last_uid: int, today: date) -> Iterator[Found]:
        folder = Path(settings.MAILBOX_DIR)
        if not folder.is_dir():
            return
        for path in sorted(folder.glob("*.eml")):
            if path.is_file() and not path.is_symlink():
                with path.open("rb") as file:
                    content = file.read(settings.MAX_REQUEST_SIZE + 1)
                yield Found(0, 0, path.name[:250], content[: settings.MAX_REQUEST_SIZE], len(content) > settings.MAX_REQUEST_SIZE)

    def done(self, found: Found) -> None:
        read = Path(settings.MAILBOX_DIR) / "read"
        read.mkdir(exist_ok=True, mode=0o700)
        (Path(settings.MAILBOX_DIR) / found.place).replace(read / found.place)

    def check(self) -> Check:
        folder = Path(settings.MAILBOX_DIR)
        nearest = next(path for path in (folder, *folder.parents) if path.exists())
        if not os.access(nearest, os.W_OK):
            advice = _("cấp quyền ghi thư mục đó cho tài khoản chạy dịch vụ")
            return Check("mailbox", "failed", _("không ghi được vào {folder}").format(folder=folder), advice)
        advice = _("đặt {variable} để nhận thư thật").format(variable="TINHSO_MAILBOX_URL")
        return Check("mailbox", "ok: demo", _("thư .eml đặt vào {folder} được đọc mỗi phút").format(folder=folder), advice)
