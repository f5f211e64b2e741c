"""Who may be calling, and what they have in hand with the province. A number is no proof: agents ask before they tell."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.clock import remaining_of
from tinhso.blocks.cases.families import PROCEDURE, Family, known_families
from tinhso.blocks.cases.kept import CONTENTS
from tinhso.blocks.cases.models import Case, Party
from tinhso.blocks.cases.queries import all_cases
from tinhso.blocks.directory.models import Agency, Person
from tinhso.kernel.time import Remaining
from tinhso.services.hotline.conversation_tables import Conversation
from tinhso.services.hotline.desk_tables import CallTicket, KnownNumber
from tinhso.services.hotline.models import Call, Line
from tinhso.services.hotline.numbers import national

_MOST_PERSONS, _MOST_CASES, _MOST_CALLS = 5, 20, 8
_MOST_OF_A_NUMBER = 200


class Certainty(StrEnum):
    CERTAIN = "certain"
    MAYBE = "maybe"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return str(_LABELS[self])

    @property
    def tone(self) -> str:
        return "done" if self is Certainty.CERTAIN else "neutral"


_LABELS = {
    Certainty.CERTAIN: _("Đã biết người gọi"),
    Certainty.MAYBE: _("Có thể là"),
    Certainty.UNKNOWN: _("Chưa biết là ai"),
}


@dataclass(frozen=True)
class Caller:
    """Who may be calling. names: of people on a case but not in the register. known: whose number it is by an agent's word."""

    certainty: Certainty
    persons: list[Person]
    names: list[str]
    known: frozenset[int] = frozenset()


@dataclass(frozen=True)
class CaseLine:
    """A case as the desk shows it: where it stands, not what is in it. answer: of a ticket of the line."""

    case: Case
    remaining: Remaining | None
    answer: str = ""


def recognise(call: Call | Conversation) -> Caller:
    """Certain: the agent confirmed it, now or in an earlier call, or the register gives the number to one person alone.

    A number or an address that somebody typed is only a hint: who writes is certain when signed in or confirmed.
    """
    if call.person:
        return Caller(Certainty.CERTAIN, [call.person], [])
    if isinstance(call, Conversation):
        return _hinted(call)
    if not call.number:
        return Caller(Certainty.UNKNOWN, [], [])
    known = list(
        Person.objects.select_related("residence").filter(pk__in=KnownNumber.objects.filter(number=call.number).values("person"))[
            :_MOST_PERSONS
        ]
    )
    confirmed = frozenset(person.pk for person in known)
    if len(known) == 1:
        return Caller(Certainty.CERTAIN, known, [], confirmed)
    phone = national(call.number)
    registered = known or list(
        Person.objects.select_related("residence").filter(phone=phone).order_by("sort_key")[:_MOST_PERSONS]
    )
    parties = Party.objects.filter(phone=phone)
    others = parties.exclude(person=None).exclude(person__in=registered).values_list("person", flat=True).distinct()
    maybe = list(Person.objects.filter(pk__in=others[:_MOST_PERSONS]))
    names = sorted(set(parties.filter(person=None, case__family=PROCEDURE).values_list("name", flat=True)[:_MOST_PERSONS]))
    if len(registered) == 1 and not maybe and not names:
        return Caller(Certainty.CERTAIN, registered, [])
    persons = [*registered, *maybe][:_MOST_PERSONS]
    return Caller(Certainty.MAYBE if persons or names else Certainty.UNKNOWN, persons, names, confirmed)


def _hinted(written: Conversation) -> Caller:
    """By number and by address apart: together no index finds them."""
    given = (
        Q(phone=national(written.number)) if written.number else None,
        Q(email__iexact=written.email) & ~Q(email="") if written.email else None,
    )
    rows = Person.objects.select_related("residence").order_by("sort_key")
    found = {person.pk: person for one in given if one for person in rows.filter(one)[:_MOST_PERSONS]}
    persons = sorted(found.values(), key=lambda person: person.sort_key)[:_MOST_PERSONS]
    return Caller(Certainty.MAYBE if persons else Certainty.UNKNOWN, persons, [])


def served_agencies(line: Line) -> QuerySet[Agency]:
    """The whole tree that the line's agency stands in: a province's line answers for all its agencies."""
    root = (line.agency.path or "").partition(".")[0]
    return Agency.objects.filter(path__startswith=f"{root}.") if root else Agency.objects.filter(pk=line.agency_id)


def cases_of_caller(line: Line, persons: Collection[Person], number: str, at: datetime) -> list[CaseLine]:
    """Cases of these persons and of this telephone number, at the agencies the line answers for; open ones first.

    Asked by person and by number apart: together no index finds them.
    """
    of_number = Party.objects.filter(phone=national(number)).order_by("-case").values_list("case", flat=True) if number else ()
    either = (
        Q(applicant__in=[person.pk for person in persons]) if persons else None,
        Q(pk__in=cases) if (cases := list(of_number[:_MOST_OF_A_NUMBER])) else None,
    )
    found = {
        case.pk: case
        for theirs in either
        if theirs
        for family in known_families()
        for case in _served(line, family).filter(theirs).order_by("-submitted_at", "-pk")[:_MOST_CASES]
    }
    rows = sorted(found.values(), key=lambda case: (case.ended, -case.submitted_at.timestamp()))[:_MOST_CASES]
    answers = dict(
        CallTicket.objects.filter(case__in=[case.pk for case in rows]).exclude(answer="").values_list("case", "answer")
    )
    return [CaseLine(case, remaining_of(case, at), answers.get(case.pk, "")) for case in rows]


def _served(line: Line, family: Family) -> QuerySet[Case]:
    found = all_cases(family).filter(agency__in=served_agencies(line))
    return found.select_related("procedure", "version", "agency").defer(*CONTENTS)


def case_by_code(line: Line, code: str) -> Case | None:
    """A case whose code the caller reads out or types on the keypad."""
    code = "".join(code.split()).upper()
    found = (_served(line, family).filter(code=code).first() for family in known_families()) if code else iter(())
    return next((case for case in found if case), None)


def calls_of(source: Call | Conversation) -> list[Call]:
    """Earlier calls from the same number or of the same person, newest first."""
    earlier = Call.objects.filter(_same(source), line=source.line)
    if isinstance(source, Call):
        earlier = earlier.exclude(pk=source.pk)
    return list(earlier.select_related("agent__person").order_by("-started_at", "-pk")[:_MOST_CALLS])


def conversations_of(source: Call | Conversation) -> list[Conversation]:
    """What the same number, address or person has written before, newest first."""
    same = _same(source)
    if source.email:
        same |= Q(email=source.email)
    earlier = Conversation.objects.filter(same, line=source.line)
    if isinstance(source, Conversation):
        earlier = earlier.exclude(pk=source.pk)
    return list(earlier.order_by("-last_at", "-pk")[:_MOST_CALLS])


def _same(source: Call | Conversation) -> Q:
    same = Q(pk__in=[])
    if source.number:
        same |= Q(number=source.number)
    if source.person_id:
        same |= Q(person=source.person_id)
    return same
