"""Colleagues named in internal notes: who can be, whom a text names, and the text with their names."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from tinhso.blocks.cases.families import power
from tinhso.blocks.cases.models import Case, CaseAccess, Mention
from tinhso.blocks.cases.queries import cases_visible_to, those_who_see
from tinhso.blocks.directory.models import Person
from tinhso.blocks.directory.queries import tenures_on
from tinhso.blocks.identity.models import Account
from tinhso.kernel.manifest import roles
from tinhso.kernel.text import fold

_MENTION = re.compile(r"(?<![\w@./-])@(\w(?:[\w.-]*\w)?)")


@dataclass(frozen=True)
class Colleague:
    """Somebody who may read a case, as a note names them."""

    person: Person
    username: str


@dataclass(frozen=True)
class Piece:
    """A stretch of a note; `mention` where it is a colleague's name."""

    text: str
    mention: bool = False


def names_in(text: str) -> list[str]:
    """The usernames a text calls, in small letters, each once, in its order. An address of e-mail is none."""
    return list(dict.fromkeys(match.group(1).lower() for match in _MENTION.finditer(text)))


def colleagues_named(case: Case, usernames: Iterable[str]) -> dict[str, Person]:
    """For each username the member of staff who has it and may read the case; names of nobody else are left out."""
    condition = Q(pk__in=[])
    for name in usernames:
        condition |= Q(username__iexact=name)
    people = {account.username.lower(): account.person for account in _staff().filter(condition)}
    seeing = those_who_see(people.values(), case)
    return {name: person for name, person in people.items() if person in seeing}


def colleagues_of(case: Case, text: str = "", *, besides: Person, limit: int) -> list[Colleague]:
    """Those who may read the case and whose name holds every word of `text`, or whose username begins with it, by name."""
    found = _staff().filter(person__in=_holders_who_read(case, localdate())).exclude(person=besides)
    for word in fold(text).split():
        found = found.filter(Q(person__search__contains=word) | Q(username__istartswith=word))
    ordered = list(found.order_by("person__sort_key", "pk")[:limit])
    seeing = those_who_see([account.person for account in ordered], case)
    return [Colleague(account.person, account.username) for account in ordered if account.person in seeing]


def _staff() -> QuerySet[Account]:
    return Account.objects.filter(kind=Account.Kind.STAFF, is_active=True).select_related("person")


def _holders_who_read(case: Case, on: date) -> QuerySet[Person]:
    """Those whose posts could let them read the case; `those_who_see` has the last word."""
    reading = [code for code, role in roles().items() if power(case, "read") in role.permissions]
    came = list(CaseAccess.objects.filter(case=case).values_list("agency", "role", "agency__path"))
    paths = {case.agency.path, *(path for _agency, _role, path in came)}
    above = {int(part) for path in paths if path for part in path.rstrip(".").split(".")}
    to_roles = [Q(post__agency=agency, post__roles__contains=[role]) for agency, role, _path in came]
    held = Q(post__agency__in=above, post__roles__overlap=reading)
    for pair in to_roles:
        held |= pair
    return Person.objects.filter(pk__in=tenures_on(on).filter(held, post__active=True).values("person"))


def mentions_of(person: Person) -> QuerySet[Mention]:
    """The notes that name somebody, as long as they may read the cases."""
    related = ("entry__actor", "entry__case__procedure")
    return Mention.objects.filter(person=person, entry__case__in=cases_visible_to(person)).select_related(*related)


def pieces_of(text: str, names: Mapping[str, str]) -> list[Piece]:
    """A note with the names of those it calls, by username; other words with @ stay as they are."""
    pieces: list[Piece] = []
    end = 0
    for match in _MENTION.finditer(text):
        if name := names.get(match.group(1).lower()):
            pieces += [Piece(text[end : match.start()]), Piece(name, mention=True)]
            end = match.end()
    return [piece for piece in (*pieces, Piece(text[end:])) if piece.text]


def names_by_note(entries: Iterable[int]) -> dict[int, dict[str, str]]:
    """For each of the notes, the names of those it calls by the usernames written."""
    found: dict[int, dict[str, str]] = {}
    for entry, username, name in Mention.objects.filter(entry__in=entries).values_list("entry", "username", "person__full_name"):
        found.setdefault(entry, {})[username] = name
    return found
