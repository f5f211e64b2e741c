"""`tinhso units`: administrative units as of a date, and what became of them."""

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from tinhso.config.process import product
from tinhso.kernel.errors import DomainError
from tinhso.kernel.time import VIETNAM

if TYPE_CHECKING:
    from tinhso.blocks.directory.models import Unit

app = typer.Typer(help="Administrative units of the country: as of a date, what became of them, search.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(metavar="CODE", help="Official code: 82 (province), 815 (district), 28252 (commune).")]
On = Annotated[str | None, typer.Option("--on", metavar="DATE", help="As of this day: 2022-01-01 or 01/01/2022; else today.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@app.command("show")
def show(context: typer.Context, code: Code, on: On = None, as_json: Json = False) -> None:
    """Who bore a code on a day: name, level, period, parent, how many units lay below.

    Example: tinhso units show 82 --on 2022-01-01 --json
    """
    context.with_resource(product())
    from tinhso.blocks.directory import queries

    day = _day(on)
    unit = _found(lambda: queries.unit_on(code, day))
    counts = queries.counts_below(unit, day)
    parent = queries.parent_on(unit, day)
    if as_json:
        known = {level.name.lower(): number for level, number in counts.by_level.items()}
        answer = {
            **_as_json(unit),
            "on": day.isoformat(),
            "valid_from": unit.valid_from and unit.valid_from.isoformat(),
            "valid_to": unit.valid_to and unit.valid_to.isoformat(),
            "known_from": unit.known_from.isoformat(),
            "parent": _as_json(parent) if parent else None,
            "counts": known if any(number is not None for number in known.values()) or not known else None,
            "counts_note": counts.note,
            "centre": {"lat": unit.centre.y, "lon": unit.centre.x} if unit.centre else None,
            "area_km2": unit.area_km2,
            "source": unit.source,
        }
        _print_json(answer)
        return
    begin = f"{unit.valid_from:%d/%m/%Y}" if unit.valid_from else f"not known (at latest {unit.known_from:%d/%m/%Y})"
    typer.echo(f"{unit.code}  {unit.name}")
    typer.echo(f"Level       {unit.get_level_display()} ({unit.level})")
    typer.echo(f"Valid from  {begin}")
    typer.echo(f"Valid to    {f'{unit.valid_to:%d/%m/%Y}' if unit.valid_to else 'in force'}")
    typer.echo(f"Parent      {f'{parent.code} {parent.name}' if parent else '–'}")
    for level, number in counts.by_level.items():
        typer.echo(f"{level.label!s:<11} {'not known' if number is None else number}")
    for text in filter(None, (counts.note, unit.source and f"Source: {unit.source}")):
        typer.echo(text)


@app.command("became")
def show_became(context: typer.Context, code: Code, on: On = None, as_json: Json = False) -> None:
    """What the unit known by a code before a day is on that day.

    Example: tinhso units became 28252 --on 2025-07-01 --json
    """
    context.with_resource(product())
    from tinhso.blocks.directory import queries

    day = _day(on)
    unit = _found(lambda: queries.unit_known_as(code, day))
    becoming = _found(lambda: queries.became(unit, day))
    if not becoming.units:
        _refuse(f"{unit.name} ({code}) không còn từ sau ngày {unit.valid_to:%d/%m/%Y}; nguồn dữ liệu không ghi đã nhập vào đâu.")
    if as_json:
        _print_json([_as_json(one) | {"parent": _parent(one)} for one in becoming.units])
    else:
        typer.echo(f"{unit.code}  {unit.name}{f', {unit.parent.name}' if unit.parent else ''}")
        for one in becoming.units:
            typer.echo(f"  → {one.code}  {one.name}{f', {one.parent.name}' if one.parent else ''}")
        for act in becoming.acts:
            typer.echo(f"  {act}")
    if not becoming.complete:
        typer.echo("Một phần: nguồn dữ liệu không ghi hết các đơn vị kế tục.", err=True)


@app.command("search")
def search(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="A part of the name; accents may be left out.")],
    *,
    on: On = None,
    level: Annotated[int | None, typer.Option(min=1, max=3, help="1 province, 2 district, 3 commune.")] = None,
    parent: Annotated[str | None, typer.Option(metavar="CODE", help="Only below this unit.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most so many.")] = 20,
    as_json: Json = False,
) -> None:
    """Find units by name.

    Example: tinhso units search "my tho" --on 2024-12-31
    """
    context.with_resource(product())
    from tinhso.blocks.directory import queries

    units = queries.find_units(text, on=_day(on), level=level, parent=parent, limit=limit)
    if as_json:
        _print_json([_as_json(unit) | {"parent": _parent(unit)} for unit in units])
    else:
        for unit in units:
            typer.echo(f"{unit.code:<6} {unit.name}{f', {unit.parent.name}' if unit.parent else ''}")
        if not units:
            typer.echo("Không có đơn vị nào có tên như vậy vào ngày này.", err=True)


@app.command("load")
def load(context: typer.Context, as_json: Json = False) -> None:
    """Bring the list of units in line with the data package and its corrections. May be run again at any time."""
    context.with_resource(product())
    from tinhso.blocks.directory.actions import load_units

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("…", total=5)

        def step(text: str) -> None:
            bar.update(task, description=text, advance=1)

        loaded = _found(lambda: load_units(by=None, progress=step))
    if as_json:
        _print_json({**loaded.__dict__, "changed": loaded.changed})
        return
    typer.echo(f"{loaded.units} units, {loaded.links} links from predecessors to successors.")
    if loaded.changed:
        typer.echo(f"Units: {loaded.units_added} added, {loaded.units_changed} changed.")
        typer.echo(f"Links: {loaded.links_added} added, {loaded.links_changed} changed, {loaded.links_removed} removed.")
    else:
        typer.echo("Nothing to change.")
    if loaded.no_longer_told:
        typer.echo(f"{loaded.no_longer_told} units are in the database but no longer in the sources; they were kept.", err=True)


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(VIETNAM).date()
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day, not a moment
        except ValueError:
            continue
    raise typer.BadParameter(f"{text!r} is not a day like 2022-01-01 or 01/01/2022", param_hint="--on")


def _found(read: Any) -> Any:
    try:
        return read()
    except DomainError as error:
        _refuse(str(error))


def _refuse(sentence: str) -> None:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)


def _as_json(unit: "Unit") -> dict[str, Any]:
    return {
        "code": unit.code,
        "name": unit.name,
        "short_name": unit.short_name,
        "kind": unit.kind,
        "level": unit.level,
        "level_name": str(unit.get_level_display()),
    }


def _parent(unit: "Unit") -> dict[str, Any] | None:
    return {"code": unit.parent.code, "name": unit.parent.name} if unit.parent else None


def _print_json(answer: Any) -> None:
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
