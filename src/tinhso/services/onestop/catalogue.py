"""The procedures the product ships."""

from collections.abc import Callable
from pathlib import Path

from tinhso.blocks.cases.actions.offers import install_or_offer
from tinhso.blocks.cases.actions.procedures import install_procedure
from tinhso.blocks.cases.actions.process import service_task_names
from tinhso.blocks.cases.loading import load_folder, procedure_folders
from tinhso.blocks.cases.models import ProcedureOffer, ProcedureVersion

SHIPPED = Path(__file__).parent / "procedures"


def install_folder(folder: Path) -> ProcedureVersion:
    """Check a procedure folder and take it into the catalogue.

    Raises:
        ProcedureFolderError: it has faults; the message lists them all.
        WrongState: cases were received under this version of other content.
    """
    return install_procedure(load_folder(folder, actions=service_task_names()), by=None)


def install_shipped(report: Callable[[str], None] = lambda text: None) -> list[ProcedureVersion | ProcedureOffer]:
    """Take in every procedure of the product; those already there stay as they are, and what collides with a province's own is
    kept as an offer."""
    versions: list[ProcedureVersion | ProcedureOffer] = []
    for folder in procedure_folders(SHIPPED):
        report(folder.name)
        versions.append(install_or_offer(load_folder(folder, actions=service_task_names()), by=None))
    return versions
