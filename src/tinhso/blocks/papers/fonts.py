"""The typeface of papers. Debian's old `fonts-liberation` has no Vietnamese letters and prints blanks without a word."""

import subprocess
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

FAMILY = "Liberation Serif"
_SAMPLE = "ẰẴẶằẵặẦẪẬầẫậỀỄỆềễệỒỖỘồỗộỜỠỢờỡợỪỮỰừữựỲỸỴỳỹỵĂÂĐÊÔƠƯăâđêôơư"


@cache
def font_file(style: str = "Regular") -> Path | None:
    """The file fontconfig finds for the typeface; None when another would be taken in its place."""
    try:
        answer = subprocess.run(  # noqa: S603
            ["fc-match", "-f", "%{family}\n%{file}", f"{FAMILY}:style={style}"],  # noqa: S607
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    family, _newline, file = answer.stdout.partition("\n")
    return Path(file) if FAMILY in family.split(",") else None


def missing_letters(file: Path) -> str:
    """The Vietnamese letters a font does not have."""
    with TTFont(file, lazy=True) as font:
        known = font.getBestCmap()
    return "".join(letter for letter in _SAMPLE if ord(letter) not in known)
