"""Which agency a process means: drawn once, it runs in every commune and province."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from tinhso.blocks.directory.models import Agency
from tinhso.blocks.directory.queries import committee_of, map_day, unit_on
from tinhso.kernel.errors import NotFound, WrongState
from tinhso.kernel.fixed_query import Param
from tinhso.kernel.keeping.kept import KeptQuery
from tinhso.kernel.text import fold

_WORDS = re.compile(r"\w+")


def resolve(name: str, *, own: Agency, answers: Mapping[str, Any], on: date) -> Agency:
    """The agency named in a process, seen from the one that has the case.

    same (or nothing), parent, province (the top of the tree); province:nnmt, here:kthtdt (directly below the top or below `own`,
    by the initials of its name, "Sở" or "Phòng" left out or not), province:nnmt/vpdkdd (one level deeper), here:kthtdt|kt (the
    one or the other); code:H20.05; unit:answers.land.commune (the people's committee of the unit with that code).

    Raises:
        WrongState: there is no such agency, or several; the step before it cannot be finished until the directory is put right.
    """
    if name in ("", "same"):
        return own
    kind, _colon, word = name.partition(":")
    found: list[Agency] = []
    if kind == "parent":
        found = [own.parent] if own.parent else []
    elif kind == "code":
        found = _WITH_CODE.rows(code=word)
    elif kind == "unit":
        found = _committee(_answer(answers, word), on)
    elif kind in ("province", "here"):
        found = [own if kind == "here" else _top(own)]
        for names in word.split("/") if word else ():
            found = _below(found, frozenset(fold(names).split("|")))
    if len(found) != 1:
        why = _("không có cơ quan nào như thế") if not found else _("có nhiều cơ quan như thế")
        raise WrongState(
            _("Bước tiếp theo thuộc cơ quan “%(name)s”: %(why)s. Hãy báo quản trị viên sửa danh mục cơ quan.")
            % {"name": name, "why": why}
        )
    return found[0]


_WITH_CODE = KeptQuery(lambda: Agency.objects.filter(code=Param("code"), active=True), of=[Agency])
_DIRECTLY_BELOW = KeptQuery(lambda: Agency.objects.filter(parent=Param("parent"), active=True), of=[Agency])
_ITSELF = KeptQuery(lambda: Agency.objects.filter(pk=Param("pk")), of=[Agency])


def _below(above: list[Agency], names: frozenset[str]) -> list[Agency]:
    below = [agency for one in above for agency in _DIRECTLY_BELOW.rows(parent=one.pk)]
    return [agency for agency in below if names & (abbreviations(agency.name) | abbreviations(agency.short_name))]


def abbreviations(name: str) -> frozenset[str]:
    """Initials by which people call an agency: snnmt and nnmt for Sở Nông nghiệp và Môi trường."""
    words = [word for word in _WORDS.findall(fold(name)) if word != "va"]
    return frozenset("".join(word[0] for word in words[skipped:]) for skipped in (0, 1) if words[skipped:])


def _top(agency: Agency) -> Agency:
    return _ITSELF.rows(pk=int((agency.path or str(agency.pk)).partition(".")[0]))[0]


def _committee(code: object, on: date) -> list[Agency]:
    try:
        committee = committee_of(unit_on(str(code), map_day(on)))
    except NotFound:
        return []
    return [committee] if committee else []


def _answer(answers: Mapping[str, Any], path: str) -> object:
    value: object = {"answers": answers}
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
