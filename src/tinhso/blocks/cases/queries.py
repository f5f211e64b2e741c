"""What people may see of cases. Every read of a case by a person goes through here.

Each family of cases is a world of its own: what is read here is of public procedures unless another family is asked for, and seen
by the roles of that family alone.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.access_code import lookup_code_fits
from tinhso.blocks.cases.families import PROCEDURES, Family, family_of, family_of_role
from tinhso.blocks.cases.kept import CONTENTS
from tinhso.blocks.cases.models import ENDED, Case, CaseAccess, Opinion, Party, Procedure, ProcedureVersion, Stand, Status, Step
from tinhso.blocks.directory.models import Agency, Person, UnitLevel
from tinhso.blocks.directory.queries import holders
from tinhso.blocks.identity.policy import Pair, grants, read_grants
from tinhso.kernel.errors import NotFound
from tinhso.kernel.fixed_query import Among, FixedQuery, Param
from tinhso.kernel.keeping.kept import Kept, KeptQuery
from tinhso.kernel.text import fold
from tinhso.kernel.time import local

ONE_NUMBER = -1


def all_cases(family: Family = PROCEDURES) -> QuerySet[Case]:
    """Every case of a family, whoever asks; for what no person reads, and as the ground of a list (`ways_to_cases`)."""
    return Case.objects.filter(family=family.code)


def catalogue(family: Family = PROCEDURES) -> QuerySet[Procedure]:
    return Procedure.objects.filter(family=family.code).order_by("field", "name")


def procedure_titles() -> Mapping[int, str]:
    """Of all procedures, by their keys, in the reader's language: for lists, which need not look them up."""
    language = get_language()
    return _TITLES.get(language, lambda: {one.pk: one.title for one in Procedure.objects.only("name", "name_en")})


def procedure_codes() -> Mapping[int, str]:
    """The same with their codes."""
    return _CODES.get(None, lambda: dict(Procedure.objects.values_list("pk", "code")))


_TITLES: Kept[str | None, dict[int, str]] = Kept(Procedure)
_CODES: Kept[None, dict[int, str]] = Kept(Procedure)


def procedures_in_force(at: datetime, family: Family = PROCEDURES) -> QuerySet[ProcedureVersion]:
    """The version of each procedure that is in force."""
    day = local(at).date()
    return (
        ProcedureVersion.objects.select_related("procedure")
        .defer("graph", "files")
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day, procedure__family=family.code)
        .order_by("procedure__field", "procedure__name")
    )


def find_procedures(text: str, at: datetime) -> QuerySet[ProcedureVersion]:
    """Procedures whose names, field, code or keywords hold every word of `text`; accents and spaces are forgiven."""
    found = procedures_in_force(at)
    for word in fold(text).split():
        found = found.filter(procedure__search__contains=word)
    return found


def _in_force() -> QuerySet[ProcedureVersion]:
    """Of a family on a day, for fixed queries."""
    of_day = Q(valid_to__isnull=True) | Q(valid_to__gte=Param("day"))
    found = ProcedureVersion.objects.filter(of_day, valid_from__lte=Param("day"), procedure__family=Param("family"))
    return found.select_related("procedure").defer("definition", "graph", "files")


_VERSION = KeptQuery(lambda: _in_force().filter(procedure__code=Param("code")), of=[Procedure, ProcedureVersion])
_VERSIONS = KeptQuery(lambda: _in_force().order_by("procedure__code"), of=[Procedure, ProcedureVersion])


def versions_in_force(at: datetime, family: Family) -> list[ProcedureVersion]:
    """`procedures_in_force` for what asks with every request: by code."""
    return _VERSIONS.rows(day=local(at).date(), family=family.code)


def procedure_in_force(code: str, at: datetime, family: Family = PROCEDURES) -> ProcedureVersion:
    version = _VERSION.first(code=code, day=local(at).date(), family=family.code)
    if version is None:
        raise NotFound(_("Không có thủ tục mã %(code)s đang áp dụng.") % {"code": code})
    return version


def handles(agency: Agency, version: ProcedureVersion) -> bool:
    """Whether the procedure can be handed in at the agency: one of its level that is open and has an identifier. Other families
    are routed: whoever is given one handles it."""
    if version.procedure.family != PROCEDURES.code:
        return agency.active and bool(agency.code)
    level = UnitLevel.COMMUNE if version.procedure.level == Procedure.Level.COMMUNE else UnitLevel.PROVINCE
    return agency.active and bool(agency.code) and agency.level == level


