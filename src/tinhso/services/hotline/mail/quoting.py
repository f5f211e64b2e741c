"""What somebody wrote, apart from the letter it answers, which mail programs put below it. Pure; nothing is thrown away."""

import re
from collections.abc import Sequence

_LINE = 300
"""Characters of a line that are looked at."""
_WRAPPED, _HEADS = 4, 8
"""Lines into which "On Monday somebody wrote:" is wrapped; among which the head lines of a letter stand together."""

_MARK = re.compile(r"\s*-{2,}\s*(?:original message|thư gốc|thư ban đầu|tin nhắn gốc)\s*-{2,}\s*$", re.IGNORECASE)
_RULE = re.compile(r"\s*[-_=]{5,}\s*$")
_HEAD = re.compile(r"[\s*_]*([^\W\d_]+(?: [^\W\d_]+)?)[\s*_]*:[\s*_]*(\S.*)")
_FROM = frozenset({"from", "từ", "người gửi"})
_WHEN = frozenset({"sent", "date", "đã gửi", "ngày gửi", "gửi lúc", "ngày", "thời gian"})
_TO = frozenset({"to", "subject", "đến", "tới", "gửi đến", "gửi tới", "người nhận", "chủ đề", "tiêu đề"})
_CLOCK = re.compile(r"\b\d{1,2}[:h]\d{2}\b")
_BEGINS = re.compile(r"(?:on|vào|lúc|ngày)\s.*\d", re.IGNORECASE)
_WROTE = re.compile(r"(?:wrote|viết)\s*:$", re.IGNORECASE)
_FORWARDS = re.compile(r"\s*(?:fwd?|chuyển tiếp)\s*:", re.IGNORECASE)
_PROGRAM = re.compile(
    r"(?:(?:sent (?:from|via|using)|(?:đã |được )?gửi (?:từ|bằng))\s(?:(?:my|the|ứng dụng|điện thoại|thiết bị|thông minh)\s){0,3}"
    r"(?:iphone|ipad|android|galaxy|samsung|oppo|xiaomi|redmi|vivo|huawei|outlook|gmail|yahoo|mail (?:for|dành)|thư dành)\b"
    r"|(?:get|tải|tải xuống|nhận) outlook (?:for|cho)\b).{0,150}$",
    re.IGNORECASE,
)


def parted(text: str, *, subject: str = "") -> tuple[str, str]:
    """What was written anew, and the rest: the letter it answers and the line a telephone's program puts above that.

    A letter that hands another on (by its `subject`), and one that has nothing above the quotation, stay whole.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    end = len(lines) if _FORWARDS.match(subject) else _end(lines)
    end = _without_program(lines, _trimmed(lines, end))
    own = "\n".join(lines[:end])
    return (own, "\n".join(lines[end:]).strip("\n")) if own.strip() else (text, "")


def _end(lines: Sequence[str]) -> int:
    """Where the quotation begins; the number of lines, where there is none."""
    own = max((place for place, line in enumerate(lines) if line.strip() and not _marked(line)), default=-1)
    marked = max((place for place, line in enumerate(lines) if _marked(line)), default=-1)
    for place in range(1, len(lines)):
        line = lines[place][:_LINE]
        if _MARK.match(line) or _begins_heads(lines, place):
            return place
        if place >= marked and _WROTE.search(line.strip()) and (begin := _attribution(lines, place, alone=True)) is not None:
            return begin
    if marked > own:
        begin = _attribution(lines, own, alone=False) if own >= 0 else None
        return own + 1 if begin is None else begin
    return len(lines)


def _marked(line: str) -> bool:
    return line.startswith(">")


def _begins_heads(lines: Sequence[str], place: int) -> bool:
    """Whether the head lines of a letter begin here: from whom, with an hour when, and to whom or about what."""
    first = _HEAD.match(lines[place][:_LINE])
    if first is None or first[1].lower() not in _FROM:
        return False
    found = [(head[1].lower(), head[2]) for line in lines[place + 1 : place + _HEADS] if (head := _HEAD.match(line[:_LINE]))]
    return any(name in _TO for name, _said in found) and any(name in _WHEN and _CLOCK.search(said) for name, said in found)


def _attribution(lines: Sequence[str], last: int, *, alone: bool) -> int | None:
    """Where the "On Monday somebody wrote:" that ends with line `last` begins; None where that is no such line.

    alone: nothing below is marked as quoted, so that it must name an address or an hour, as no sentence of somebody's own does.
    """
    if not _WROTE.search(lines[last][:_LINE].strip()):
        return None
    for first in range(last, max(last - _WRAPPED, -1), -1):
        if not lines[first].strip():
            break
        words = " ".join(line[:_LINE].strip() for line in lines[first : last + 1])
        if _BEGINS.match(words) and (not alone or "@" in words or _CLOCK.search(words)):
            above = lines[first - 1][:_LINE].strip() if first else ""
            return first - 1 if _BEGINS.match(above) and not above.endswith((".", "?", "!")) else first
    return last if "<" in lines[last] and "@" in lines[last] else None


def _trimmed(lines: Sequence[str], end: int) -> int:
    """Without empty lines and the rule that some programs draw above the quotation."""
    ruled = end < len(lines)
    while end and (not lines[end - 1].strip() or (ruled and _RULE.match(lines[end - 1][:_LINE]))):
        end -= 1
    return end


def _without_program(lines: Sequence[str], end: int) -> int:
    """Without "Sent from my iPhone"."""
    return _trimmed(lines, end - 1) if end and _PROGRAM.match(lines[end - 1][:_LINE].strip()) else end
