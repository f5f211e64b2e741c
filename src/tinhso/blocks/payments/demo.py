"""A collecting account for the sample province. No bank has this number, so that no transfer can ever reach a stranger."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from tinhso.blocks.directory.demo import demo_commune_agency
from tinhso.blocks.payments.actions import set_bank_account


def load(report: Callable[[str], None]) -> None:
    """Set the account of the province, into which all agencies of the sample collect."""
    root = demo_commune_agency()
    while root.parent:
        root = root.parent
    set_bank_account(
        root, bank_bin="999999", bank_name=_("Ngân hàng mẫu (không có thật)"), number="0000MAU82", holder="KHO BAC MAU", by=None
    )
    report(_("Tài khoản thu mẫu"))
