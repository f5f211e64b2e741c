"""Telephone numbers as exchanges write them, in one form. Pure."""

import re

_WITHHELD = {"", "anonymous", "unknown", "private", "restricted", "unavailable", "withheld", "asterisk", "none", "null"}
_SIP = re.compile(r"^(?:sips?|tel):", re.IGNORECASE)
_EXTENSION = re.compile(r"(?:;?\s*(?:ext|x|máy lẻ|nhánh)\.?\s*=?\s*\d+|[,;#].*)$", re.IGNORECASE)
_SHORT = re.compile(r"\d{2,6}|1[89]00\d{4,6}")
_NATIONAL = re.compile(r"0\d{8,10}")
_ABROAD = re.compile(r"\+[1-9]\d{6,14}")


def e164(text: str) -> str:
    """`+84 73…`, `073…`, `0084…`, `84…`, `sip:073…@host` → `+8473…`; an extension or a service number as it is dialled.

    Empty for a withheld number and for what is no number at all: a caller is then unknown, the call is not refused.
    """
    bare = text.strip()
    if match := re.search(r"<([^>]*)>", bare):
        bare = match.group(1)
    bare = _SIP.sub("", bare).partition("@")[0]
    if bare.casefold() in _WITHHELD:
        return ""
    digits = re.sub(r"[\s.\-()/\u00a0]", "", _EXTENSION.sub("", bare))
    digits = re.sub(r"^00", "+", digits)
    digits = re.sub(r"^\+840", "+84", digits)
    if _ABROAD.fullmatch(digits):
        return digits
    if _NATIONAL.fullmatch(digits):
        return f"+84{digits[1:]}"
    if re.fullmatch(r"84\d{8,10}", digits):
        return f"+{digits}"
    return digits if _SHORT.fullmatch(digits) else ""


def national(number: str) -> str:
    """`+84912345678` → `0912345678`, as registers hold it and people read it."""
    return f"0{number[3:]}" if number.startswith("+84") else number


def spoken(number: str) -> str:
    """In groups, for the screen: `0912 345 678`."""
    digits = national(number)
    if len(digits) < 9 or not digits.isdigit():
        return digits
    head = len(digits) - 6
    return f"{digits[:head]} {digits[head : head + 3]} {digits[head + 3 :]}"


def is_mobile(number: str) -> bool:
    """Whether a text message can reach it: Vietnamese mobile numbers begin with 03, 05, 07, 08, 09."""
    return re.fullmatch(r"\+84[35789]\d{8}", number) is not None
