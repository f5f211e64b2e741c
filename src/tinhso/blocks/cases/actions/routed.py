"""Handing in what finds its agency by rules: a family other than public procedures, taken in by whichever service hears of it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from django.db.models import Model
from django.utils.timezone import now

from tinhso.blocks.cases.actions.intake import Applicant, HandedIn, submit_case
from tinhso.blocks.cases.families import Family
from tinhso.blocks.cases.models import Case, CasePlace, Channel
from tinhso.blocks.cases.places import Place, checked_place, commune_of, geometry
from tinhso.blocks.cases.queries import procedure_in_force
from tinhso.blocks.cases.routing import Matter, Routed, route
from tinhso.blocks.directory.models import Agency, Person, Unit
from tinhso.kernel.actions import action
from tinhso.kernel.errors import DomainError
from tinhso.kernel.fixed_query import FixedQuery, Param
from tinhso.kernel.time import local


@action
def submit_routed(
    family: Family,
    code: str,
    answers: Mapping[str, object],
    *,
    place: Place,
    applicant: Applicant,
    by: Person | None,
    agency: Agency | None = None,
    parts: Mapping[str, HandedIn] | None = None,
    key: str = "",
    beside: Callable[[Case, Routed], Iterable[Model]] = lambda case, routed: (),
    alone: bool = False,
    at: datetime | None = None,
) -> tuple[Case, Routed | None]:
    """Hand in a matter at a place: it goes to `agency`, or to the one the family's rules name.

    Args:
        code: of the family's procedure.
        answers: its form's; `matter.kind` is what rules may ask of, by `matter.text` and the address it is found again.
        key: the same key again returns the case of the first time, with None for how it found its agency.
        beside: rows of the caller's own for a new case, put in together with the others.
        alone: no action goes on working with the case.

    Raises:
        NotFound: no such procedure is open.
        Invalid: answers or place are missing or wrong; `fields` names them.
    """
    at = at or now()
    matter = answers.get("matter")
    told = matter if isinstance(matter, Mapping) else {}
    try:
        place = checked_place(place)
        version = procedure_in_force(code, at, family)
        commune = commune_of(place, local(at).date())
        routed = Routed(agency, "chosen") if agency else route(family, Matter(code, str(told.get("kind") or ""), commune, at))
    except DomainError:
        if key and (present := _SUBMITTED.first(key=key, family=family.code)):
            return present, None  # it was right then
        raise
    new: list[Case] = []

    def rows(case: Case) -> Iterable[Model]:
        new.append(case)
        return [_place_row(case, place, commune), *beside(case, routed)]

    case = submit_case(
        version,
        answers,
        agency=routed.agency,
        applicant=applicant,
        by=by,
        channel=Channel.ONLINE,
        parts=parts,
        submission_key=key or None,
        words=f"{told.get('text') or ''} {place.address}",
        beside=rows,
        alone=alone,
        at=at,
    )
    return case, routed if new else None


def _place_row(case: Case, place: Place, unit: Unit | None) -> CasePlace:
    """`unit`: in which the place lies."""
    point = geometry(place.point) if place.point else None
    address = place.address or ("" if point or unit is None else unit.name)
    return CasePlace(case=case, point=point, accuracy_m=place.accuracy_m, address=address, unit=unit)


_SUBMITTED = FixedQuery(lambda: Case.objects.filter(submission_key=Param("key"), family=Param("family")))
