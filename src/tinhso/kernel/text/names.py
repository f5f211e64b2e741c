import re
import unicodedata

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_PRIMARY = {letter: chr(ord("A") + place) for place, letter in enumerate(_ALPHABET)}
# ngang, huyền, hỏi, ngã, sắc, nặng: the order of Vietnamese dictionaries
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_OTHER_MARKS = re.compile("[\u0300-\u036f]")


def _syllable_key(syllable: str) -> str:
    """The letters, each as one ASCII character in alphabetical order, then the tone as a digit, which sorts before any letter."""
    tone, letters = "0", []
    for char in unicodedata.normalize("NFD", syllable):
        if char in _TONES:
            tone = _TONES[char]
        else:
            letters.append(char)
    key: list[str] = []
    for char in unicodedata.normalize("NFC", "".join(letters)):
        plain = char if char in _PRIMARY else _OTHER_MARKS.sub("", unicodedata.normalize("NFKD", char))
        key.extend(_PRIMARY.get(part, f"~{part}") for part in plain)
    return "".join(key) + tone


def name_sort_key(full_name: str) -> str:
    """A key by which byte order (`COLLATE "C"`) is the Vietnamese order of personal names.

    The given name (last word) comes first, then the middle names, then the family name; letters in the order a ă â b c d đ …,
    syllable by syllable, the tone deciding between equal letters.
    """
    words = full_name.lower().split()
    if not words:
        return ""
    family, middle, given = (words[:1], words[1:-1], words[-1:]) if len(words) > 1 else ([], [], words)
    return " ".join("".join(map(_syllable_key, part)) for part in (given, middle, family))
