"""`tinhso procedures`: the catalogue of public procedures, which are folders of data."""

from pathlib import Path
from typing import Annotated

import typer

from tinhso.config.process import product

app = typer.Typer(help="Public procedures: check a folder, take it into the catalogue, list what is there.", no_args_is_help=True)
Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A procedure folder (docs/procedures.md).")]


@app.callback()
def procedures() -> None:
    """Public procedures: check a folder, take it into the catalogue, list what is there."""


@app.command()
def check(folder: Folder) -> None:
    """Find every fault of a procedure folder: file, line, what is wrong, what to do. Changes nothing.

    Example: tinhso procedures check ./9.000001
    """
    with product():
        from tinhso.blocks.cases.actions.process import service_task_names
        from tinhso.blocks.cases.loading import load_folder

        found = load_folder(folder, actions=service_task_names())
        for warning in found.warnings:
            print(f"! {warning}")
        print(f"✓ {found.code} {found.version}: {found.name}")


@app.command()
def load(
    folder: Annotated[Path | None, typer.Argument(exists=True, file_okay=False, help="Without one: those shipped.")] = None,
) -> None:
    """Take a procedure folder into the catalogue, or all those shipped, fields of reports too.

    Again with the same content: no change.

    A shipped version that collides with one the province made is not installed but offered at /quy-trinh/ ("?").

    Examples: tinhso procedures load ./9.000001
              tinhso procedures load
    """
    with product():
        from tinhso.blocks.cases.models import ProcedureOffer
        from tinhso.services.hotline.catalogue import install_tickets
        from tinhso.services.onestop.catalogue import install_folder, install_shipped
        from tinhso.services.reports.catalogue import install_fields

        shipped = [*install_shipped(), *install_fields(), *install_tickets()] if folder is None else [install_folder(folder)]
        for version in shipped:
            sign = "?" if isinstance(version, ProcedureOffer) else "✓"
            why = f" ({version.get_reason_display()})" if isinstance(version, ProcedureOffer) and version.open else ""
            print(f"{sign} {version.procedure.code} {version.version}: {version.procedure.name}{why}")


@app.command("list")
def show() -> None:
    """The procedures in force today.

    Example: tinhso procedures list
    """
    with product():
        from django.utils.timezone import now

        from tinhso.blocks.cases.queries import procedures_in_force

        for version in procedures_in_force(now()):
            print(f"{version.procedure.code:12} {version.version:8} {version.procedure.name}")
