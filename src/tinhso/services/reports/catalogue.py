"""The fields in which reports are taken: procedure folders of the family "report"."""

from collections.abc import Callable
from pathlib import Path

from tinhso.blocks.cases.actions.offers import install_or_offer
from tinhso.blocks.cases.actions.process import service_task_names
from tinhso.blocks.cases.loading import load_folder, procedure_folders
from tinhso.blocks.cases.models import ProcedureOffer, ProcedureVersion

SHIPPED = Path(__file__).parent / "procedures"


def install_fields(report: Callable[[str], None] = lambda text: None) -> list[ProcedureVersion | ProcedureOffer]:
    """Take in the fields of the product; those already there stay as they are."""
    installed: list[ProcedureVersion | ProcedureOffer] = []
    for folder in procedure_folders(SHIPPED):
        report(folder.name)
        installed.append(install_or_offer(load_folder(folder, actions=service_task_names()), by=None))
    return installed
