"""What people write about themselves: personal numbers held against sex and birth, telephone numbers. Pure."""

import re
from datetime import date

from django.utils.translation import gettext as _

from tinhso.kernel.errors import Invalid
from tinhso.kernel.identifiers import IdentityNumber

# Vietnamese numbers in use since the renumbering of 2018: mobile 03 05 07 08 09, fixed 02
_PHONE = re.compile(r"0(?:[35789][0-9]{8}|2[0-9]{8,9})")


def check_identity_number(text: str, *, today: date, sex: str = "", date_of_birth: date | None = None) -> str:
    """The twelve digits of a personal number whose structure is right and fits what else is known.

    Args:
        sex: "male", "female" or "" when not known.

    Raises:
        Invalid: the number cannot be this person's; `fields` names `identity_number`.
    """
    number = IdentityNumber.parse(text, today=today)
    problem = ""
    if number is None:
        problem = _("Số định danh cá nhân gồm 12 chữ số, ba số đầu là mã nơi đăng ký khai sinh; hãy xem lại.")
    elif sex and number.female != (sex == "female"):
        problem = _("Số định danh cá nhân không khớp với giới tính; hãy xem lại cả hai.")
    elif date_of_birth and number.year_of_birth != date_of_birth.year:
        problem = _("Số định danh cá nhân không khớp với năm sinh; hãy xem lại cả hai.")
    if number is None or problem:
        raise Invalid(problem, fields={"identity_number": problem})
    return number.number


def normal_phone(text: str) -> str:
    """A Vietnamese telephone number in its national form: `+84 912 345 678` → `0912345678`. Empty stays empty.

    Raises:
        Invalid: not a Vietnamese number; `fields` names `phone`.
    """
    digits = re.sub(r"[\s.\-()]", "", text)
    digits = re.sub(r"^(\+84|0084|84(?=[0-9]{9,10}$))0?", "0", digits)
    if digits and not _PHONE.fullmatch(digits):
        problem = _("Số điện thoại “%(phone)s” không đúng; hãy ghi như 0912 345 678.") % {"phone": text}
        raise Invalid(problem, fields={"phone": problem})
    return digits
