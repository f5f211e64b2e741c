"""Numbers the state gives to people and businesses: their structure, without any register. Pure."""

import re
from dataclasses import dataclass
from datetime import date

# provinces as numbered since 2004; a personal number keeps the province of birth registration of its day
_PROVINCES = frozenset(
    [
        "001",
        "002",
        "004",
        "006",
        "008",
        "010",
        "011",
        "012",
        "014",
        "015",
        "017",
        "019",
        "020",
        "022",
        "024",
        "025",
        "026",
        "027",
        "030",
        "031",
        "033",
        "034",
        "035",
        "036",
        "037",
        "038",
        "040",
        "042",
        "044",
        "045",
        "046",
        "048",
        "049",
        "051",
        "052",
        "054",
        "056",
        "058",
        "060",
        "062",
        "064",
        "066",
        "067",
        "068",
        "070",
        "072",
        "074",
        "075",
        "077",
        "079",
        "080",
        "082",
        "083",
        "084",
        "086",
        "087",
        "089",
        "091",
        "092",
        "093",
        "094",
        "095",
        "096",
    ]
)
_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


@dataclass(frozen=True)
class IdentityNumber:
    """A personal identification number (số định danh cá nhân, the number of the CCCD): 12 digits.

    Three digits of the province (or country) of birth registration, one of century and sex, two of the year of birth, six at
    random (Decree 137/2015/NĐ-CP art. 13; Circular 59/2021/TT-BCA art. 4).
    """

    number: str

    @classmethod
    def parse(cls, text: str, *, today: date) -> "IdentityNumber | None":
        """The number in `text` (spaces and dots forgiven), or None when its structure is wrong."""
        number = re.sub(r"[\s.\-]", "", text)
        if not re.fullmatch(r"[0-9]{12}", number):
            return None
        place = number[:3]
        if place < "100" and place not in _PROVINCES:
            return None
        found = cls(number)
        return found if found.year_of_birth <= today.year else None

    @property
    def female(self) -> bool:
        return int(self.number[3]) % 2 == 1

    @property
    def year_of_birth(self) -> int:
        return 1900 + 100 * (int(self.number[3]) // 2) + int(self.number[4:6])


def tax_code(text: str) -> str | None:
    """A business's tax code in its written form (10 digits, or 10-3 for a dependent unit), or None when it is not one.

    The tenth digit checks the nine before it (Circular 105/2020/TT-BTC art. 5). Households in business use their owner's personal
    number since 01/07/2025 and are not meant here.
    """
    digits = re.sub(r"[\s.\-]", "", text)
    if not re.fullmatch(r"[0-9]{10}([0-9]{3})?", digits):
        return None
    check = 10 - sum(weight * int(digit) for weight, digit in zip(_TAX_WEIGHTS, digits, strict=False)) % 11
    if check != int(digits[9]):
        return None
    return f"{digits[:10]}-{digits[10:]}" if len(digits) == 13 else digits
