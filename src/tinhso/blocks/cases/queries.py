"""What people may see of cases. Every read of a case by a person goes through here."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.access_code import lookup_code_fits
from tinhso.blocks.cases.clock import standing_still
from tinhso.blocks.cases.kept import CONTENTS
from tinhso.blocks.cases.models import ENDED, Case, CaseAccess, Party, Procedure, ProcedureVersion, Status, Step
from tinhso.blocks.cases.process_tables import Opinion
from tinhso.blocks.directory.models import Agency, Person, UnitLevel
from tinhso.blocks.directory.queries import holders
from tinhso.blocks.identity.policy import Pair, grants
from tinhso.kernel.errors import NotFound
from tinhso.kernel.fixed_query import FixedQuery, Param
from tinhso.kernel.text import fold
from tinhso.kernel.time import local


def procedures_in_force(at: datetime) -> QuerySet[ProcedureVersion]:
    """The version of each procedure that is in force."""
    day = local(at).date()
    return (
        ProcedureVersion.objects.select_related("procedure")
        .defer("graph", "files")
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)
        .order_by("procedure__field", "procedure__name")
    )


def find_procedures(text: str, at: datetime) -> QuerySet[ProcedureVersion]:
    """Procedures whose names, field, code or keywords hold every word of `text`; accents and spaces are forgiven."""
    found = procedures_in_force(at)
    for word in fold(text).split():
        found = found.filter(procedure__search__contains=word)
    return found


_VERSION = FixedQuery(
    lambda: (
        ProcedureVersion.objects.select_related("procedure")
        .defer("definition", "graph", "files")
        .filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=Param("day")), valid_from__lte=Param("day"), procedure__code=Param("code")
        )
    )
)


def procedure_in_force(code: str, at: datetime) -> ProcedureVersion:
    version = _VERSION.first(code=code, day=local(at).date())
    if version is None:
        raise NotFound(_("Không có thủ tục mã %(code)s đang áp dụng.") % {"code": code})
    return version


def handles(agency: Agency, version: ProcedureVersion) -> bool:
    """Whether the procedure can be handed in at the agency: one of its level that is open and has an identifier."""
    level = UnitLevel.COMMUNE if version.procedure.level == Procedure.Level.COMMUNE else UnitLevel.PROVINCE
    return agency.active and bool(agency.code) and agency.level == level


def agencies_beside(case: Case) -> QuerySet[Agency]:
    """The others of the same kind and level as the agency that has the case: those that could be competent in its place."""
    like = Agency.objects.filter(active=True, level=case.agency.level, kind=case.agency.kind).exclude(pk=case.agency_id)
    return like.exclude(code=None).exclude(code="").order_by("path")


def is_applicant(person: Person | None, case: Case) -> bool:
    """Whether the case is this person's own. Who entered it at a counter or for a program gains no right to it."""
    return person is not None and person.pk == case.applicant_id


def cases_of(person: Person) -> QuerySet[Case]:
    """The person's own cases, handed in by them or for them."""
    return Case.objects.filter(applicant=person)


def cases_visible_to(person: Person) -> QuerySet[Case]:
    """The cases a member of staff may see. Good for one case and as a subquery; a list follows `ways_to_cases`."""
    own, elsewhere = _ways(person)
    return Case.objects.filter(own | elsewhere)


def ways_to_cases(person: Person) -> list[QuerySet[Case]]:
    """The same cases, by the ways they come to somebody; each follows an index of its own (`page_by_key(ways=...)`).

    Those of the agencies where the person may read all, with those that came to a role of theirs there: a role adds nothing where
    all may be read. And those of other agencies of which a step, or a question, came to where the person works or reads.
    """
    return [Case.objects.filter(way) for way in _ways(person)]


def _ways(person: Person) -> tuple[Q, Q]:
    held = grants(person)
    readable, came_to = held.agency_ids_for("cases.read"), held.pairs_for("cases.search")
    own = Q(agency__in=readable)
    if below := {(agency, role) for agency, role in came_to if agency not in readable}:
        came = CaseAccess.objects.filter(of_roles(below), case=OuterRef("pk"))
        own |= Q(Exists(came), agency__in={agency for agency, _role in below})
    if not (readable or came_to):
        return own, Q(pk__in=[])
    reached = CaseAccess.objects.filter(Q(agency__in=readable) | of_roles(came_to), elsewhere=True, case=OuterRef("pk"))
    return own, Q(Exists(reached))


def of_roles(pairs: Collection[Pair]) -> Q:
    """Rows with one of the pairs in their `agency` and `role`."""
    condition = Q()
    for agency_id, role in sorted(pairs):
        condition |= Q(agency_id=agency_id, role=role)
    return condition


def opinions_for(person: Person) -> QuerySet[Opinion]:
    """The questions of other agencies that wait for the person, the most pressing first."""
    held = grants(person).pairs_for("cases.work")
    if not held:
        return Opinion.objects.none()
    waiting = Opinion.objects.filter(
        of_roles(held),
        Q(person__isnull=True) | Q(person__in=[person.pk, *grants(person).stands_in_for]),
        answered_at__isnull=True,
        withdrawn=False,
    )
    return waiting.select_related("case__agency", "case__procedure", "agency", "asked_by").order_by("due_at", "pk")


