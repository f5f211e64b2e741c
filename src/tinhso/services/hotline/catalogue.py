"""The procedures of the line's own tickets, shipped with the product, and what a ticket may be about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tinhso.blocks.cases.actions.offers import install_or_offer
from tinhso.blocks.cases.actions.process import service_task_names
from tinhso.blocks.cases.families import REPORT, Family, known_families
from tinhso.blocks.cases.forms import form_of
from tinhso.blocks.cases.loading import load_folder, procedure_folders
from tinhso.blocks.cases.models import ProcedureOffer, ProcedureVersion
from tinhso.blocks.cases.queries import procedures_in_force
from tinhso.kernel.errors import Invalid
from tinhso.services.hotline.family import TICKETS

SHIPPED = Path(__file__).parent / "procedures"


def install_tickets() -> list[ProcedureVersion | ProcedureOffer]:
    """Take in the line's own procedures; those already there stay as they are."""
    folders = procedure_folders(SHIPPED)
    return [install_or_offer(load_folder(folder, actions=service_task_names()), by=None) for folder in folders]


@dataclass(frozen=True)
class Choice:
    """What a ticket may be about. value: "PA-ANTT.pothole"."""

    value: str
    label: str


@dataclass(frozen=True)
class Group:
    """A procedure and its kinds."""

    version: ProcedureVersion
    family: Family
    choices: tuple[Choice, ...]

    @property
    def label(self) -> str:
        return self.version.procedure.title


def groups(at: datetime) -> list[Group]:
    """The line's own procedures first, then the fields of citizens' reports where the province takes them."""
    found = []
    for family in (TICKETS, *(one for one in known_families() if one.code == REPORT)):
        for version in procedures_in_force(at, family):
            code = version.procedure.code
            kinds = _kinds(form_of(version).schema)
            found.append(Group(version, family, tuple(Choice(f"{code}.{kind}", label) for kind, label in kinds)))
    return found


def _kinds(schema: Mapping[str, Any]) -> list[tuple[str, str]]:
    options = schema["properties"]["matter"]["properties"]["kind"]["oneOf"]
    english = get_language() == "en"
    return [(one["const"], one.get("title_en") if english and one.get("title_en") else one["title"]) for one in options]


def chosen(value: str, at: datetime) -> tuple[Group, str]:
    """The procedure and the kind of what was chosen.

    Raises:
        Invalid: there is no such thing.
    """
    for group in groups(at):
        for choice in group.choices:
            if choice.value == value:
                return group, value.partition(".")[2]
    problem = _("Hãy chọn việc người gọi nói đến.")
    raise Invalid(problem, fields={"matter": problem})