def agencies_beside(case: Case) -> QuerySet[Agency]:
    """The others that could be competent in place of the agency that has the case: those of the same kind and level; in another
    family than public procedures, any."""
    others = Agency.objects.filter(active=True).exclude(pk=case.agency_id).exclude(code=None).exclude(code="").order_by("path")
    if family_of(case) is PROCEDURES:
        return others.filter(level=case.agency.level, kind=case.agency.kind)
    return others


def is_applicant(person: Person | None, case: Case) -> bool:
    """Whether the case is this person's own. Who entered it at a counter or for a program gains no right to it."""
    return person is not None and person.pk == case.applicant_id


def cases_of(person: Person, family: Family = PROCEDURES) -> QuerySet[Case]:
    """The person's own cases, handed in by them or for them."""
    return all_cases(family).filter(applicant=person)


def cases_visible_to(person: Person, family: Family = PROCEDURES) -> QuerySet[Case]:
    """The cases a member of staff may see. Good for one case and as a subquery; a list follows `ways_to_cases`."""
    own, elsewhere = _ways(person, family)
    return all_cases(family).filter(own | elsewhere)


def ways_to_cases(person: Person, family: Family = PROCEDURES) -> list[QuerySet[Case]]:
    """The same cases, by the ways they come to somebody; each follows an index of its own (`page_by_key(ways=...)`).

    Those of the agencies where the person may read all, with those that came to a role of theirs there: a role adds nothing where
    all may be read. And those of other agencies of which a step, or a question, came to where the person works or reads.
    """
    return [all_cases(family).filter(way) for way in _ways(person, family)]


def pairs_for(person: Person, name: str, family: Family = PROCEDURES) -> frozenset[Pair]:
    """The agencies and roles of the family through which the person holds one of its permissions."""
    held = grants(person).pairs_for(family.power(name))
    return frozenset(pair for pair in held if family_of_role(pair[1]) is family)


def _ways(person: Person, family: Family) -> tuple[Q, Q]:
    reach = Reach.of(person, family)
    partly = Q(agency__in={agency for agency, _role in reach.below})
    return _through(Q(agency__in=reach.readable), partly, reach.below, reach.came_to)


def _through(readable: Q, partly: Q, below: Sequence[Pair], came_to: Sequence[Pair]) -> tuple[Q, Q]:
    """Conditions on cases, from those on their `agency`: all may be read, or what came to one of the roles `below`."""
    own = readable
    if below:
        own |= Q(Exists(CaseAccess.objects.filter(of_roles(below), case=OuterRef("pk")))) & partly
    reached = CaseAccess.objects.filter(readable | of_roles(came_to), elsewhere=True, case=OuterRef("pk"))
    return own, Q(Exists(reached))


@dataclass(frozen=True)
class Reach:
    """Which cases somebody may see: all of agencies, and those that came to roles of theirs at these and at other agencies."""

    readable: list[int]
    below: list[Pair]
    came_to: list[Pair]

    @classmethod
    def of(cls, person: Person, family: Family = PROCEDURES) -> "Reach":
        readable, came_to = grants(person).agency_ids_for(family.power("read")), sorted(pairs_for(person, "search", family))
        return cls(sorted(readable), [pair for pair in came_to if pair[0] not in readable], came_to)

    @property
    def shape(self) -> tuple[bool, int, int]:
        """For `fixed_ways`."""
        return len(self.readable) == 1, len(self.below), len(self.came_to)

    @property
    def values(self) -> dict[str, Any]:
        """For the parameters of `fixed_ways`."""
        partly = sorted({agency for agency, _role in self.below})
        readable = {"readable": self.readable, "only": self.readable[0] if self.readable else None}
        return {**readable, "partly": partly, **_named("below", self.below), **_named("came_to", self.came_to)}


def fixed_ways(one: bool, below: int, came_to: int, family: Family = PROCEDURES) -> list[QuerySet[Case]]:
    """`ways_to_cases` for a fixed query, by a `Reach`'s shape. The cases of one agency stand in its index in order, those of
    several do not, even of a list of one."""
    readable = Q(agency=Param("only")) if one else Q(Among("agency", Param("readable")))
    ways = _through(readable, Q(Among("agency", Param("partly"))), _params("below", below), _params("came_to", came_to))
    return [all_cases(family).filter(way) for way in ways]


