import re
import unicodedata

_COMBINING = re.compile("[\u0300-\u036f]")
_D = str.maketrans("đĐ", "dd")
# grave, acute, tilde, hook above, dot below: the tones; circumflex, breve and horn make other letters
TONE_MARKS = "\u0300\u0301\u0303\u0309\u0323"
_TONE = re.compile(f"[{TONE_MARKS}]")
_WORD = re.compile(r"\S+")


def fold(text: str) -> str:
    """`text` as one searches for it: small letters without accents, d for đ, single spaces.

    The database function `tinhso_fold` does the same.
    """
    return " ".join(_COMBINING.sub("", unicodedata.normalize("NFKD", text)).translate(_D).lower().split())


def compact(text: str) -> str:
    """`fold` without spaces, so that `hotich` finds `hộ tịch`."""
    return fold(text).replace(" ", "")


def _tone_last(word: re.Match[str]) -> str:
    letters = unicodedata.normalize("NFD", word.group())
    return _TONE.sub("", letters) + "".join(_TONE.findall(letters))


def matching_key(text: str) -> str:
    """A key that is equal for two writings of one name, and only for those.

    Folds the Unicode form, case, spaces and where in the syllable the tone mark is put (hoà and hòa, thuý and thúy, khoẻ and
    khỏe); keeps every accent. For joins between sources, not for showing.
    """
    text = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    return unicodedata.normalize("NFC", _WORD.sub(_tone_last, text))
