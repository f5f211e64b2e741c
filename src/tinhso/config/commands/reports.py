"""`tinhso reports`: keys of programs that hand in citizens' reports by Open311; the sums behind their figures."""

from typing import Annotated

import typer

from tinhso.config.process import product

app = typer.Typer(help="Citizens' reports: keys of Open311 clients, figures.", no_args_is_help=True)
key = typer.Typer(help="Keys of Open311 clients.", no_args_is_help=True)
app.add_typer(key, name="key")


@app.callback()
def reports() -> None:
    """Citizens' reports: keys of Open311 clients, figures."""


@app.command()
def recount() -> None:
    """Work out all sums behind the figures from the reports, and say how many were wrong; every night does the same."""
    with product():
        from tinhso.services.reports.actions.recounting import recount_figures

        typer.echo(f"{recount_figures()} sums put right")


@key.callback()
def keys() -> None:
    """Keys of programs that hand in reports by Open311 (docs/open311.md)."""


@key.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who runs the program, and how to reach them.")],
    per_minute: Annotated[int, typer.Option("--per-minute", help="So many reports a minute.")] = 60,
    tokens: Annotated[bool, typer.Option("--tokens", help="Answer with tokens instead of numbers.")] = False,
) -> None:
    """Make a key. It is printed now and never again: only its digest is kept.

    Example: tinhso reports key add "Báo Ấp Bắc, toasoan@baoapbac.example"
    """
    with product():
        from tinhso.services.reports.open311.actions import add_key

        typer.echo(add_key(name, by=None, per_minute=per_minute, by_token=tokens)[1])


@key.command("list")
def list_keys() -> None:
    """The keys: how they begin, whose they are, reports a minute, since when, until when."""
    with product():
        from tinhso.services.reports.open311.tables import ApiKey

        for one in ApiKey.objects.order_by("pk"):
            until = f"  revoked {one.revoked_at:%Y-%m-%d}" if one.revoked_at else ""
            typer.echo(f"{one.prefix:<12}  {one.per_minute:>6}/min  {one.created_at:%Y-%m-%d}  {one.owner}{until}")


@key.command()
def revoke(prefix: Annotated[str, typer.Argument(metavar="PREFIX", help="How the key begins, as `list` shows it.")]) -> None:
    """Take a key back; what came by it stays.

    Example: tinhso reports key revoke tso_Ab3dEf
    """
    with product():
        from tinhso.services.reports.open311.actions import revoke_key

        typer.echo(str(revoke_key(prefix, by=None)))
