"""How each kind of answer is written by people: text → value, value → text. What cannot be read stays as it was typed."""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

_THOUSANDS = re.compile(r"\d{1,3}(?:[., ]\d{3})+|\d+")
_UNWANTED = re.compile("[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u200b\u2060\ufeff]")
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?")


def clean_line(text: str) -> str:
    """One line: composed Unicode, single spaces, no control characters."""
    return " ".join(_UNWANTED.sub("", unicodedata.normalize("NFC", text)).split())


def clean_text(text: str) -> str:
    """Several lines: as `clean_line`, line breaks kept."""
    text = _UNWANTED.sub("", unicodedata.normalize("NFC", text)).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def read_integer(text: str) -> int | str:
    """`1.250.000`, `1 250 000`, `-3` → int."""
    sign, digits = (-1, text[1:].strip()) if text[:1] in {"-", "−"} else (1, text)
    if not re.fullmatch(r"[\d.,\s]+", digits, re.ASCII) or not _THOUSANDS.fullmatch(digits) or len(digits) > 24:
        return text
    return sign * int(re.sub(r"\D", "", digits))


def read_money(text: str) -> int | str:
    """As an integer, with or without đ, ₫, VND, đồng."""
    read = read_integer(re.sub(r"\s*(?:₫|đồng|đ|vnđ|vnd)\.?$", "", text, flags=re.IGNORECASE))
    return read if isinstance(read, int) else text


def read_number(text: str) -> int | float | str:
    """Vietnamese writing: `3,5`; `1.250` is a thousand, `3.5` is read as three and a half."""
    whole = read_integer(text)
    if isinstance(whole, int) and not re.search(r"^[-−]?\d{1,3},\d{3}$", text):
        return whole
    decimal = re.fullmatch(r"([-−]?)(\d{1,3}(?:\.\d{3})+|\d+),(\d+)", text, re.ASCII)
    if decimal:
        return float(f"{decimal[1] and '-'}{decimal[2].replace('.', '')}.{decimal[3]}")
    if re.fullmatch(r"[-−]?\d+\.\d+", text, re.ASCII):
        return float(text.replace("−", "-"))
    return text


def show_number(value: float) -> str:
    """What `read_number` reads back."""
    return format(Decimal(repr(value)), "f").replace(".", ",")


def grouped(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def read_date(day: str, month: str, year: str, *, partial: bool = False) -> str:
    """An ISO date from the three boxes; a whole date in the first box (27/03/2007, 27032007, 2007-03-27) counts too.

    With `partial`, a year or a month and a year are enough (`1950`, `1950-03`). What is not a date stays as typed: `31/2/2007`.
    """
    if day and not month and not year:
        whole = re.fullmatch(r"(\d{1,2})[/.\-\s](\d{1,2})[/.\-\s](\d{4})", day) or re.fullmatch(r"(\d{2})(\d{2})(\d{4})", day)
        if whole:
            day, month, year = whole.groups()
        elif re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
            year, month, day = day.split("-")
        elif partial and re.fullmatch(r"\d{4}", day):
            day, year = "", day
    raw = "/".join((day, month, year)) if day or month or year else ""
    if not re.fullmatch(r"\d{4}", year, re.ASCII) or not re.fullmatch(r"\d{0,2}/\d{0,2}/\d{4}", raw, re.ASCII):
        return raw
    if partial and not day:
        if not month:
            return year
        return f"{year}-{int(month):02d}" if 1 <= int(month) <= 12 else raw
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return raw


def date_boxes(value: object) -> tuple[str, str, str]:
    """Day, month, year as shown in the three boxes."""
    text = str(value or "")
    found = iso_date(text)
    if found:
        return str(found.day), str(found.month), str(found.year)
    partial = _PARTIAL.fullmatch(text)
    if partial:
        return "", str(int(partial[2])) if partial[2] else "", partial[1]
    day, month, year, *_rest = [*text.split("/", 2), "", ""]
    return day, month, year


def iso_date(value: object) -> date | None:
    text = str(value or "")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def show_date(value: object) -> str:
    """dd/mm/yyyy; a partial date as mm/yyyy or yyyy."""
    found = iso_date(value)
    if found:
        return f"{found:%d/%m/%Y}"
    partial = _PARTIAL.fullmatch(str(value))
    if partial:
        return f"{partial[2]}/{partial[1]}" if partial[2] else partial[1]
    return str(value)


def is_partial_date(value: object) -> bool:
    partial = _PARTIAL.fullmatch(str(value))
    return bool(partial) and (not partial or not partial[2] or 1 <= int(partial[2]) <= 12)


def read_identity(text: str) -> str:
    """Twelve digits however they are spaced; anything else as typed."""
    digits = re.sub(r"[\s.\-]", "", text)
    return digits if digits.isascii() and digits.isdigit() else text


def read_phone(text: str) -> str:
    """A Vietnamese number begins with 0 (`+84 912 345 678` → `0912345678`); others keep their +."""
    digits = re.sub(r"[\s.\-()]", "", text)
    if not re.fullmatch(r"\+?\d+", digits, re.ASCII):
        return text
    return re.sub(r"^(?:\+84|0084)0?", "0", digits)


def show_phone(value: str) -> str:
    """0912 345 678."""
    return f"{value[:4]} {value[4:7]} {value[7:]}" if re.fullmatch(r"0\d{9}", value) else value


def blank(value: Any) -> bool:
    """No answer at all, in any depth. `False` and `0` are answers."""
    if isinstance(value, dict):
        return all(blank(part) for part in value.values())
    if isinstance(value, list):
        return all(blank(part) for part in value)
    return value is None or value == ""
