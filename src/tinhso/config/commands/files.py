"""`tinhso files`: the store of files."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from tinhso.config.process import product

app = typer.Typer(help="The store of files: what nobody needs any more.", no_args_is_help=True)


@app.callback()
def files() -> None:
    """The store of files: what nobody needs any more."""


@app.command()
def unused(
    remove: Annotated[bool, typer.Option("--remove", help="Remove them now; the worker does it every night.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Files older than seven days that no case, draft or paper refers to: uploads that were never handed in.

    Example: tinhso files unused --remove
    """
    with product():
        from django.db.models import Sum
        from django.utils.timezone import now

        from tinhso.blocks.files.actions import remove_unused_file
        from tinhso.blocks.files.models import StoredFile
        from tinhso.blocks.files.references import unused_files

        found = unused_files(at=now())
        size = StoredFile.objects.filter(pk__in=found).aggregate(total=Sum("size"))["total"] or 0
        removed = 0
        if remove:
            removed = sum(
                map(
                    remove_unused_file,
                    track(found, "xóa / removing", console=Console(stderr=True), disable=as_json, transient=True),
                )
            )
    if as_json:
        typer.echo(json.dumps({"files": len(found), "bytes": size, "removed": removed}))
        return
    typer.echo(f"{len(found)} tệp không còn ai dùng / files nobody uses, {size / 1_000_000:.1f} MB")
    if remove:
        typer.echo(f"✓ đã xóa {removed} / {removed} removed")
