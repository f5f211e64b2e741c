"""The kinds of matter that run on cases: public procedures, and what other services bring (ADR 18).

A family is told once, by its service, when the applications are ready. What differs between families is asked here and
nowhere else: who may do what (`power`), whose steps they are (`family_of_role`), where a case is shown, whether slips are issued.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from tinhso.blocks.cases.bpmn.graph import ROLES

if TYPE_CHECKING:
    from tinhso.blocks.cases.models import Case


_CASE = pgettext_lazy("one case", "Hồ sơ")


@dataclass(frozen=True)
class Family:
    """
    code: as it stands in `Case.family` and `Procedure.family`.
    area: its permissions ("<area>.read", "<area>.work" …) and its events ("<area>.submitted" …) begin with it.
    roles: who may be given its steps; a role belongs to one family.
    heads: who is told that a step is late or a case was moved: the holders of the first of these roles that anybody holds.
    desk: the address of a case for staff, `%s` standing for its code.
    at_once: a case is received when it is handed in, nobody accepts it.
    slips: the forms 01–07 are issued.
    nameless: who handed a case in stands among its parties alone: lists and search do not know them.
    noun: what people call one of its cases, at the beginning of a sentence.
    mark: with it, codes are "<mark>-<day>-<six signs by chance>", which takes no number of the agency's series; else numbered.
    """

    code: str
    area: str
    roles: frozenset[str]
    desk: str
    heads: tuple[str, ...] = ("department_head", "signer", "manager")
    at_once: bool = False
    slips: bool = True
    nameless: bool = False
    noun: str | Promise = _CASE
    mark: str = ""

    def power(self, name: str) -> str:
        """The family's permission to receive, read, search, work, decide, extend, assign."""
        return f"{self.area}.{name}"


PROCEDURE = "procedure"
REPORT = "report"
HOTLINE = "hotline"
CODES = (PROCEDURE, REPORT, HOTLINE)

PROCEDURES = Family(PROCEDURE, "cases", ROLES, "/mot-cua/ho-so/%s/")
_families: dict[str, Family] = {PROCEDURE: PROCEDURES}


def register_family(family: Family) -> None:
    """
    Raises:
        ValueError: the code is not one the tables know, or code, area or a role is taken.
    """
    if family.code not in CODES:
        raise ValueError(f"the tables know no family {family.code!r}")
    for other in _families.values():
        if other != family and (family.code == other.code or family.area == other.area or family.roles & other.roles):
            raise ValueError(f"family {family.code!r} collides with {other.code!r}")
    _families[family.code] = family


def family_named(code: str) -> Family:
    return _families[code]


def family_of(case: "Case") -> Family:
    return _families[case.family]


def family_of_role(role: str) -> Family:
    """Whose steps a role is given; roles that no family claims see public procedures."""
    return next((family for family in _families.values() if role in family.roles), PROCEDURES)


def power(case: "Case", name: str) -> str:
    """The permission that `name` is for this case: "cases.receive", "reports.receive"."""
    return family_of(case).power(name)


def known_families() -> Collection[Family]:
    return _families.values()