def of_roles(pairs: Collection[Pair]) -> Q:
    """Rows with one of the pairs in their `agency` and `role`."""
    condition = Q(pk__in=[])
    for agency_id, role in pairs:
        condition |= Q(agency_id=agency_id, role=role)
    return condition


def opinions_for(person: Person) -> QuerySet[Opinion]:
    """The questions of other agencies that wait for the person, the most pressing first."""
    held = pairs_for(person, "work")
    if not held:
        return Opinion.objects.none()
    return _questions(sorted(held), Q(person__in=[person.pk, *grants(person).stands_in_for]))


def _questions(held: Sequence[Pair], theirs: Q) -> QuerySet[Opinion]:
    waiting = Opinion.objects.filter(of_roles(held), theirs | Q(person__isnull=True), answered_at__isnull=True, withdrawn=False)
    return waiting.select_related("case__agency", "case__procedure", "agency", "asked_by").order_by("due_at", "pk")


def may_answer(person: Person, opinion: Opinion) -> bool:
    """Whether an open question waits for this person."""
    held = grants(person)
    asked = (None, person.pk, *held.stands_in_for)
    pair, family = (opinion.agency_id, opinion.role), family_of_role(opinion.role)
    return opinion.open and opinion.person_id in asked and pair in held.pairs_for(family.power("work"))


class CameTo:
    """To whom a case came: roles at agencies. Asked of the database when it is needed, and once for however many people."""

    def __init__(self, case: Case) -> None:
        self._case = case

    @cached_property
    def pairs(self) -> frozenset[Pair]:
        return frozenset(_CAME_TO.rows(case=self._case.pk))

    @cached_property
    def elsewhere(self) -> list[Agency]:
        """The agencies besides the case's own."""
        return list(Agency.objects.filter(pk__in={agency for agency, _role in self.pairs} - {self._case.agency_id}))


def may_see(person: Person, case: Case, came: CameTo | None = None) -> bool:
    """The same rule for one case that is at hand, and for those that come from other agencies.

    Args:
        came: given where several people are asked about one case.
    """
    held, family = grants(person), family_of(case)
    if held.allows(family.power("read"), case.agency):
        return True
    came_to, reads = pairs_for(person, "search", family), family.power("read") in held.permissions
    if not (came_to or reads):
        return False
    came = came or CameTo(case)
    if not came_to.isdisjoint(came.pairs):
        return True
    return reads and any(held.allows(family.power("read"), agency) for agency in came.elsewhere)


_CAME_TO = FixedQuery(lambda: CaseAccess.objects.filter(case=Param("case")).values_list("agency", "role"))


def those_who_see(people: Iterable[Person], case: Case) -> list[Person]:
    """Those of the people who may see the case. Three queries however many they are."""
    people, came = list(people), CameTo(case)
    read_grants(people)
    return [person for person in people if may_see(person, case, came)]


def case_for_staff(code: str, person: Person, family: Family = PROCEDURES) -> Case:
    """The only way for staff to obtain a case.

    Raises:
        NotFound: there is none, or the person may not know that there is.
    """
    case = _BY_CODE.first(code=code, family=family.code)
    if case is None or not may_see(person, case):
        raise _no_case(code)
    return case


def case_for_applicant(code: str, person: Person, family: Family = PROCEDURES) -> Case:
    """The only way for applicants to obtain a case."""
    case = _BY_CODE.first(code=code, family=family.code)
    if case is None or not is_applicant(person, case):
        raise _no_case(code)
    return case


_BY_CODE = FixedQuery(
    lambda: (
        Case.objects.select_related("procedure", "version", "agency", "form")
        .defer(*CONTENTS)
        .filter(code=Param("code"), family=Param("family"))
    )
)


def _no_case(code: str) -> NotFound:
    return NotFound(_("Không tìm thấy hồ sơ %(code)s.") % {"code": code})


def may_work_on(person: Person, step: Step) -> bool:
    """Whether the step waits for this person: they hold its role at its agency, and no colleague has taken it but one for whom
    they stand in."""
    held = grants(person)
    theirs = (None, person.pk, *held.stands_in_for)
    work = family_of_role(step.role).power("work")
    return (step.agency_id, step.role) in held.pairs_for(work) and step.assignee_id in theirs


