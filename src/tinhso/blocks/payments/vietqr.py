"""VietQR: the text of a bank-transfer code, which every Vietnamese banking application reads.

EMVCo QR Code Specification for Payment Systems, Merchant-Presented Mode 1.1, with the fields of NAPAS (VietQR, 1.5.2): account
transfer QRIBFTTA below AID A000000727. Pure.
"""

from io import BytesIO

import segno

_NAPAS = "A000000727"
_TO_ACCOUNT = "QRIBFTTA"
_DONG = "704"  # ISO 4217
_CONTENT_LIMIT = 25


def crc16(text: str) -> str:
    """CRC-16/CCITT-FALSE (polynomial 1021, start FFFF) as four hexadecimal digits."""
    register = 0xFFFF
    for byte in text.encode():
        register ^= byte << 8
        for _bit in range(8):
            register = (register << 1) ^ 0x1021 if register & 0x8000 else register << 1
            register &= 0xFFFF
    return f"{register:04X}"


def transfer_text(*, bank_bin: str, account: str, amount: int, content: str) -> str:
    """The text of a code that asks for `amount` đồng to an account.

    Args:
        bank_bin: the bank's six digits at NAPAS.
        content: what the transfer says, so that it can be matched: at most 25 letters A–Z, digits and spaces.

    Raises:
        ValueError: a value the code cannot carry.
    """
    if amount <= 0 or len(str(amount)) > 13:
        raise ValueError(f"amount {amount}")
    if not content.isascii() or not content.replace(" ", "").isalnum() or len(content) > _CONTENT_LIMIT:
        raise ValueError(f"content {content!r}")
    beneficiary = _field("00", bank_bin) + _field("01", account)
    text = "".join(
        (
            _field("00", "01"),
            _field("01", "12"),  # dynamic: made for one payment
            _field("38", _field("00", _NAPAS) + _field("01", beneficiary) + _field("02", _TO_ACCOUNT)),
            _field("53", _DONG),
            _field("54", str(amount)),
            _field("58", "VN"),
            _field("62", _field("08", content)),
            "6304",
        )
    )
    return text + crc16(text)


def _field(tag: str, value: str) -> str:
    if len(value) > 99:
        raise ValueError(f"field {tag} is longer than 99")
    return f"{tag}{len(value):02d}{value}"


def svg(text: str, *, title: str) -> str:
    """The code as an SVG element that fills its box; `title` is read to those who cannot see it."""
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, omitsize=True, title=title, dark="#000", light="#fff", border=4
    )
    return out.getvalue().decode()
