"""What people type to register: checked, brought to one form, or refused field by field. Pure."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from tinhso.blocks.directory.identity_numbers import normal_phone
from tinhso.blocks.identity.models import Account
from tinhso.kernel.errors import Invalid
from tinhso.kernel.identifiers import IdentityNumber, tax_code


@dataclass(frozen=True)
class Registration:
    """What somebody says about themselves. Nothing of it is proved but, in a moment, the contact."""

    kind: str
    full_name: str
    number: str
    contact: str
    business_name: str = ""


def contact(text: str) -> str | None:
    """An e-mail address in small letters, or a Vietnamese mobile number as 0912345678; None when it is neither."""
    text = text.strip()
    if "@" in text:
        try:
            validate_email(text)
        except ValidationError:
            return None
        return text.lower()
    try:
        number = normal_phone(text)
    except Invalid:
        return None
    return number if number.startswith(("03", "05", "07", "08", "09")) else None


def read_registration(
    *, kind: str, full_name: str, number: str, contact_text: str, business_name: str, today: date
) -> Registration:
    """
    Raises:
        Invalid: with a message for each field that cannot be accepted.
    """
    problems: dict[str, object] = {}
    name = " ".join(full_name.split())
    if len(name.split()) < 2 or len(name) > 150 or any(letter.isdigit() for letter in name):
        problems["full_name"] = _("Hãy ghi đủ họ, chữ đệm và tên như trên thẻ căn cước.")
    business = " ".join(business_name.split())
    if kind == Account.Kind.BUSINESS:
        code = tax_code(number)
        if code is None:
            problems["number"] = _(
                "Mã số thuế có 10 số (chi nhánh thêm 3 số) và chữ số kiểm tra phải đúng. Hãy xem lại giấy chứng nhận."
            )
        if not 3 <= len(business) <= 300:
            problems["business_name"] = _("Hãy ghi tên doanh nghiệp như trên giấy chứng nhận đăng ký.")
    else:
        parsed = IdentityNumber.parse(number, today=today)
        code = parsed.number if parsed else None
        if code is None:
            problems["number"] = _(
                "Số định danh có 12 chữ số, ba số đầu là mã tỉnh nơi đăng ký khai sinh. Hãy xem lại mặt trước thẻ."
            )
    address = contact(contact_text)
    if address is None:
        problems["contact"] = _("Hãy ghi số điện thoại di động (ví dụ 0912 345 678) hoặc địa chỉ thư điện tử.")
    if problems or code is None or address is None:
        raise Invalid(_("Một số thông tin chưa đúng."), fields=problems)
    return Registration(kind, name, code, address, business)
