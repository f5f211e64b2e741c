"""A call spoken in Vietnamese by espeak-ng, a program of Debian. Where it is missing the browser speaks, or a chime sounds."""

import shutil

from django.utils.translation import gettext as _

from tinhso.kernel.manifest import Check
from tinhso.kernel.speech import PROGRAM
from tinhso.kernel.text.numbers import number_in_words
from tinhso.services.queueing.models import Turn

_LETTERS = {
    **{"A": "a", "B": "bê", "C": "xê", "D": "dê", "E": "e", "F": "ép", "G": "giê", "H": "hát", "I": "i", "J": "gi"},
    **{"K": "ca", "L": "lờ", "M": "mờ", "N": "nờ", "O": "o", "P": "pê", "Q": "quy", "R": "rờ", "S": "ét", "T": "tê"},
    **{"U": "u", "V": "vê", "W": "vê kép", "X": "ích", "Y": "i dài", "Z": "dét"},
}


def words_of(turn: Turn) -> str:
    """Mời khách có số a, mười hai, đến quầy số ba."""
    ticket = turn.ticket
    number, counter = number_in_words(ticket.number), number_in_words(turn.counter.number)
    return f"Mời khách có số {_LETTERS[ticket.line.letter]}, {number}, đến quầy số {counter}."


def voice_check() -> Check:
    """A line of the system-status page."""
    if shutil.which(PROGRAM):
        return Check("voice of the call screen", "ok", PROGRAM)
    return Check(
        "voice of the call screen",
        "not configured",
        _("dùng giọng đọc của trình duyệt"),
        _("cài gói {package} của Debian").format(package=PROGRAM),
    )
