"""Handing in what finds its agency by rules: a family other than public procedures, taken in by whichever service hears of it."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.timezone import now

from tinhso.blocks.cases.actions.intake import Applicant, submit_case
from tinhso.blocks.cases.actions.places import keep_place
from tinhso.blocks.cases.families import Family
from tinhso.blocks.cases.models import Case, Channel
from tinhso.blocks.cases.places import Place, checked_place, commune_of
from tinhso.blocks.cases.queries import procedure_in_force
from tinhso.blocks.cases.routing import Matter, Routed, route
from tinhso.blocks.directory.models import Agency, Person
from tinhso.kernel.actions import action
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
    at: datetime | None = None,
) -> tuple[Case, Routed]:
    """Hand in a matter at a place: it goes to `agency`, or to the one the family's rules name.

    Args:
        code: of the family's procedure.
        answers: its form's; `matter.kind` is what rules may ask of.

    Raises:
        NotFound: no such procedure is open.
        Invalid: answers or place are missing or wrong; `fields` names them.
    """
    at, place = at or now(), checked_place(place)
    version = procedure_in_force(code, at, family)
    matter = answers.get("matter")
    kind = str(matter.get("kind") or "") if isinstance(matter, Mapping) else ""
    commune = commune_of(place, local(at).date())
    routed = Routed(agency, "chosen") if agency else route(family, Matter(code, kind, commune, at))
    case = submit_case(version, answers, agency=routed.agency, applicant=applicant, by=by, channel=Channel.ONLINE, at=at)
    keep_place(case, place, commune)
    return case, routed
