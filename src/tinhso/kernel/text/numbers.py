"""Numbers and dates in words, as papers repeat them so that nobody can alter the digits; and a number out of a text."""

from datetime import date

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS = ("", "nghìn", "triệu", "tỷ")
_MONTHS = {4: "tư"}


_LONGEST = 18  # digits that any column of whole numbers takes


def whole_number(text: str | None) -> int | None:
    """The number that plain digits say; None for anything else, such as "²" or digits without end, which `int` trips over."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else None


def number_in_words(number: int) -> str:
    """1 205 → "một nghìn hai trăm linh năm". From 0 up to 999 999 999 999."""
    if not 0 <= number < 10**12:
        raise ValueError(f"{number} is not between 0 and 10¹²")
    if number == 0:
        return _DIGITS[0]
    words: list[str] = []
    for power in reversed(range(len(_GROUPS))):
        group = number // 1000**power % 1000
        if group:
            words += [*_below_thousand(group, full=bool(words)), _GROUPS[power]]
    return " ".join(word for word in words if word)


def day_in_words(day: date) -> str:
    """12/03/2025 → "ngày mười hai tháng ba năm hai nghìn không trăm hai mươi lăm"."""
    month = _MONTHS.get(day.month) or number_in_words(day.month)
    return f"ngày {number_in_words(day.day)} tháng {month} năm {number_in_words(day.year)}"


def _below_thousand(number: int, *, full: bool) -> list[str]:
    """`full`: a larger group stands before, so that the hundreds are said even when there are none."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = [_DIGITS[hundreds], "trăm"] if hundreds or full else []
    if not rest:
        return words
    if tens == 0:
        return [*words, "linh", _DIGITS[ones]] if words else [_DIGITS[ones]]
    words += ["mười"] if tens == 1 else [_DIGITS[tens], "mươi"]
    return [*words, _last_digit(tens, ones)] if ones else words


def _last_digit(tens: int, ones: int) -> str:
    if ones == 5:
        return "lăm"
    if tens > 1:
        return {1: "mốt", 4: "tư"}.get(ones, _DIGITS[ones])
    return _DIGITS[ones]
