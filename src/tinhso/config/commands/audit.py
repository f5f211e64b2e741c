"""`tinhso audit`: the audit log."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tinhso.config.process import product

app = typer.Typer(help="The audit log: seal it, and prove that nobody has touched it.", no_args_is_help=True)


@app.callback()
def audit() -> None:
    """The audit log: seal it, and prove that nobody has touched it."""


@app.command()
def verify(as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False) -> None:
    """Recompute the chain of seals; exit status 1 when a row was changed, removed or slipped in.

    Rows written since the last seal (at most a minute's) are counted as unsealed; `tinhso audit seal` seals them now.

    Example: tinhso audit verify --json
    """
    with product():
        from tinhso.kernel.audit.seal import verify_chain

        columns = (SpinnerColumn(), TextColumn("{task.completed} dòng / rows"), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True, disable=as_json) as progress:
            task = progress.add_task("", total=None)
            found = verify_chain(progress=lambda rows: progress.update(task, completed=rows))
    if as_json:
        typer.echo(json.dumps(asdict(found) | {"good": found.good}, ensure_ascii=False))
    elif found.good:
        typer.echo(f"✓ {found.rows} dòng đúng với dấu niêm phong; {found.unsealed} dòng chưa niêm phong.")
        typer.echo(f"  {found.rows} rows fit their seals; {found.unsealed} are not sealed yet. Head: {found.head[:16]}…")
    else:
        typer.echo(f"✗ Dòng {found.first_bad} đã bị can thiệp sau {found.rows - 1} dòng đúng.")
        typer.echo(f"  Row {found.first_bad} does not fit its seal: {found.reason}.")
    if not found.good:
        raise typer.Exit(1)


@app.command()
def seal(as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False) -> None:
    """Seal now what was written since the last seal (the worker does it every minute).

    Example: tinhso audit seal
    """
    with product():
        from tinhso.kernel.audit.seal import seal_entries

        sealed = 0
        while count := seal_entries():
            sealed += count
    typer.echo(json.dumps({"sealed": sealed}) if as_json else f"✓ {sealed} dòng đã niêm phong / rows sealed")