def may_answer(person: Person, opinion: Opinion) -> bool:
    """Whether an open question waits for this person."""
    held = grants(person)
    asked = (None, person.pk, *held.stands_in_for)
    return opinion.open and opinion.person_id in asked and (opinion.agency_id, opinion.role) in held.pairs_for("cases.work")


def may_see(person: Person, case: Case) -> bool:
    """The same rule for one case that is at hand, and for those that come from other agencies."""
    held = grants(person)
    if held.allows("cases.read", case.agency):
        return True
    came_to, reads = held.pairs_for("cases.search"), "cases.read" in held.permissions
    if not (came_to or reads):
        return False
    came = set(_CAME_TO.rows(case=case.pk))
    if not came_to.isdisjoint(came):
        return True
    elsewhere = {agency for agency, _role in came if agency != case.agency_id}
    return reads and bool(elsewhere) and not elsewhere.isdisjoint(held.agency_ids_for("cases.read"))


_CAME_TO = FixedQuery(lambda: CaseAccess.objects.filter(case=Param("case")).values_list("agency", "role"))


def case_for_staff(code: str, person: Person) -> Case:
    """The only way for staff to obtain a case.

    Raises:
        NotFound: there is none, or the person may not know that there is.
    """
    case = _BY_CODE.first(code=code)
    if case is None or not may_see(person, case):
        raise _no_case(code)
    return case


def case_for_applicant(code: str, person: Person) -> Case:
    """The only way for applicants to obtain a case."""
    case = _BY_CODE.first(code=code)
    if case is None or not is_applicant(person, case):
        raise _no_case(code)
    return case


_BY_CODE = FixedQuery(
    lambda: Case.objects.select_related("procedure", "version", "agency", "form").defer(*CONTENTS).filter(code=Param("code"))
)


def _no_case(code: str) -> NotFound:
    return NotFound(_("Không tìm thấy hồ sơ %(code)s.") % {"code": code})


def may_work_on(person: Person, step: Step) -> bool:
    """Whether the step waits for this person: they hold its role at its agency, and no colleague has taken it but one for whom
    they stand in."""
    held = grants(person)
    theirs = (None, person.pk, *held.stands_in_for)
    return (step.agency_id, step.role) in held.pairs_for("cases.work") and step.assignee_id in theirs


def work_of(person: Person) -> QuerySet[Step]:
    """Open steps waiting for the person: of a role they hold, taken by nobody, by them or by one for whom they stand in. Paused
    cases wait for no one."""
    theirs = Q(assignee__isnull=True) | Q(assignee__in=[person.pk, *grants(person).stands_in_for])
    held = grants(person).pairs_for("cases.work")
    if not held:
        return Step.objects.none()
    return (
        Step.objects.filter(of_roles(held), theirs, done_at__isnull=True, cancelled=False)
        .exclude(case__status__in=[Status.SUPPLEMENT_ASKED, Status.FINANCIAL_DUTY])
        .exclude(standing_still(case="case__"))
        .select_related("case", "case__procedure", "agency", "assignee")
    )


def awaiting_reception(person: Person) -> QuerySet[Case]:
    """Submitted cases at the agencies where the person receives."""
    return Case.objects.filter(agency__in=grants(person).agencies_for("cases.receive"), status=Status.SUBMITTED).select_related(
        "procedure", "agency"
    )


def search_cases(cases: QuerySet[Case], text: str) -> QuerySet[Case]:
    """Cases by code, applicant's name, identity number or telephone."""
    words = fold(text).split()
    compacted = "".join(text.split())
    if compacted.isdigit() and len(compacted) >= 9:
        return cases.filter(Exists(Party.objects.filter(Q(identity_number=compacted) | Q(phone=compacted), case=OuterRef("pk"))))
    for word in words:
        cases = cases.filter(search__contains=word)
    return cases


def open_cases(cases: QuerySet[Case]) -> QuerySet[Case]:
    return cases.exclude(status__in=sorted(ENDED))


def catalogue() -> QuerySet[Procedure]:
    return Procedure.objects.order_by("field", "name")


def colleagues_for(step: Step) -> QuerySet[Person]:
    """Those who could do a step: holders of its role at its agency today."""
    return holders(step.agency, step.role, localdate())


def reception_agencies(person: Person) -> QuerySet[Agency]:
    """The agencies where the person sits at the counter."""
    at = {agency_id for agency_id, role in grants(person).pairs if role == "reception"}
    return Agency.objects.filter(pk__in=at, active=True).select_related("unit").order_by("path")


def case_by_follow_up_code(code: str, given: str) -> Case | None:
    """The case, for whoever holds both codes. The caller limits the tries."""
    case = Case.objects.filter(code=code).first()
    return case if case and lookup_code_fits(case, given) else None