def work_of(person: Person, family: Family = PROCEDURES) -> QuerySet[Step]:
    """Open steps waiting for the person: of a role they hold, taken by nobody, by them or by one for whom they stand in. Paused
    cases wait for no one."""
    held = pairs_for(person, "work", family)
    if not held:
        return Step.objects.none()
    return _waiting(sorted(held), Q(assignee__in=[person.pk, *grants(person).stands_in_for]))


def _waiting(held: Sequence[Pair], theirs: Q) -> QuerySet[Step]:
    waiting = Step.objects.filter(of_roles(held), theirs | Q(assignee__isnull=True), done_at__isnull=True, cancelled=False)
    return waiting.exclude(stand=Stand.STILL).select_related("case", "case__procedure", "agency", "assignee")


def fixed_work(held: int) -> QuerySet[Step]:
    """`work_of` for a fixed query, for somebody with so many roles; its values are `work_values`."""
    return _waiting(_params("held", held), Q(Among("assignee", Param("theirs"))))


def fixed_questions(held: int) -> QuerySet[Opinion]:
    """`opinions_for`, the same way."""
    return _questions(_params("held", held), Q(Among("person", Param("theirs"))))


def work_values(person: Person, family: Family = PROCEDURES) -> tuple[int, dict[str, Any]]:
    """How many roles somebody works in, and the values that `fixed_work` and `fixed_questions` want."""
    held = sorted(pairs_for(person, "work", family))
    return len(held), {"theirs": [person.pk, *grants(person).stands_in_for], **_named("held", held)}


def _params(name: str, many: int) -> Any:
    """Stand for so many pairs of an agency and a role; their values are `_named`."""
    return [(Param(f"{name}{number}"), Param(f"{name}_role{number}")) for number in range(many)]


def _named(name: str, pairs: Sequence[Pair]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for number, (agency, role) in enumerate(pairs):
        named |= {f"{name}{number}": agency, f"{name}_role{number}": role}
    return named


def awaiting_reception(person: Person) -> QuerySet[Case]:
    """Submitted cases at the agencies where the person receives."""
    at = grants(person).agencies_for(PROCEDURES.power("receive"))
    return all_cases().filter(agency__in=at, status=Status.SUBMITTED).select_related("procedure", "agency")


def search_cases(cases: QuerySet[Case], text: str) -> QuerySet[Case]:
    """Cases by code, applicant's name, identity number or telephone."""
    words = fold(text).split()
    compacted = "".join(text.split())
    if compacted.isdigit() and len(compacted) >= 9:
        return cases.filter(Exists(Party.objects.filter(Q(identity_number=compacted) | Q(phone=compacted), case=OuterRef("pk"))))
    for word in words:
        cases = cases.filter(search__contains=word)
    return cases


def search_shape(text: str) -> tuple[int, dict[str, str]]:
    """The same for a fixed query: how many words are looked for, `ONE_NUMBER` for a number, and their values."""
    compacted = "".join(text.split())
    if compacted.isdigit() and len(compacted) >= 9:
        return ONE_NUMBER, {"number": compacted}
    words = fold(text).split()
    return len(words), {f"word{number}": word for number, word in enumerate(words)}


def fixed_search(cases: QuerySet[Case], shape: int) -> QuerySet[Case]:
    if shape == ONE_NUMBER:
        theirs = Q(identity_number=Param("number")) | Q(phone=Param("number"))
        return cases.filter(Exists(Party.objects.filter(theirs, case=OuterRef("pk"))))
    for number in range(shape):
        cases = cases.filter(search__contains=Param(f"word{number}"))
    return cases


def open_cases(cases: QuerySet[Case]) -> QuerySet[Case]:
    return cases.exclude(status__in=sorted(ENDED))


def colleagues_for(step: Step) -> QuerySet[Person]:
    """Those who could do a step: holders of its role at its agency today."""
    return holders(step.agency, step.role, localdate())


def reception_agencies(person: Person) -> QuerySet[Agency]:
    """The agencies where the person sits at the counter."""
    at = {agency_id for agency_id, role in grants(person).pairs if role == "reception"}
    return Agency.objects.filter(pk__in=at, active=True).select_related("unit").order_by("path")


def case_by_follow_up_code(code: str, given: str) -> Case | None:
    """The case, for whoever holds both codes. The caller limits the tries."""
    case = all_cases().filter(code=code).first()
    return case if case and lookup_code_fits(case, given) else None
